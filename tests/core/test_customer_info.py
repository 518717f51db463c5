"""What the site told of a customer: asked for when the conversation is opened, once, and kept whatever else comes."""

from tests.core.desk import TALK, Desk, conversation, message
from tms_tui.domain.changes import SessionMoved
from tms_tui.domain.effects import ReadSession, ReadSessions, SessionQuery
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.events import (
    AskFailed,
    MessageArrived,
    SessionChanged,
    SessionOpened,
    SessionRead,
    SessionsRead,
)
from tms_tui.domain.ids import Cursor
from tms_tui.domain.model import Session
from tms_tui.domain.text import CleanText

PLAN = ((CleanText("plan"), CleanText("pro")),)


def desk_with(session: Session) -> Desk:
    desk = Desk()
    desk.sign_in()
    desk.take(SessionChanged(session))
    desk.effects.clear()
    return desk


def known(desk: Desk) -> tuple[tuple[CleanText, CleanText], ...] | None:
    return desk.state.sessions[TALK].customer.info


def test_it_is_asked_for_when_the_conversation_is_opened_and_not_before() -> None:
    desk = desk_with(conversation(info=None))
    desk.take(MessageArrived(message(1)), SessionChanged(conversation(version=2, info=None)))
    assert desk.took(ReadSession) == []
    desk.take(SessionOpened(TALK))
    assert desk.took(ReadSession) == [ReadSession(TALK)]
    desk.changes.clear()
    desk.take(SessionRead(conversation(version=2, info=PLAN)))
    assert known(desk) == PLAN
    assert SessionMoved(TALK) in desk.changes


def test_it_is_asked_for_once() -> None:
    desk = desk_with(conversation(info=None))
    desk.take(SessionOpened(TALK), SessionRead(conversation(info=PLAN)), SessionOpened(None))
    desk.effects.clear()
    desk.take(SessionOpened(TALK))
    assert desk.took(ReadSession) == []


def test_it_stands_when_the_conversation_comes_without_it() -> None:
    desk = desk_with(conversation(info=None))
    desk.take(SessionOpened(TALK), SessionRead(conversation(info=PLAN)))
    desk.take(SessionChanged(conversation(version=5, name="Jonas W.", info=None)))
    assert desk.state.sessions[TALK].customer.name == "Jonas W."
    assert known(desk) == PLAN
    query = SessionQuery()
    desk.take(SessionsRead(query, (conversation(version=6, info=None),), None, Cursor("9")))
    assert known(desk) == PLAN


def test_it_is_taken_from_an_answer_that_is_older_than_what_is_held() -> None:
    desk = desk_with(conversation(version=4, info=None, name="newer"))
    desk.take(SessionOpened(TALK), MessageArrived(message(1)), SessionRead(conversation(version=3, info=PLAN)))
    assert desk.state.sessions[TALK].version == 4
    assert desk.state.sessions[TALK].customer.name == "newer"
    assert known(desk) == PLAN


def test_a_server_that_never_tells_it_is_asked_once() -> None:
    desk = desk_with(conversation(info=None))
    desk.take(SessionOpened(TALK), SessionRead(conversation(info=None)), SessionOpened(None))
    desk.effects.clear()
    desk.take(SessionChanged(conversation(version=2, info=None)), SessionOpened(TALK))
    assert desk.took(ReadSession) == []
    assert known(desk) == ()


def test_a_server_that_tells_it_everywhere_is_not_asked() -> None:
    desk = desk_with(conversation(info=PLAN))
    desk.take(SessionOpened(TALK))
    assert desk.took(ReadSession) == []
    assert known(desk) == PLAN


def test_it_is_asked_for_when_the_opened_conversation_comes_later() -> None:
    desk = Desk()
    desk.sign_in()
    desk.take(SessionOpened(TALK))
    assert desk.took(ReadSession) == []
    desk.take(SessionChanged(conversation(info=None)))
    assert desk.took(ReadSession) == [ReadSession(TALK)]


def test_it_is_asked_for_again_when_the_answer_was_lost() -> None:
    desk = desk_with(conversation(info=None))
    desk.take(SessionOpened(TALK), AskFailed(ReadSession(TALK), Failure(FailureKind.NOT_REACHED)))
    assert TALK in desk.state.sync.unanswered


def test_it_waits_for_a_sign_in_that_is_needed_first() -> None:
    desk = desk_with(conversation(info=None))
    desk.take(AskFailed(ReadSessions(SessionQuery()), Failure(FailureKind.UNAUTHORIZED, 401)))
    desk.effects.clear()
    desk.take(SessionOpened(TALK))
    assert desk.took(ReadSession) == []
    assert TALK in desk.state.sync.unanswered
