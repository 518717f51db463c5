"""The line breaks in every way a line can: the badge tells the truth, and nothing is lost, doubled or out of order."""

import asyncio
from functools import partial

import pytest

from tests.server.running import RunningServer
from tests.together.console import console
from tests.together.customer import customer
from tests.together.faultline import Faultline
from tests.together.faultline.faults import BlackHole, Blow, Delay, Fin, HalfClose, Reset, Way, requests, sockets
from tms_tui import wording
from tms_tui.core import select
from tms_tui.core.select import BadgeKind
from tms_tui.core.state import State
from tms_tui.domain.changes import NoticeKind
from tms_tui.domain.entries import Delivery
from tms_tui.domain.errors import EndingKind
from tms_tui.domain.ids import SessionId
from tms_tui.domain.model import Message
from tms_tui.transport.timings import Timings

SOON = Timings(ping_every=0.3, pong_within=0.3, close_within=0.2, hang_up_within=0.1)
"""A dead line is noticed within a second instead of within 27."""


def holds(state: State, session: str, count: int) -> bool:
    """Whether so many stored messages stand in a conversation."""
    return sum(isinstance(entry, Message) for entry in select.entries(state, SessionId(session))) == count


async def test_a_server_that_is_stopped_and_started_costs_nothing(server: RunningServer) -> None:
    async with console(server.url) as desk, customer(server.url) as nora:
        await nora.says("one")
        await desk.reads(nora.session, "one")
        desk.open(nora.session)
        await desk.until(lambda state: not select.is_syncing(state, desk.opened), what="the conversation is whole")

        await server.stop()
        await desk.shows(BadgeKind.CONNECTING)
        for text in ("two", "three"):
            desk.send(nora.session, text)
        await desk.until(lambda _: len(desk.pending(nora.session)) == 2)
        await desk.until(lambda state: state.link.tries >= 2, what="the door was found closed")
        assert "2 unsent" in " ".join(wording.badge(select.badge(desk.state)))
        await server.start()
        await nora.says("four")
        await desk.shows(BadgeKind.LIVE)
        desk.send(nora.session, "five")

        await desk.reads(nora.session, "two", "three", "five")
        stored = await nora.stored()
        assert sorted(stored) == sorted(["one", "two", "three", "four", "five"])
        await desk.reads(nora.session, *stored)
        assert desk.badges == [BadgeKind.CONNECTING, BadgeKind.LIVE, BadgeKind.CONNECTING, BadgeKind.LIVE]
        assert not desk.pending(nora.session)
        assert desk.state.health.reconnects == 1


async def test_with_the_socket_alone_blocked_work_goes_on_by_reading_and_rest(
    server: RunningServer, line: Faultline
) -> None:
    async with console(line.url) as desk, customer(server.url) as nora:
        await nora.says("one")
        await desk.reads(nora.session, "one")
        desk.open(nora.session)
        await desk.until(lambda state: not select.is_syncing(state, desk.opened), what="the conversation is whole")

        line.impose(Reset(), on=sockets)
        await desk.shows(BadgeKind.OFFLINE)
        assert line.bitten[Reset] >= 2
        badge = select.badge(desk.state)
        assert badge.polling
        assert "polling" in wording.badge(badge)[1]
        assert "New messages are read every few seconds" in wording.link_sentence(badge)

        await nora.says("two")
        await desk.reads(nora.session, "one", "two")
        desk.send(nora.session, "three")
        await desk.reads(nora.session, "one", "two", "three")
        assert await nora.stored() == ["one", "two", "three"]
        assert select.badge(desk.state).kind is BadgeKind.OFFLINE
        assert [gap.confirmed for gap in desk.gaps(nora.session)] == [False]

        line.lift()
        await desk.shows(BadgeKind.LIVE)
        await desk.until(lambda _: [gap.confirmed for gap in desk.gaps(nora.session)] == [True], what="a closed gap")
        [gap] = desk.gaps(nora.session)
        assert gap.recovered == 2
        assert wording.gap(gap, gap.ended_at).endswith("2 recovered")
        assert desk.texts(nora.session) == ["one", "two", "three"]
        assert desk.badges[-2:] == [BadgeKind.OFFLINE, BadgeKind.LIVE]


@pytest.mark.parametrize("blow", [Reset(), Fin(), HalfClose()], ids=lambda blow: type(blow).__name__)
async def test_a_broken_socket_is_replaced_and_the_gap_is_read(
    server: RunningServer, line: Faultline, blow: Blow
) -> None:
    async with console(line.url) as desk, customer(server.url) as nora:
        await nora.says("one")
        await desk.reads(nora.session, "one")
        desk.open(nora.session)
        desk.send(nora.session, "two")
        assert line.strike(blow, on=sockets) == 1
        await nora.says("three")
        await desk.until(lambda state: state.health.reconnects == 1, what="a second socket")
        await desk.shows(BadgeKind.LIVE)
        await nora.says("four")
        await desk.until(lambda _: len(desk.texts(nora.session)) == 4)
        assert desk.texts(nora.session) == await nora.stored()
        assert line.bitten[type(blow)] == 1


@pytest.mark.parametrize("ways", [{Way.IN, Way.OUT}, {Way.IN}, {Way.OUT}], ids=["both ways", "inwards", "outwards"])
async def test_a_socket_that_goes_silent_is_noticed_and_replaced(
    server: RunningServer, line: Faultline, ways: set[Way]
) -> None:
    async with console(line.url, timings=SOON) as desk, customer(server.url) as nora:
        await nora.says("one")
        await desk.reads(nora.session, "one")
        line.impose(BlackHole(frozenset(ways)), on=sockets)
        await desk.until(
            lambda _: line.bitten[BlackHole] >= 1 and BadgeKind.CONNECTING in desk.badges[1:],
            what="the silence was noticed",
        )
        assert desk.state.health.endings[0][1].kind is EndingKind.SILENT
        await nora.says("two")
        desk.send(nora.session, "three")
        await desk.reads(nora.session, "one", "three")
        line.lift()
        line.strike(Reset(), on=sockets)
        await desk.shows(BadgeKind.LIVE)
        await desk.reads(nora.session, *await nora.stored())
        assert sorted(desk.texts(nora.session)) == ["one", "three", "two"]


async def test_an_answer_that_got_lost_is_looked_for_and_not_sent_twice(server: RunningServer, line: Faultline) -> None:
    async with console(line.url) as desk, customer(server.url) as nora:
        await nora.says("one")
        await desk.reads(nora.session, "one")
        line.impose(BlackHole(frozenset({Way.IN})))
        desk.send(nora.session, "two")
        async with asyncio.timeout(60), nora.online() as page:
            while "two" not in await nora.stored():
                await page.until("chat_message")
        assert [send.delivery for send in desk.pending(nora.session)] == [Delivery.SENDING]
        assert line.bitten[BlackHole] >= 1
        line.strike(Reset(), on=requests)
        await desk.until(
            lambda _: [send.delivery for send in desk.pending(nora.session)] == [Delivery.DOUBTFUL], what="doubt"
        )
        line.lift()
        await desk.reads(nora.session, "one", "two")
        assert not desk.pending(nora.session)
        assert await nora.stored() == ["one", "two"]


async def test_sends_made_while_nothing_answers_go_out_once_and_in_order(
    server: RunningServer, line: Faultline
) -> None:
    async with console(line.url) as desk, customer(server.url) as nora, customer(server.url, "Paul") as paul:
        await desk.until(lambda state: {nora.session, paul.session} <= set(state.sessions))
        line.shut_door()
        line.strike(Reset())
        assert line.bitten[Reset] >= 1
        await desk.shows(BadgeKind.CONNECTING)
        for number in range(10):
            desk.send(nora.session, f"to Nora {number}")
            desk.send(paul.session, f"to Paul {number}")
        await desk.until(lambda state: state.health.endings[-1][1].kind is EndingKind.UNREACHED)
        assert not await nora.stored()
        await line.open_door()
        await desk.until(lambda state: not state.outbox.unsent(), what="all is sent")
        assert await nora.stored() == [f"to Nora {number}" for number in range(10)]
        assert await paul.stored() == [f"to Paul {number}" for number in range(10)]
        await desk.reads(nora.session, *await nora.stored())


async def test_a_slow_line_loses_nothing(server: RunningServer, line: Faultline) -> None:
    async with console(line.url) as desk, customer(server.url) as nora:
        line.impose(Delay(0.2))
        await nora.says("one")
        desk.send(nora.session, "two")
        assert [send.delivery for send in desk.pending(nora.session)] == [Delivery.SENDING]
        await desk.until(lambda _: len(desk.texts(nora.session)) == 2)
        await desk.reads(nora.session, *await nora.stored())
        assert line.bitten[Delay] >= 3
        assert select.badge(desk.state).kind is BadgeKind.LIVE


async def test_two_consoles_come_to_the_same_transcript_after_both_were_cut(
    server: RunningServer, line: Faultline
) -> None:
    await server.add_agent("Eva")
    async with (
        console(line.url) as dana,
        console(line.url, "eva@example.com") as eva,
        customer(server.url) as nora,
    ):
        await nora.says("one")
        for desk in (dana, eva):
            await desk.reads(nora.session, "one")
        assert line.strike(Reset(), on=sockets) == 2
        dana.send(nora.session, "from Dana")
        eva.send(nora.session, "from Eva", private=True)
        await nora.says("two")
        for desk in (dana, eva):
            await desk.says(NoticeKind.LINE_LOST)
            await desk.shows(BadgeKind.LIVE)
            await desk.until(partial(holds, session=nora.session, count=4), what="all four")
        assert dana.texts(nora.session) == eva.texts(nora.session)
