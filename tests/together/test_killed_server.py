"""`kill -9` of the server: what was answered 2xx stands on the screen once it is back, once and in order."""

import asyncio
import signal
import uuid
from contextlib import AsyncExitStack
from pathlib import Path

import httpx

from tests.server.running import PASSWORD, QUICK, running_server
from tests.together.child_server import mute_server, served
from tests.together.console import console
from tests.together.customer import Customer, customer
from tms_tui.core.select import BadgeKind
from tms_tui.server import admin
from tms_tui.server.settings import ServerSettings

ENOUGH = 30
"""So many answered sends, then the server dies."""


async def an_agent(data: Path) -> None:
    settings = ServerSettings(data=data, password_cost=QUICK)
    await admin.add_agent(settings, email="dana@example.com", name="Dana", password=PASSWORD)


async def test_a_message_answered_but_not_yet_broadcast_is_on_the_screen_after_the_kill(tmp_path: Path) -> None:
    await an_agent(tmp_path)
    async with mute_server(tmp_path) as dying, customer(dying.url) as nora, console(dying.url) as desk:
        await desk.until(lambda state: nora.session in state.sessions)
        answered = [(await nora.says(text))["content"] for text in ("one", "two")]
        assert answered == ["one", "two"]
        assert desk.texts(nora.session) == []
        assert await dying.kill() == -signal.SIGKILL
        await desk.shows(BadgeKind.CONNECTING)
        async with running_server(tmp_path, port=dying.port):
            await desk.shows(BadgeKind.LIVE)
            await desk.reads(nora.session, "one", "two")
            assert await nora.stored() == desk.texts(nora.session) == ["one", "two"]


class Talkative:
    """A customer who writes on and on, and tells apart what was answered."""

    def __init__(self, who: Customer) -> None:
        self.who = who
        self.asked: dict[str, str] = {}
        self.answered: list[str] = []

    async def writes(self, count: int) -> None:
        for number in range(count):
            words = f"{self.who.session[:4]}-{number}"
            self.asked[words] = str(uuid.uuid4())
            try:
                await self.who.says(words, self.asked[words])
            except httpx.TransportError:
                return
            self.answered.append(words)

    async def repeats(self) -> None:
        """Everything again, under the same ids, as a page does that got no answer."""
        for words, client_message_id in self.asked.items():
            await self.who.says(words, client_message_id)


async def test_nothing_answered_is_lost_when_the_server_is_killed_under_load(tmp_path: Path) -> None:
    await an_agent(tmp_path)
    async with AsyncExitStack() as stack:
        dying = await stack.enter_async_context(served(tmp_path))
        desk = await stack.enter_async_context(console(dying.url))
        talkers = [
            Talkative(await stack.enter_async_context(customer(dying.url, f"Guest {number}"))) for number in range(5)
        ]
        async with asyncio.TaskGroup() as group:
            for talker in talkers:
                group.create_task(talker.writes(20))
            await desk.until(lambda _: sum(len(talker.answered) for talker in talkers) >= ENOUGH)
            assert await dying.kill() == -signal.SIGKILL
        assert sum(len(talker.asked) for talker in talkers) > sum(len(talker.answered) for talker in talkers)

        # Generous limits: everything is said a second time.
        back = await stack.enter_async_context(running_server(tmp_path, port=dying.port))
        assert back.url == dying.url
        await desk.shows(BadgeKind.LIVE)
        for talker in talkers:
            await desk.reads(talker.who.session, *talker.answered)
            await talker.repeats()
            stored = await talker.who.stored()
            assert stored == list(talker.asked)
            await desk.reads(talker.who.session, *stored)
            assert desk.texts(talker.who.session) == stored
