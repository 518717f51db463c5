"""Reading: what was shown counts as read, what is missing is asked for, catching up is said once."""

import pytest

from tests.core.desk import EPOCH, ME, TALK, Desk, conversation, draft, message
from tms_tui.core.select import Filter, is_syncing, listing, next_waiting
from tms_tui.domain.changes import Announced, CustomerWrote, NoticeKind
from tms_tui.domain.effects import (
    MarkRead,
    ReadLog,
    ReadPage,
    ReadSession,
    ReadSessions,
    ReplaceLink,
    SignalViewing,
    TimerKind,
    Transmit,
)
from tms_tui.domain.entries import GapMark
from tms_tui.domain.errors import Ending, EndingKind, Failure, FailureKind
from tms_tui.domain.events import (
    AskFailed,
    LinkLost,
    LinkProven,
    LinkWelcomed,
    LogRead,
    MessageArrived,
    PageRead,
    ReadMarked,
    SendAsked,
    SendStored,
    SessionChanged,
    SessionOpened,
    SessionRead,
    SessionsRead,
    Shown,
    TopReached,
    Woke,
)
from tms_tui.domain.ids import AgentId, Cursor, SendId, SessionId
from tms_tui.domain.model import SessionStatus


@pytest.fixture
def desk() -> Desk:
    """Live, everything read, one conversation open with three messages."""
    desk = Desk()
    desk.sign_in(lifetime=100_000.0)
    for asked in desk.took(ReadSessions):
        desk.take(SessionsRead(asked.query, (), None, Cursor("3")))
    desk.take(LinkWelcomed(AgentId("ana"), 0.0, False, Cursor("3")), LinkProven(0.01))
    for _ in range(2):
        desk.take(LogRead(Cursor("3"), (), Cursor("3"), has_more=False))
    desk.take(SessionRead(conversation(unread=3)), SessionOpened(TALK))
    desk.take(PageRead(TALK, (message(1), message(2), message(3)), has_more=True))
    desk.effects.clear()
    desk.changes.clear()
    return desk


def test_opening_says_what_is_looked_at_and_reads_the_newest_page() -> None:
    desk = Desk()
    desk.sign_in()
    desk.take(SessionOpened(TALK), SessionOpened(TALK))
    assert desk.took(SignalViewing) == [SignalViewing(TALK)]
    assert desk.took(ReadPage) == [ReadPage(TALK)]


def test_what_was_shown_is_told_once_with_the_newest_mark(desk: Desk) -> None:
    desk.take(Shown(TALK, 1), Shown(TALK, 2), Shown(TALK, 3))
    assert desk.state.sessions[TALK].unread == 0
    desk.advance(1.0)
    assert desk.took(MarkRead) == [MarkRead(TALK, 3)]
    desk.take(Shown(TALK, 3), ReadMarked(TALK, 3))
    desk.advance(10.0)
    assert desk.took(MarkRead) == []


def test_a_mark_that_grew_meanwhile_follows(desk: Desk) -> None:
    desk.take(Shown(TALK, 2))
    desk.advance(1.0)
    desk.take(Shown(TALK, 3), ReadMarked(TALK, 2))
    desk.effects.clear()
    desk.advance(1.0)
    assert desk.took(MarkRead) == [MarkRead(TALK, 3)]


def test_a_hole_in_the_open_conversation_is_read(desk: Desk) -> None:
    desk.take(MessageArrived(message(6)))
    assert desk.took(ReadPage) == [ReadPage(TALK, before=6)]


def test_the_top_asks_for_the_page_before_it_once(desk: Desk) -> None:
    desk.take(TopReached(TALK), TopReached(TALK))
    assert desk.took(ReadPage) == [ReadPage(TALK, before=1)]


def test_a_page_that_failed_is_asked_for_again(desk: Desk) -> None:
    desk.take(MessageArrived(message(6)))
    (asked,) = desk.took(ReadPage)
    desk.take(AskFailed(asked, Failure(FailureKind.NOT_REACHED)))
    desk.take(MessageArrived(message(7)))
    assert desk.took(ReadPage) == [asked]


def test_catching_up_marks_the_gap_and_is_said_once(desk: Desk) -> None:
    desk.take(LinkLost(Ending(EndingKind.LOST)))
    desk.effects.clear()
    desk.saw(Announced)
    desk.take(LogRead(Cursor("3"), (), Cursor("3"), has_more=False))
    desk.advance(60.0)
    desk.take(LinkWelcomed(AgentId("ana"), 0.0, True, Cursor("5")))
    assert is_syncing(desk.state, TALK)
    missed = tuple(MessageArrived(message(seq), Cursor(str(seq))) for seq in (4, 5))
    for _ in range(2):
        for asked in desk.took(ReadLog):
            desk.take(LogRead(asked.after, missed, Cursor("5"), has_more=False))
    assert not is_syncing(desk.state, TALK)
    marks = [entry for entry in desk.state.transcripts[TALK].entries if isinstance(entry, GapMark)]
    assert [(mark.after_seq, mark.recovered, mark.confirmed) for mark in marks] == [(3, 2, True)]
    kinds = [change.notice.kind for change in desk.saw(Announced)]
    assert kinds.count(NoticeKind.CAUGHT_UP) == 1


def log_brings(desk: Desk, seq: int) -> None:
    """Answer every read of the log, the first one with a message elsewhere."""
    missed = MessageArrived(message(seq, session=SessionId("other")), Cursor(str(seq)))
    elsewhere: tuple[MessageArrived, ...] = (missed,)
    while reads := desk.took(ReadLog):
        for read in reads:
            desk.take(LogRead(read.after, elsewhere, Cursor(str(seq)), has_more=False))
            elsewhere = ()


def test_what_is_old_when_it_is_read_calls_nobody_and_what_comes_then_does(desk: Desk) -> None:
    desk.take(SessionChanged(conversation(SessionId("other"))))
    log_brings(desk, 3)
    desk.changes.clear()
    desk.take(LinkLost(Ending(EndingKind.LOST)))
    (read,) = desk.took(ReadLog)
    desk.take(AskFailed(read, Failure(FailureKind.NOT_REACHED)))
    desk.advance(desk.alarm(TimerKind.POLL) or 0.0)
    log_brings(desk, 4)
    assert desk.saw(CustomerWrote) == [], "written while nothing could be read"
    desk.advance(desk.alarm(TimerKind.POLL) or 0.0)
    log_brings(desk, 5)
    assert len(desk.saw(CustomerWrote)) == 1, "polling calls as a line does"
    desk.take(Woke(3600.0))
    log_brings(desk, 6)
    assert desk.saw(CustomerWrote) == [], "written while the machine slept"


def test_a_socket_that_keeps_silent_about_the_log_is_replaced(desk: Desk) -> None:
    desk.advance(desk.alarm(TimerKind.POLL) or 0.0)
    (asked,) = desk.took(ReadLog)
    desk.take(LogRead(asked.after, (MessageArrived(message(4), Cursor("4")),), Cursor("4"), has_more=False))
    desk.advance(2.9)
    assert desk.took(ReplaceLink) == []
    desk.advance(0.2)
    assert len(desk.took(ReplaceLink)) == 1
    assert desk.state.health.deaf == 1
    assert desk.state.health.gaps_filled == 1


def test_a_socket_that_is_merely_slower_than_the_log_is_not(desk: Desk) -> None:
    desk.advance(desk.alarm(TimerKind.POLL) or 0.0)
    (asked,) = desk.took(ReadLog)
    late = MessageArrived(message(4), Cursor("4"))
    desk.take(LogRead(asked.after, (late,), Cursor("4"), has_more=False), late)
    desk.advance(10.0)
    assert desk.took(ReplaceLink) == []
    assert desk.state.health.duplicates == 0, "two ways, once each"


def test_a_log_that_cannot_be_gone_on_with_is_replaced_by_a_snapshot(desk: Desk) -> None:
    desk.advance(desk.alarm(TimerKind.POLL) or 0.0)
    (asked,) = desk.took(ReadLog)
    desk.take(AskFailed(asked, Failure(FailureKind.EXPIRED, 410)))
    listings = desk.took(ReadSessions)
    assert len(listings) == 2
    for one in listings:
        desk.take(SessionsRead(one.query, (conversation(),), None, Cursor("90")))
    assert is_syncing(desk.state, TALK)
    assert desk.took(ReadPage) == [ReadPage(TALK)]
    assert [one.after for one in desk.took(ReadLog)] == [Cursor("90")]
    desk.take(PageRead(TALK, (message(1), message(2), message(3), message(4)), has_more=False))
    assert not is_syncing(desk.state, TALK)


OTHER = SessionId("other")


def log_is_read(desk: Desk) -> None:
    """Wind on to the next read of the log, which works and brings nothing."""
    desk.advance(desk.alarm(TimerKind.POLL) or 0.0)
    (read,) = desk.took(ReadLog)
    desk.take(LogRead(read.after, (), read.after, has_more=False))


def refuse_page(desk: Desk, kind: FailureKind) -> ReadPage:
    (asked,) = desk.took(ReadPage)
    desk.take(AskFailed(asked, Failure(kind)))
    return asked


@pytest.mark.parametrize("kind", [FailureKind.SERVER_ERROR, FailureKind.NO_ANSWER, FailureKind.UNREADABLE])
def test_a_page_that_failed_alone_is_asked_again_when_the_log_reads(desk: Desk, kind: FailureKind) -> None:
    """The line is up and the log reads well all the time: nothing else would ever ask."""
    desk.take(SessionOpened(OTHER))
    asked = refuse_page(desk, kind)
    log_is_read(desk)
    assert desk.took(ReadPage) == [asked]
    desk.take(PageRead(OTHER, (message(1, session=OTHER),), has_more=False))
    assert not is_syncing(desk.state, OTHER)
    log_is_read(desk)
    assert desk.took(ReadPage) == []


def test_a_page_that_fails_for_ever_is_asked_once_with_each_read_of_the_log(desk: Desk) -> None:
    desk.take(SessionOpened(OTHER))
    for _ in range(10):
        refuse_page(desk, FailureKind.SERVER_ERROR)
        assert desk.took(ReadPage) == []
        log_is_read(desk)


def test_a_page_the_server_will_not_give_is_asked_again_only_by_opening(desk: Desk) -> None:
    desk.take(SessionOpened(OTHER))
    asked = refuse_page(desk, FailureKind.FORBIDDEN)
    for _ in range(3):
        log_is_read(desk)
    assert desk.took(ReadPage) == []
    desk.take(SessionOpened(TALK), SessionOpened(OTHER))
    assert desk.took(ReadPage) == [asked]
    desk.take(AskFailed(asked, Failure(FailureKind.SERVER_ERROR, 503)))
    log_is_read(desk)
    assert desk.took(ReadPage) == [asked]


def test_what_is_opened_without_a_sign_in_is_read_after_it_though_it_was_refused_before(desk: Desk) -> None:
    desk.take(SessionOpened(OTHER))
    asked = refuse_page(desk, FailureKind.FORBIDDEN)
    desk.take(AskFailed(ReadLog(Cursor("3")), Failure(FailureKind.UNAUTHORIZED, 401)))
    desk.take(SessionOpened(TALK), SessionOpened(OTHER))
    assert desk.took(ReadPage) == []
    desk.sign_in()
    assert desk.took(ReadPage) == [asked]


def test_a_server_that_wants_a_rest_is_asked_for_no_page_before_its_end(desk: Desk) -> None:
    desk.take(SessionOpened(OTHER))
    desk.advance(desk.alarm(TimerKind.POLL) or 0.0)
    (read,) = desk.took(ReadLog)
    asked = refuse_page(desk, FailureKind.TOO_MANY)
    desk.take(LogRead(read.after, (), read.after, has_more=False))
    assert desk.took(ReadPage) == []
    desk.advance(30.0)
    log_is_read(desk)
    assert desk.took(ReadPage) == [asked]


def test_a_doubtful_send_whose_check_is_refused_goes_again_instead_of_asking_for_ever(desk: Desk) -> None:
    """Under the same id, so it is stored once whether it had arrived or not."""
    desk.take(SendAsked(draft(seen=3)))
    (sent,) = desk.took(Transmit)
    desk.take(AskFailed(sent, Failure(FailureKind.SERVER_ERROR, 502)))
    desk.advance(1.0)
    refuse_page(desk, FailureKind.MISSING)
    assert desk.took(Transmit) == [sent]
    desk.take(SendStored(SendId("s1"), message(4, ME, send_id="s1")))
    assert desk.state.outbox.unsent() == 0
    desk.advance(60.0)
    assert desk.took(ReadPage) == []


def snapshot_misses(desk: Desk) -> ReadSession:
    """The log does not reach back, and the open conversation is on no list any more: it is asked for."""
    desk.take(SessionChanged(conversation(version=2, waiting_since=EPOCH)))
    desk.advance(desk.alarm(TimerKind.POLL) or 0.0)
    (read,) = desk.took(ReadLog)
    desk.take(AskFailed(read, Failure(FailureKind.EXPIRED, 410)))
    for asked in desk.took(ReadSessions):
        desk.take(SessionsRead(asked.query, (), None, Cursor("90")))
    (read_now,) = desk.took(ReadLog)
    desk.take(LogRead(read_now.after, (), read_now.after, has_more=False))
    (missed,) = desk.took(ReadSession)
    return missed


def test_a_conversation_that_could_not_be_read_is_asked_again_until_it_is(desk: Desk) -> None:
    """Else one that ended meanwhile would stay among the waiting ones."""
    asked = snapshot_misses(desk)
    for _ in range(3):
        desk.take(AskFailed(asked, Failure(FailureKind.SERVER_ERROR, 503)))
        assert desk.took(ReadSession) == []
        log_is_read(desk)
        assert desk.took(ReadSession) == [asked]
        log_is_read(desk)
        assert desk.took(ReadSession) == [], "it is still being read"
    assert next_waiting(desk.state, None) == TALK
    desk.take(SessionRead(conversation(version=3, status=SessionStatus.ENDED)))
    assert listing(desk.state, Filter.ALL) == []
    assert next_waiting(desk.state, None) is None
    log_is_read(desk)
    assert desk.took(ReadSession) == []


def test_a_conversation_the_server_will_not_show_is_asked_for_once(desk: Desk) -> None:
    desk.take(AskFailed(snapshot_misses(desk), Failure(FailureKind.FORBIDDEN, 403)))
    log_is_read(desk)
    assert desk.took(ReadSession) == []


def test_a_conversation_the_server_does_not_know_any_more_is_gone_and_asked_for_no_more(desk: Desk) -> None:
    asked = snapshot_misses(desk)
    desk.take(AskFailed(asked, Failure(FailureKind.SERVER_ERROR, 503)))
    log_is_read(desk)
    assert desk.took(ReadSession) == [asked]
    desk.take(AskFailed(asked, Failure(FailureKind.MISSING, 404)))
    assert listing(desk.state, Filter.ALL) == []
    log_is_read(desk)
    assert desk.took(ReadSession) == []


def test_what_failed_as_the_sign_in_ended_is_asked_again_after_the_next(desk: Desk) -> None:
    asked = snapshot_misses(desk)
    desk.advance(desk.alarm(TimerKind.POLL) or 0.0)
    (read,) = desk.took(ReadLog)
    desk.take(AskFailed(asked, Failure(FailureKind.UNAUTHORIZED, 401)))
    desk.take(LogRead(read.after, (), read.after, has_more=False))
    desk.advance(60.0)
    assert desk.took(ReadSession) == []
    desk.sign_in()
    assert desk.took(ReadSession) == [asked]
