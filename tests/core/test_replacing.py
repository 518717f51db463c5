"""A line that is replaced before it is cut: the deaf one, and the one whose token is about to end."""

import pytest

from tests.core.desk import TALK, Desk, conversation, message
from tms_tui.core.select import BadgeKind, badge
from tms_tui.core.state import Stage
from tms_tui.core.transcript import last_message
from tms_tui.domain.changes import Announced
from tms_tui.domain.effects import (
    CloseLink,
    OpenLink,
    ProveLink,
    ReadLog,
    ReadPage,
    ReadSessions,
    RenewToken,
    ReplaceLink,
    StopReplacing,
    TimerKind,
)
from tms_tui.domain.entries import GapMark
from tms_tui.domain.errors import Ending, EndingKind
from tms_tui.domain.events import (
    LinkLost,
    LinkNotReplaced,
    LinkProven,
    LinkWelcomed,
    LogRead,
    MessageArrived,
    PageRead,
    ReconnectAsked,
    SessionOpened,
    SessionsRead,
    SignedIn,
    TokenRenewed,
    Woke,
)
from tms_tui.domain.ids import AgentId, Cursor

UNREACHED = Ending(EndingKind.UNREACHED)


def welcome(*, resumed: bool = True) -> LinkWelcomed:
    return LinkWelcomed(AgentId("ana"), 0.0, resumed, Cursor("9"))


def arrived(seq: int) -> MessageArrived:
    return MessageArrived(message(seq), Cursor(str(seq)))


@pytest.fixture
def desk() -> Desk:
    """Live and stable, an open conversation with one message; everything up to cursor 1 is read."""
    desk = Desk()
    desk.sign_in(lifetime=900.0)
    for asked in desk.took(ReadSessions):
        desk.take(SessionsRead(asked.query, (conversation(),), None, Cursor("1")))
    desk.take(SessionOpened(TALK))
    for page in desk.took(ReadPage):
        desk.take(PageRead(TALK, (message(1),), False, page.before, page.after))
    desk.take(welcome(), LinkProven(0.01))
    settle(desk)
    desk.advance(11.0)
    settle(desk)
    assert desk.state.link.stage is Stage.STABLE
    desk.effects.clear()
    desk.changes.clear()
    return desk


def settle(desk: Desk, *events: MessageArrived) -> None:
    """Answer the reads of the log, the first one with `events`."""
    while asked := desk.took(ReadLog):
        for read in asked:
            cursor = events[-1].cursor if events else read.after
            assert cursor is not None
            desk.take(LogRead(read.after, events, cursor, has_more=False))
            events = ()


def goes_deaf(desk: Desk) -> None:
    """The log holds a message that the socket does not bring."""
    desk.advance(desk.alarm(TimerKind.POLL) or 0.0)
    settle(desk, arrived(2))
    desk.advance(3.0)


def said(desk: Desk) -> list[str]:
    return [change.notice.kind.value for change in desk.saw(Announced)]


def test_a_deaf_line_is_replaced_within_half_a_minute_and_live_stays_true(desk: Desk) -> None:
    went_deaf = desk.now
    goes_deaf(desk)
    assert desk.took(ReplaceLink) == [ReplaceLink(Cursor("2"))]
    assert badge(desk.state).kind is BadgeKind.LIVE
    assert desk.took(CloseLink) == []
    assert last_message(desk.state.transcript(TALK)) == message(2), "reading brought it"
    desk.take(welcome())
    assert desk.now - went_deaf < 30.0
    assert badge(desk.state).kind is BadgeKind.LIVE
    assert len(desk.took(ProveLink)) == 1
    assert [turn.ending and turn.ending.kind for turn in desk.state.health.turns] == [None, EndingKind.DEAF, None]
    assert said(desk) == []
    assert not [entry for entry in desk.state.transcript(TALK).entries if isinstance(entry, GapMark)]


def test_while_a_deaf_line_is_replaced_the_log_is_read_often(desk: Desk) -> None:
    goes_deaf(desk)
    for _ in range(3):
        desk.advance(3.0)
        (read,) = desk.took(ReadLog)
        desk.take(LogRead(read.after, (), read.after, has_more=False))
    desk.take(welcome())
    settle(desk)
    assert desk.alarm(TimerKind.POLL) == 20.0


@pytest.mark.parametrize("silent", [True, False], ids=["says nothing", "cannot be opened"])
def test_a_deaf_line_that_cannot_be_replaced_is_cut(desk: Desk, *, silent: bool) -> None:
    goes_deaf(desk)
    if silent:
        desk.advance(10.0)
        settle(desk)
    else:
        desk.take(LinkNotReplaced(UNREACHED))
    assert desk.took(CloseLink) == [CloseLink(EndingKind.DEAF)]
    desk.take(LinkLost(Ending(EndingKind.DEAF)))
    assert badge(desk.state).kind is BadgeKind.CONNECTING
    assert desk.alarm(TimerKind.RECONNECT) == 0.0


def test_a_fresh_token_gets_a_fresh_line_before_the_old_one_ends(desk: Desk) -> None:
    desk.advance(800.0)
    settle(desk)
    assert len(desk.took(RenewToken)) == 1
    desk.take(TokenRenewed(900.0))
    assert len(desk.took(ReplaceLink)) == 1
    assert desk.took(OpenLink) == []
    desk.take(arrived(2), welcome())
    desk.take(arrived(2), arrived(3))
    shown = [entry.seq for entry in desk.state.transcript(TALK).entries if not isinstance(entry, GapMark)]
    assert shown == [1, 2, 3]
    assert desk.state.health.duplicates == 1
    assert said(desk) == []


def test_what_the_first_line_brought_is_not_expected_of_the_second(desk: Desk) -> None:
    desk.take(arrived(2), TokenRenewed(900.0))
    assert desk.took(ReplaceLink) == [ReplaceLink(Cursor("2"))]
    desk.take(welcome())
    settle(desk, arrived(2))
    desk.advance(10.0)
    assert desk.state.health.deaf == 0


@pytest.mark.parametrize("how", ["failed", "silent"])
def test_a_planned_replacement_that_fails_costs_nothing(desk: Desk, how: str) -> None:
    desk.take(TokenRenewed(900.0))
    if how == "failed":
        desk.take(LinkNotReplaced(UNREACHED))
    else:
        desk.advance(10.0)
    assert len(desk.took(StopReplacing)) == 1
    assert desk.took(CloseLink) == []
    assert badge(desk.state).kind is BadgeKind.LIVE
    desk.take(TokenRenewed(900.0))
    assert len(desk.took(ReplaceLink)) == 2, "and the next one is tried"


def test_one_replacement_at_a_time(desk: Desk) -> None:
    desk.take(TokenRenewed(900.0), TokenRenewed(900.0), ReconnectAsked())
    assert len(desk.took(ReplaceLink)) == 1


def test_when_the_first_line_breaks_the_second_is_the_attempt(desk: Desk) -> None:
    desk.take(TokenRenewed(900.0), LinkLost(Ending(EndingKind.CLOSED, 4409)))
    assert desk.state.link.stage is Stage.OPENING
    assert desk.took(OpenLink) == []
    assert badge(desk.state).kind is BadgeKind.CONNECTING
    desk.take(welcome())
    settle(desk)
    assert badge(desk.state).kind is BadgeKind.LIVE
    assert "live" in said(desk)


def test_when_both_break_the_usual_rules_hold(desk: Desk) -> None:
    desk.take(TokenRenewed(900.0), LinkLost(Ending(EndingKind.LOST)), LinkLost(UNREACHED))
    assert desk.state.link.stage is Stage.WAITING
    assert desk.alarm(TimerKind.RECONNECT) is not None


def test_waking_up_doubts_both(desk: Desk) -> None:
    desk.take(TokenRenewed(900.0), Woke(300.0))
    assert len(desk.took(StopReplacing)) == 1
    assert desk.took(CloseLink) == [CloseLink(EndingKind.SILENT)]
    desk.take(LinkLost(Ending(EndingKind.SILENT)))
    assert desk.state.link.stage is Stage.WAITING


def test_the_agent_can_have_a_line_replaced_and_so_does_signing_in_again(desk: Desk) -> None:
    desk.take(ReconnectAsked())
    assert len(desk.took(ReplaceLink)) == 1
    desk.take(welcome())
    me = desk.state.me
    assert me is not None
    desk.take(SignedIn(me, 900.0))
    assert len(desk.took(ReplaceLink)) == 1
    assert desk.took(CloseLink) == []
    assert desk.took(OpenLink) == []


def test_a_second_line_that_cannot_go_on_where_the_first_was_reads_until_it_can(desk: Desk) -> None:
    desk.take(arrived(2), TokenRenewed(900.0), welcome(resumed=False))
    desk.take(arrived(4))
    assert desk.alarm(TimerKind.DEAF) is None
    settle(desk, arrived(2), arrived(3), arrived(4))
    shown = [entry.seq for entry in desk.state.transcript(TALK).entries if not isinstance(entry, GapMark)]
    assert shown == [1, 2, 3, 4]


def test_lines_that_break_leave_nothing_to_compare(desk: Desk) -> None:
    """What a socket brought just before it broke is read while there is none."""
    for seq in range(2, 40, 2):
        desk.take(arrived(seq), arrived(seq + 1), LinkLost(UNREACHED))
        settle(desk, arrived(seq), arrived(seq + 1))
        desk.take(welcome(), LinkProven(0.01))
        settle(desk)
        sync = desk.state.sync
        assert sync.joined
        assert len(sync.unread_back) + len(sync.unread_before) <= 2
    assert desk.state.health.deaf == 0


def test_a_log_that_lags_behind_the_socket_makes_no_line_deaf(desk: Desk) -> None:
    desk.take(arrived(2), arrived(3))
    for events in ((), (arrived(2), arrived(3))):
        desk.advance(desk.alarm(TimerKind.POLL) or 0.0)
        settle(desk, *events)
    desk.advance(3.0)
    assert desk.took(ReplaceLink) == []
    assert desk.state.health.deaf == 0
