"""A customer and two agents at one server: words, typing, "seen", who holds what, and who is where."""

from functools import partial
from pathlib import Path

from tests.server.running import RunningServer, running_server
from tests.together.console import Console, console
from tests.together.customer import Customer, customer
from tms_tui import wording
from tms_tui.core import select
from tms_tui.core.state import State
from tms_tui.domain.changes import NoticeKind
from tms_tui.domain.entries import Delivery
from tms_tui.domain.events import AssignAsked, ComposerLeft
from tms_tui.domain.ids import AgentId, SessionId
from tms_tui.domain.model import Availability


def author_names(desk: Console, who: Customer) -> list[str]:
    return [author.name for author in select.typists(desk.state, SessionId(who.session))]


def holder(desk: Console, who: Customer) -> str | None:
    return desk.state.sessions[SessionId(who.session)].assigned_agent_name


def is_held(state: State, who: Customer) -> bool:
    return state.sessions[SessionId(who.session)].assigned_agent is not None


def take(desk: Console, who: Customer) -> None:
    assert desk.state.me is not None
    desk.engine.take(AssignAsked(SessionId(who.session), desk.state.me.id))


async def test_customer_and_agent_talk_both_ways_with_typing_and_seen(server: RunningServer) -> None:
    async with console(server.url) as desk, customer(server.url) as nora, nora.online() as page:
        await nora.says("is anybody there?")
        await desk.reads(nora.session, "is anybody there?")
        desk.open(nora.session)

        await page.says("typing_start", data={})
        await desk.until(lambda _: author_names(desk, nora) == ["Nora"], what="Nora is typing")
        await page.says("typing_stop", data={})
        await desk.until(lambda _: not author_names(desk, nora), what="Nora stopped typing")

        desk.types(nora.session, "Yes, ")
        typing = await page.until("typing_start", author_type="agent")
        assert typing["data"]["author_name"] == "Dana"
        send_id = desk.send(nora.session, "Yes, I am.")
        heard = await page.until("chat_message", content="Yes, I am.")
        assert heard["data"]["client_message_id"] == send_id
        await page.until("typing_stop", author_type="agent")  # of one author at most every two seconds
        await desk.reads(nora.session, "is anybody there?", "Yes, I am.")
        mine = desk.messages(nora.session)[-1]
        assert select.delivery(desk.state, mine) is Delivery.SENT

        await page.says("read_receipt", data={"up_to": heard["data"]["seq"]})
        await desk.until(lambda state: select.delivery(state, mine) is Delivery.SEEN, what="seen by Nora")
        desk.has_seen(nora.session)
        receipt = await page.until("read_receipt", reader_type="agent")
        assert receipt["data"]["up_to"] >= 1


async def test_a_note_stays_among_colleagues(server: RunningServer) -> None:
    await server.add_agent("Eva")
    async with (
        console(server.url) as dana,
        console(server.url, "eva@example.com") as eva,
        customer(server.url) as nora,
        nora.online() as page,
    ):
        await nora.says("hello")
        await dana.reads(nora.session, "hello")
        dana.send(nora.session, "an old friend of ours", private=True)
        dana.send(nora.session, "Hello, Nora.")
        await eva.reads(nora.session, "hello", "an old friend of ours", "Hello, Nora.")
        assert [message.private for message in eva.messages(nora.session)] == [False, True, False]
        while (heard := await page.until("chat_message"))["data"]["content"] != "Hello, Nora.":
            assert heard["data"]["content"] == "hello"
        assert await nora.stored() == ["hello", "Hello, Nora."]


async def test_two_consoles_see_each_others_typing_place_and_assignments(server: RunningServer) -> None:
    await server.add_agent("Eva")
    async with (
        console(server.url) as dana,
        console(server.url, "eva@example.com") as eva,
        customer(server.url) as nora,
    ):
        await nora.says("hello")
        await dana.reads(nora.session, "hello")
        await eva.reads(nora.session, "hello")
        session = SessionId(nora.session)

        dana.open(nora.session)
        await eva.until(
            lambda state: [one.name for one in select.colleagues_at(state, session)] == ["Dana"], what="Dana looks too"
        )
        dana.types(nora.session, "let me")
        await eva.until(lambda _: author_names(eva, nora) == ["Dana"], what="Dana is typing")
        dana.engine.take(ComposerLeft(session))
        await eva.until(lambda _: not author_names(eva, nora), what="Dana stopped typing")

        take(dana, nora)
        await eva.until(lambda _: holder(eva, nora) == "Dana", what="held by Dana")
        await dana.until(lambda _: holder(dana, nora) == "Dana", what="held by Dana")
        said = await eva.says(NoticeKind.TAKEN_BY)
        assert wording.notice(said) == "Dana took Nora"


async def test_the_one_who_comes_second_is_told_who_was_faster(server: RunningServer) -> None:
    await server.add_agent("Eva")
    async with (
        console(server.url) as dana,
        console(server.url, "eva@example.com") as eva,
        customer(server.url) as nora,
    ):
        await nora.says("who helps me?")
        await dana.reads(nora.session, "who helps me?")
        await eva.reads(nora.session, "who helps me?")
        take(dana, nora)
        take(eva, nora)
        for desk in (dana, eva):
            await desk.until(partial(is_held, who=nora), what="held by somebody")
        winner, loser = (dana, eva) if holder(dana, nora) == "Dana" else (eva, dana)
        assert winner.state.me is not None
        said = await loser.says(NoticeKind.RACE_LOST)
        assert f"{winner.state.me.name} was faster and holds Nora" in wording.notice(said)
        assert holder(loser, nora) == holder(winner, nora) == winner.state.me.name
        assert all(notice.kind is not NoticeKind.RACE_LOST for notice in winner.notices)


async def test_a_colleague_who_leaves_is_seen_to_be_gone(tmp_path: Path) -> None:
    async with running_server(tmp_path, agent_grace=0.1) as server:
        await server.add_agent("Dana")
        eva_id = AgentId((await server.add_agent("Eva")).id)
        async with console(server.url) as dana:
            async with console(server.url, "eva@example.com") as eva, customer(server.url) as nora:
                session = SessionId(nora.session)
                await eva.until(lambda state: session in state.sessions, what="Nora in Eva's list")
                eva.open(session)
                await dana.until(lambda state: select.colleagues_at(state, session), what="Eva looks at it")
            await dana.until(lambda state: not select.colleagues_at(state, session), what="nobody else looks at it")
            assert dana.state.agents[eva_id].availability is Availability.OFFLINE
