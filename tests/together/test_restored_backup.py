"""The server's data is restored from a backup under a running desk, a running page and a script that follows."""

import contextlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.server.running import RunningServer, running_server
from tests.together.chromium import chromium
from tests.together.console import Console, console
from tests.together.customer import customer
from tests.together.test_customers_page import LAST_STATE, agent_at, begin
from tms_tui.core import select
from tms_tui.domain.changes import NoticeKind
from tms_tui.domain.events import ReconnectAsked
from tms_tui.domain.ids import SessionId


@contextlib.asynccontextmanager
async def with_dana(server: RunningServer) -> AsyncIterator[Console]:
    await server.add_agent("Dana")
    async with console(server.url) as desk:
        yield desk


class Backup:
    """A copy of a server's data, taken and put back while it is stopped."""

    def __init__(self, server: RunningServer, place: Path) -> None:
        self._server = server
        self._place = place

    async def take(self) -> None:
        await self._server.stop()
        shutil.copytree(self._server.settings.data, self._place)
        await self._server.start()

    async def restore(self) -> None:
        await self._server.stop()
        shutil.rmtree(self._server.settings.data)
        shutil.copytree(self._place, self._server.settings.data)
        await self._server.start()


async def test_new_messages_under_old_numbers_are_shown_after_a_restore(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server, with_dana(server) as desk, customer(server.url) as nora:
        backup = Backup(server, tmp_path / "backup")
        await nora.says("one")
        await backup.take()
        for text in ("two", "three", "four", "five"):
            await nora.says(text)
        await desk.reads(nora.session, "one", "two", "three", "four", "five")
        desk.open(nora.session)
        await desk.until(lambda state: not select.is_syncing(state, desk.opened), what="the conversation is whole")
        await backup.restore()
        for text in ("TWO", "THREE", "FOUR", "FIVE"):
            await nora.says(text)
        await desk.until(
            lambda _: desk.texts(nora.session) == ["one", "TWO", "THREE", "FOUR", "FIVE"], what="the restored talk"
        )
        await desk.says(NoticeKind.READ_ANEW)
        assert not desk.gaps(nora.session), "nothing claims that nothing was missed"
        held = desk.state.sessions[SessionId(nora.session)]
        assert held.last_message is not None
        assert held.last_message.text == "FIVE"
        await nora.says("and on")
        await desk.reads(nora.session, "one", "TWO", "THREE", "FOUR", "FIVE", "and on")


async def test_a_restart_without_a_restore_goes_on(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server, with_dana(server) as desk, customer(server.url) as nora:
        await nora.says("one")
        await desk.reads(nora.session, "one")
        cursor = desk.state.sync.cursor
        await server.stop()
        await server.start()
        await nora.says("two")
        await desk.reads(nora.session, "one", "two")
        assert cursor is not None
        assert not any(one.kind is NoticeKind.READ_ANEW for one in desk.state.notices)


async def test_what_is_read_at_one_desk_is_read_at_the_other(server: RunningServer) -> None:
    async with (
        console(server.url) as here,
        console(server.url) as there,
        customer(server.url) as nora,
    ):
        for text in ("one", "two"):
            await nora.says(text)
        for desk in (here, there):
            await desk.reads(nora.session, "one", "two")
        assert there.state.sessions[SessionId(nora.session)].unread == 2
        here.open(nora.session)
        here.has_seen(nora.session)
        await there.until(lambda state: state.sessions[SessionId(nora.session)].unread == 0, what="read there as well")


async def test_reading_everything_again_brings_a_count_that_was_wrong(server: RunningServer) -> None:
    async with console(server.url) as desk, customer(server.url) as nora:
        await nora.says("one")
        await desk.reads(nora.session, "one")
        session = SessionId(nora.session)
        async with server.app.services.database.write() as connection:  # as if a mark had moved unheard
            await connection.exec_driver_sql("UPDATE sessions SET visitor_messages = 5")
        desk.engine.take(ReconnectAsked())
        await desk.until(lambda state: state.sessions[session].unread == 5, what="counted anew")


@pytest.mark.services
async def test_the_customers_page_shows_what_bears_the_old_numbers_now(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server, chromium() as page:
        backup = Backup(server, tmp_path / "backup")
        await page.open(f"{server.url}/")
        async with agent_at(server) as agent:
            session = await begin(page, agent, "one")
            await page.until(f"{LAST_STATE} === 'sent'")
        await backup.take()
        dana = await server.sign_in("Dana")
        async with agent_at(server, dana) as agent:
            await agent.say(session, "lost answer")
            await page.until("document.querySelectorAll('.agent').length === 1", within=40)
        await page.type("lost question")
        await page.press("Enter")
        await page.until(f"{LAST_STATE} === 'sent'", within=40)
        await backup.restore()
        async with agent_at(server, await server.sign_in("Eva")) as agent:
            await agent.say(session, "ANSWER")
            await page.until("document.body.innerText.includes('ANSWER')", within=60)
        assert "lost answer" not in await page.run("document.body.innerText")
        assert "not sent" in await page.run(LAST_STATE)
        await page.run("document.querySelector('.failed button').click()")
        await page.until(f"{LAST_STATE} === 'sent'", within=40)
        shown = await page.run("[...document.querySelectorAll('.text')].map((one) => one.textContent)")
        assert shown == ["one", "ANSWER", "lost question"]
