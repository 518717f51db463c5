"""What agents do with conversations, between consoles and a real server: handed over, set aside, woken, left unread."""

from pathlib import Path

from tests.server.hand_clock import START, HandClock
from tests.server.running import RunningServer, running_server
from tests.together.console import Console, console
from tests.together.customer import Customer, customer
from tms_tui import wording
from tms_tui.domain.changes import NoticeKind
from tms_tui.domain.events import AssignAsked, StatusAsked, UndoAsked, UnreadAsked
from tms_tui.domain.ids import AgentId, SessionId
from tms_tui.domain.model import Session, SessionStatus


def held(desk: Console, who: Customer) -> Session:
    return desk.state.sessions[SessionId(who.session)]


async def test_a_note_goes_with_what_is_handed_over_and_undo_gives_it_back(server: RunningServer) -> None:
    eva = AgentId((await server.add_agent("Eva")).id)
    async with (
        console(server.url) as dana,
        console(server.url, "eva@example.com") as hers,
        customer(server.url) as nora,
    ):
        await nora.says("my card was refused")
        await hers.reads(nora.session, "my card was refused")
        dana.engine.take(AssignAsked(SessionId(nora.session), eva, "she knows the bank"))
        await hers.until(lambda _: held(hers, nora).assigned_agent == eva, what="held by Eva")
        assert wording.notice(await hers.says(NoticeKind.GIVEN_TO_YOU)) == "Dana gave you Nora"
        await hers.reads(nora.session, "my card was refused", "she knows the bank")
        assert [message.private for message in hers.messages(nora.session)] == [False, True]
        await dana.until(lambda _: held(dana, nora).assigned_agent == eva, what="held by Eva")
        dana.engine.take(UndoAsked())
        await hers.until(lambda _: held(hers, nora).assigned_agent is None, what="held by nobody")
        assert await nora.stored() == ["my card was refused"]


async def test_what_was_marked_unread_is_so_at_the_next_console_too(server: RunningServer) -> None:
    async with console(server.url) as dana, customer(server.url) as nora, nora.online() as page:
        await nora.says("first")
        await nora.says("second")
        await dana.reads(nora.session, "first", "second")
        dana.open(nora.session)
        dana.has_seen(nora.session)
        await page.until("read_receipt", reader_type="agent", up_to=2)
        await dana.engine.settled()
        dana.engine.take(UnreadAsked(SessionId(nora.session)))
        await dana.engine.settled()
        assert held(dana, nora).unread == 1
        async with console(server.url) as elsewhere:
            await elsewhere.until(lambda state: SessionId(nora.session) in state.sessions, what="listed")
            assert held(elsewhere, nora).unread == 1


async def test_what_was_set_aside_wakes_at_its_time_at_the_console(tmp_path: Path) -> None:
    clock = HandClock()
    async with running_server(tmp_path, clock=clock) as server:
        await server.add_agent("Dana")
        async with console(server.url) as dana, customer(server.url) as nora:
            await nora.says("later is fine")
            await dana.reads(nora.session, "later is fine")
            dana.send(nora.session, "I ask the bank and come back to you")
            await dana.until(lambda _: held(dana, nora).waiting_since is None, what="answered")
            dana.engine.take(StatusAsked(SessionId(nora.session), SessionStatus.PENDING, START + 600))
            await dana.until(lambda _: held(dana, nora).status is SessionStatus.PENDING, what="set aside")
            clock.advance(600)
            await dana.until(lambda _: held(dana, nora).status is SessionStatus.ACTIVE, what="awake")
            assert held(dana, nora).waiting_since == START + 600
