"""A server whose data was restored from a backup: its log is another one, and what is read replaces what is held."""

import pytest

from tests.core.desk import ANA, TALK, Desk, conversation, draft, message
from tms_tui.core.select import session as held
from tms_tui.domain.changes import Announced, NoticeKind
from tms_tui.domain.effects import MarkRead, ReadLog, ReadPage, ReadSession, ReadSessions, TimerKind, Transmit
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.events import (
    AskFailed,
    ComposerChanged,
    LinkProven,
    LinkWelcomed,
    LogRead,
    MessageArrived,
    PageRead,
    ReadMarkMoved,
    ReconnectAsked,
    SendAsked,
    SessionOpened,
    SessionRead,
    SessionsRead,
    Shown,
    TopReached,
    UnreadAsked,
)
from tms_tui.domain.ids import Cursor, MessageId, SessionId
from tms_tui.domain.model import Message, SessionStatus
from tms_tui.domain.value import replace

GONE = SessionId("gone")
FINISHED = SessionId("finished")


@pytest.fixture
def desk() -> Desk:
    """Live at cursor 9: a conversation is open with five messages, one is not, one has ended."""
    desk = Desk()
    desk.sign_in(lifetime=100_000.0)
    for asked in desk.took(ReadSessions):
        desk.take(SessionsRead(asked.query, (), None, Cursor("9.aa")))
    desk.take(LinkWelcomed(ANA.id, 0.0, False, Cursor("9.aa")), LinkProven(0.01))
    for _ in range(2):
        desk.take(LogRead(Cursor("9.aa"), (), Cursor("9.aa"), has_more=False))
    ended = replace(conversation(), id=FINISHED, status=SessionStatus.ENDED)
    desk.take(SessionRead(replace(conversation(), version=9)), SessionOpened(TALK))
    desk.take(SessionRead(replace(conversation(), id=GONE, version=4)), SessionRead(ended))
    desk.take(PageRead(TALK, tuple(message(seq) for seq in range(1, 6)), has_more=False), Shown(TALK, 5))
    desk.effects.clear()
    desk.changes.clear()
    return desk


def written_anew(seq: int) -> Message:
    """A message of the restored log under a number that another one bore before."""
    return replace(message(seq), id=MessageId(f"anew {seq}"))


def lose_the_log(desk: Desk) -> None:
    """The server does not know the cursor."""
    desk.advance(desk.alarm(TimerKind.POLL) or 0.0)
    (asked,) = desk.took(ReadLog)
    desk.take(AskFailed(asked, Failure(FailureKind.EXPIRED, 410)))


def read_open(desk: Desk) -> None:
    """Everything open is one conversation, of an earlier version than what was held."""
    listings = desk.took(ReadSessions)
    assert len(listings) == 2
    for one in listings:
        found = (replace(conversation(unread=2), version=3),) if one.query.status is SessionStatus.ACTIVE else ()
        desk.take(SessionsRead(one.query, found, None, Cursor("7.bb")))


def test_what_is_read_replaces_what_is_held_whatever_its_version(desk: Desk) -> None:
    lose_the_log(desk)
    read_open(desk)
    found = held(desk.state, TALK)
    assert found is not None
    assert (found.version, found.unread) == (3, 2)
    desk.take(PageRead(TALK, (message(1), message(2), written_anew(3), written_anew(4)), has_more=False))
    entries = desk.state.transcript(TALK).entries
    assert [one.id for one in entries if isinstance(one, Message)] == ["talk-1", "talk-2", "anew 3", "anew 4"]
    assert [one.notice.kind for one in desk.saw(Announced)] == [NoticeKind.READ_ANEW]


def test_new_messages_under_old_numbers_are_unread(desk: Desk) -> None:
    lose_the_log(desk)
    read_open(desk)
    desk.take(PageRead(TALK, (message(1), written_anew(2)), has_more=False))
    desk.advance(60.0)
    desk.took(MarkRead)
    desk.take(Shown(TALK, 2))
    desk.advance(desk.alarm(TimerKind.MARK, TALK) or 0.0)
    assert desk.took(MarkRead) == [MarkRead(TALK, 2)]


def test_a_page_of_the_old_log_that_was_under_way_brings_nothing(desk: Desk) -> None:
    desk.take(PageRead(TALK, (message(1),), has_more=True, before=2))
    desk.state.transcript(TALK).top_reached = False
    desk.take(TopReached(TALK))
    (late,) = desk.took(ReadPage)
    lose_the_log(desk)
    desk.take(PageRead(TALK, (message(0),), has_more=False, before=late.before))
    assert desk.state.transcript(TALK).entries == []
    read_open(desk)
    assert desk.took(ReadPage) == [ReadPage(TALK)]
    desk.take(PageRead(TALK, (written_anew(1),), has_more=False))
    assert desk.state.transcript(TALK).entries == [written_anew(1)]


def test_conversations_that_the_restored_log_lacks_go(desk: Desk) -> None:
    lose_the_log(desk)
    read_open(desk)
    assert held(desk.state, FINISHED) is None
    (asked,) = desk.took(ReadSession)
    assert asked == ReadSession(GONE)
    desk.take(AskFailed(asked, Failure(FailureKind.MISSING, 404)))
    assert held(desk.state, GONE) is None


def test_texts_and_drafts_are_kept(desk: Desk) -> None:
    desk.take(ComposerChanged(TALK, private=False, text="half a th"))
    desk.take(SendAsked(draft("on its way")))
    (sent,) = desk.took(Transmit)
    lose_the_log(desk)
    read_open(desk)
    assert desk.state.drafts[TALK, False] == "half a th"
    stored = replace(written_anew(3), send_id=sent.draft.send_id)
    desk.take(PageRead(TALK, (message(1), message(2), stored), has_more=False))
    assert not desk.state.outbox.of(TALK)
    assert desk.state.written_at[TALK, False] == 0, "what the agent had seen bore other numbers"


def test_news_after_the_restore_is_appended(desk: Desk) -> None:
    lose_the_log(desk)
    read_open(desk)
    desk.take(PageRead(TALK, (message(1), message(2)), has_more=False))
    desk.take(LogRead(Cursor("7.bb"), (), Cursor("7.bb"), has_more=False))
    desk.take(MessageArrived(written_anew(3), Cursor("8.bb")))
    assert desk.state.transcript(TALK).entries[-1] == written_anew(3)


# ---- one agent at several desks ----------------------------------------------------------------------------------


def test_what_was_read_at_another_desk_is_read_here(desk: Desk) -> None:
    desk.take(MessageArrived(message(6), Cursor("10.aa")), SessionRead(replace(conversation(unread=1), version=10)))
    assert desk.state.sessions[TALK].unread == 1
    desk.take(ReadMarkMoved(TALK, 6, 0, cursor=Cursor("11.aa")))
    assert desk.state.sessions[TALK].unread == 0
    desk.take(ReadMarkMoved(GONE, 6, 3, cursor=Cursor("12.aa")))
    assert desk.state.sessions[GONE].unread == 3, "also where nothing of it was read"


def test_what_was_marked_unread_at_another_desk_is_unread_here(desk: Desk) -> None:
    desk.take(ReadMarkMoved(TALK, 5, 0))
    desk.take(ReadMarkMoved(TALK, 2, 3, back=True, cursor=Cursor("11.aa")))
    assert desk.state.sessions[TALK].unread == 3


def test_a_wish_of_this_desk_that_is_under_way_outlasts_the_news_of_an_older_one(desk: Desk) -> None:
    desk.take(UnreadAsked(TALK, 4))
    unread = desk.state.sessions[TALK].unread
    assert unread > 0
    desk.take(ReadMarkMoved(TALK, 5, 0))
    assert desk.state.sessions[TALK].unread == unread


def test_reading_everything_again_asks_for_every_listing(desk: Desk) -> None:
    desk.take(ReconnectAsked())
    assert len(desk.took(ReadSessions)) == 2
