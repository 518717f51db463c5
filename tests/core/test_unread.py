"""Marked unread: at once here, at the server after any mark under way, and until it is opened again."""

from tests.core.desk import EVA, TALK, Desk, conversation, message
from tms_tui.domain.changes import Announced, NoticeKind
from tms_tui.domain.effects import MarkRead, MarkUnread
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.events import (
    AskFailed,
    PageRead,
    ReadMarked,
    SessionAnswered,
    SessionChanged,
    SessionOpened,
    Shown,
    UnreadAsked,
)
from tms_tui.domain.model import Message
from tms_tui.domain.policy import MARK_EVERY


def read(desk: Desk, *messages: Message, version: int = 1) -> None:
    """A conversation opened, read to its end, and the server told so."""
    desk.take(SessionChanged(conversation(version=version)), SessionOpened(TALK))
    desk.take(PageRead(TALK, messages, has_more=False), Shown(TALK, messages[-1].seq))
    desk.advance(MARK_EVERY)
    desk.take(*(ReadMarked(one.session, one.up_to) for one in desk.took(MarkRead)))
    desk.took(MarkUnread)


def unread_of(desk: Desk) -> int:
    return desk.state.sessions[TALK].unread


def answered(desk: Desk, unread: int) -> None:
    """The server carries out the one mark that was asked for."""
    (asked,) = desk.took(MarkUnread)
    desk.take(SessionAnswered(conversation(unread=unread), asked))


def test_marked_unread_it_is_so_here_at_once_and_at_the_server() -> None:
    desk = Desk()
    read(desk, message(1), message(2), message(3, EVA))
    desk.take(UnreadAsked(TALK))
    assert unread_of(desk) == 1
    (asked,) = desk.took(MarkUnread)
    assert asked == MarkUnread(TALK, 2)
    desk.take(SessionChanged(conversation(unread=0, version=2)))
    assert unread_of(desk) == 1, "what the server said before it knew"
    desk.take(SessionAnswered(conversation(unread=1, version=2), asked))
    assert unread_of(desk) == 1


def test_unread_begins_at_the_message_chosen_but_holds_the_customers_last_words() -> None:
    desk = Desk()
    read(desk, message(1), message(2), message(3, EVA))
    desk.take(UnreadAsked(TALK, 1))
    assert unread_of(desk) == 2
    answered(desk, 2)
    desk.take(Shown(TALK, 3), UnreadAsked(TALK, 3))
    assert unread_of(desk) == 1


def test_opened_again_it_is_read_again_and_the_server_is_told() -> None:
    desk = Desk()
    read(desk, message(1), message(2))
    desk.take(UnreadAsked(TALK))
    desk.take(Shown(TALK, 2))
    assert unread_of(desk) == 0
    answered(desk, 1)
    assert unread_of(desk) == 0, "seen since, and not told yet"
    desk.advance(MARK_EVERY)
    assert desk.took(MarkRead) == [MarkRead(TALK, 2)]


def test_a_mark_under_way_is_answered_before_the_server_is_told_of_its_taking_back() -> None:
    """In the other order the late mark would make it read again."""
    desk = Desk()
    desk.take(SessionChanged(conversation()), SessionOpened(TALK))
    desk.take(PageRead(TALK, (message(1), message(2)), has_more=False), Shown(TALK, 2))
    desk.advance(MARK_EVERY)
    (mark,) = desk.took(MarkRead)
    desk.take(UnreadAsked(TALK))
    assert desk.took(MarkUnread) == []
    desk.take(ReadMarked(TALK, mark.up_to))
    assert desk.took(MarkUnread) == [MarkUnread(TALK, 2)]


def test_a_mark_that_waits_for_its_turn_gives_way() -> None:
    desk = Desk()
    desk.take(SessionChanged(conversation()), SessionOpened(TALK))
    desk.take(PageRead(TALK, (message(1), message(2)), has_more=False), Shown(TALK, 2), UnreadAsked(TALK))
    desk.advance(MARK_EVERY)
    assert desk.took(MarkRead) == []
    assert desk.took(MarkUnread) == [MarkUnread(TALK, 2)]


def test_a_conversation_never_opened_is_unread_from_what_the_server_knows_as_last() -> None:
    desk = Desk()
    desk.take(SessionChanged(conversation()), UnreadAsked(TALK))
    assert unread_of(desk) == 1
    assert desk.took(MarkUnread) == [MarkUnread(TALK, None)]


def test_where_the_customer_wrote_nothing_nothing_is_unread() -> None:
    desk = Desk()
    read(desk, message(1, EVA))
    desk.take(UnreadAsked(TALK))
    assert (unread_of(desk), desk.took(MarkUnread)) == (0, [])


def test_a_refused_mark_is_said_and_reading_goes_on() -> None:
    desk = Desk()
    read(desk, message(1), message(2))
    desk.take(UnreadAsked(TALK))
    (asked,) = desk.took(MarkUnread)
    desk.saw(Announced)
    desk.take(AskFailed(asked, Failure(FailureKind.NOT_REACHED)))
    assert [one.notice.kind for one in desk.saw(Announced)] == [NoticeKind.REQUEST_FAILED]
    desk.take(Shown(TALK, 2))
    desk.advance(MARK_EVERY)
    assert desk.took(MarkRead) == [MarkRead(TALK, 2)]
