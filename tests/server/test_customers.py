"""The simulated customers: live at a real server, at hundreds of times their pace."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.server.running import RunningServer, SignedIn, running_server
from tests.server.test_customer_minds import CAST, named, spoken_lines
from tms_tui.protocol import wire
from tms_tui.server import texts
from tms_tui.server.clock import SystemClock
from tms_tui.server.customer_scripts import Cue
from tms_tui.server.customers import Customer, run_customers
from tms_tui.server.visitor import RefusedTextError, Visitor


class HurriedClock(SystemClock):
    """Hundreds of seconds pass in one."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 400)


class HeldClock(HurriedClock):
    """Whatever takes ten seconds or more lasts until the test lets it end."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        if seconds >= 10:
            await self.go_on.wait()
        await super().sleep(seconds)


@contextlib.asynccontextmanager
async def at_work(*work: asyncio.Task[None]) -> AsyncIterator[None]:
    """Ends these tasks with the block; a task that failed by itself fails the test."""
    try:
        yield
    finally:
        for task in work:
            task.cancel()
        ended = await asyncio.gather(*work, return_exceptions=True)
    assert all(isinstance(one, asyncio.CancelledError) for one in ended)


def hearing(server: RunningServer, dana: SignedIn) -> connect:
    """An agent's socket that tells everything from the first event on."""
    address = f"{server.ws_url}/v1/chat/agent/ws?agent_id={dana.user.id}&after=0"
    return connect(address, additional_headers=dana.headers, proxy=None)


async def events(socket: ClientConnection) -> AsyncIterator[wire.Frame]:
    """The durable ones."""
    async for text in socket:
        frame = msgspec.json.decode(text, type=wire.Frame)
        if frame.cursor:
            yield frame


async def story(socket: ClientConnection) -> AsyncIterator[str]:
    """What one customer does, as an agent sees it: "there", "gone", and everything anyone says."""
    last = ""
    async for event in events(socket):
        if event.type == wire.CHAT_MESSAGE:
            yield msgspec.json.decode(event.data, type=wire.Message).content
        elif event.type == wire.SESSION_UPDATE:
            customer = msgspec.json.decode(event.data, type=wire.Session).customer
            now = "there" if customer.online else "gone"
            if now != last:
                last = now
                yield now


async def first_lines(data: Path, seed: int, count: int) -> dict[str, list[str]]:
    """What each customer says first at a real server when nobody answers."""
    said: dict[str, list[str]] = defaultdict(list)
    async with running_server(data) as server:
        dana = await server.sign_in()
        play = asyncio.create_task(run_customers(server.url, seed=seed, clock=HurriedClock()))
        async with asyncio.timeout(60), at_work(play), hearing(server, dana) as socket:
            async for event in events(socket):
                if event.type == wire.CHAT_MESSAGE:
                    message = msgspec.json.decode(event.data, type=wire.Message)
                    said[message.author_name].append(message.content)
                if len(said) == 8 and min(map(len, said.values())) >= count:
                    break
    return {name: lines[:count] for name, lines in said.items()}


async def test_at_a_real_server_the_same_seed_gives_each_customer_the_same_lines(tmp_path: Path) -> None:
    first = await first_lines(tmp_path / "first", 5, 2)
    second = await first_lines(tmp_path / "second", 5, 2)
    assert first == second
    for one in CAST.customers:
        assert first[one.name][0] == one.topics[0][0]


async def say(dana: SignedIn, session: str, words: str) -> None:
    body = {"content": words, "client_message_id": str(uuid4())}
    (await dana.http.post(f"/v1/chat/sessions/{session}/messages", json=body)).raise_for_status()


@dataclass(frozen=True, slots=True)
class Scene:
    """What an agent sees of one customer, and says to them."""

    dana: SignedIn
    following: AsyncIterator[str]

    async def until(self, *ends: str) -> list[str]:
        """All that follows up to the first of `ends`, that one included."""
        seen: list[str] = []
        async for one in self.following:
            seen.append(one)
            if one in ends:
                return seen
        raise AssertionError(seen)

    async def say(self, words: str) -> None:
        (session,) = (await self.dana.http.get("/v1/chat/sessions")).json()["sessions"]
        await say(self.dana, session["id"], words)


@contextlib.asynccontextmanager
async def one_customer(server: RunningServer, name: str, clock: HeldClock) -> AsyncIterator[Scene]:
    """A customer at work, and an agent who watches."""
    dana = await server.sign_in()
    customer = Customer(named(name), server.url, seed=1, clock=clock)
    async with (
        asyncio.timeout(60),
        at_work(asyncio.create_task(customer.run())),
        hearing(server, dana) as socket,
    ):
        yield Scene(dana, story(socket))


async def test_a_customer_goes_away_and_comes_back_with_an_excuse(tmp_path: Path) -> None:
    mia, clock = named("Mia"), HeldClock()
    async with (
        running_server(tmp_path, visitor_grace=0.001, customer_seen_every=0.001) as server,
        one_customer(server, "Mia", clock) as scene,
    ):
        assert "there" in await scene.until(mia.topics[0][0])
        await scene.until("gone")
        clock.go_on.set()
        assert "there" in await scene.until(*mia.back)


async def test_a_customer_who_is_told_good_bye_says_thanks_and_leaves(tmp_path: Path) -> None:
    peter, clock = named("Peter"), HeldClock()
    async with running_server(tmp_path, visitor_grace=0.001) as server, one_customer(server, "Peter", clock) as scene:
        await scene.until(*peter.topics[0])
        await scene.say("Thank you for writing. Good-bye!")
        heard, answered, left = [one for one in await scene.until("gone") if one != "there"]
    assert heard == "Thank you for writing. Good-bye!"
    assert answered in peter.answers[Cue.OTHER]
    assert left == "gone"


async def test_an_answered_customer_reminds_nobody_and_comes_back_with_something_new(tmp_path: Path) -> None:
    layla, clock = named("ليلى"), HeldClock()
    async with running_server(tmp_path) as server, one_customer(server, "ليلى", clock) as scene:
        await scene.until(layla.topics[0][-1])
        await scene.say("It is on its way.")
        await scene.until(*layla.answers[Cue.OTHER])
        clock.go_on.set()
        seen = await scene.until(*layla.topics[1])
    assert not [one for one in seen if one in layla.nudges]


async def test_what_agents_write_while_a_visitor_is_away_is_heard_once_on_the_return(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server, asyncio.timeout(60):
        dana = await server.sign_in()
        async with Visitor(server.url, wire.VisitorSessionBody(name="Nora"), clock=HurriedClock()) as nora:
            await nora.say("one")
            await nora.go_offline()
            await say(dana, nora.session_id, "written meanwhile")
            await nora.go_online()
            heard = await nora.heard.get()
            assert heard.content == "written meanwhile"
            await nora.read(heard.seq)
            assert nora.heard.empty()


async def test_a_visitor_cancelled_while_going_offline_ends(tmp_path: Path) -> None:
    profile = wire.VisitorSessionBody(name="Nora")
    async with running_server(tmp_path) as server, Visitor(server.url, profile, clock=HurriedClock()) as nora:
        leaving = asyncio.create_task(nora.go_offline())
        await asyncio.sleep(0)
        assert not leaving.done(), "the line is being closed"
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving


async def test_a_visitor_outlives_a_restart_of_the_server(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server, asyncio.timeout(60):
        dana = await server.sign_in()
        async with Visitor(server.url, wire.VisitorSessionBody(name="Nora"), clock=HurriedClock()) as nora:
            await nora.say("one")
            await server.stop()
            saying = asyncio.create_task(nora.say("two"))
            await server.start()
            assert (await saying).content == "two"
            await say(dana, nora.session_id, "still there?")
            assert (await nora.heard.get()).content == "still there?"


async def test_a_text_the_server_refuses_is_an_error_of_its_own(tmp_path: Path) -> None:
    async with (
        running_server(tmp_path) as server,
        Visitor(server.url, wire.VisitorSessionBody(), clock=HurriedClock()) as visitor,
    ):
        with pytest.raises(RefusedTextError, match="invalid_field"):
            await visitor.say("\x00")


def test_no_line_of_the_cast_is_refused() -> None:
    lines = [line for one in CAST.customers for line in spoken_lines(one)]
    assert len(lines) > 100
    assert [texts.message(line) for line in lines] == lines
