"""Conversations: the newer version wins, messages move them on, and news is said once."""

from hypothesis import given
from hypothesis import strategies as st

from tests.core.desk import ANA, EPOCH, EVA, ME, TALK, Desk, conversation, message
from tms_tui.core.select import Filter, counts, listing, next_waiting
from tms_tui.domain.changes import Announced, NoticeKind
from tms_tui.domain.effects import Assign, ReadSession
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.events import (
    AskFailed,
    AssignAsked,
    MessageArrived,
    SessionAnswered,
    SessionAssigned,
    SessionChanged,
    SessionRead,
)
from tms_tui.domain.ids import AgentId, SessionId
from tms_tui.domain.model import Session, SessionStatus
from tms_tui.domain.value import replace


def desk_with(*sessions: Session) -> Desk:
    desk = Desk()
    desk.sign_in()
    for session in sessions:
        desk.take(SessionRead(session))
    desk.changes.clear()
    desk.effects.clear()
    return desk


def notices(desk: Desk) -> list[NoticeKind]:
    return [change.notice.kind for change in desk.saw(Announced)]


@given(st.permutations([1, 2, 3, 4]))
def test_the_newest_version_stands_in_any_order(order: list[int]) -> None:
    desk = desk_with()
    for version in order:
        desk.take(SessionChanged(conversation(version=version, name=f"Jonas {version}")))
    assert desk.state.sessions[TALK].customer.name == "Jonas 4"


def test_a_customers_message_moves_the_conversation_on() -> None:
    desk = desk_with(conversation())
    desk.take(MessageArrived(message(1)), MessageArrived(message(2)))
    session = desk.state.sessions[TALK]
    assert session.unread == 2
    assert session.waiting_since == EPOCH + 1
    assert session.last_message is not None
    assert session.last_message.text == "text 2"
    desk.take(MessageArrived(message(3, ME)))
    assert desk.state.sessions[TALK].waiting_since is None


def test_a_note_neither_answers_nor_shows_in_the_list() -> None:
    desk = desk_with(conversation())
    desk.take(MessageArrived(message(1)), MessageArrived(message(2, EVA, private=True)))
    session = desk.state.sessions[TALK]
    assert session.waiting_since is not None
    assert session.last_message is not None
    assert session.last_message.text == "text 1"


def test_a_listing_that_is_older_than_a_message_does_not_take_it_back() -> None:
    desk = desk_with(conversation(activity=0.0))
    desk.take(MessageArrived(message(1)), SessionRead(conversation(activity=0.0)))
    assert desk.state.sessions[TALK].unread == 1


def test_a_message_of_an_unknown_conversation_asks_for_it() -> None:
    desk = desk_with()
    desk.take(MessageArrived(message(1)))
    assert desk.took(ReadSession) == [ReadSession(TALK)]


def test_taking_is_checked_against_who_holds_it() -> None:
    desk = desk_with(conversation(held_by="eva"))
    desk.take(AssignAsked(TALK, ANA.id))
    assert desk.took(Assign) == [Assign(TALK, ANA.id, AgentId("eva"))]


def test_a_lost_race_names_who_won() -> None:
    desk = desk_with(conversation())
    desk.take(AssignAsked(TALK, ANA.id))
    (asked,) = desk.took(Assign)
    now = conversation(version=2, held_by="eva")
    desk.take(AskFailed(asked, Failure(FailureKind.TAKEN, 409, session=now)))
    (announced,) = desk.saw(Announced)
    assert announced.notice.kind is NoticeKind.RACE_LOST
    assert announced.notice.other == "Eva"
    assert desk.state.sessions[TALK].assigned_agent == "eva"


def test_assignments_of_others_are_said_and_ones_own_are_not() -> None:
    desk = desk_with(conversation())
    eva = AgentId("eva")
    desk.take(SessionAssigned(conversation(version=2, held_by="eva"), None, eva))
    assert notices(desk) == [NoticeKind.TAKEN_BY]
    desk.take(SessionAssigned(conversation(version=3, held_by="ana"), eva, eva))
    assert notices(desk) == [NoticeKind.GIVEN_TO_YOU]
    desk.take(SessionAssigned(conversation(version=4, held_by="eva"), ANA.id, eva))
    assert notices(desk) == [NoticeKind.TAKEN_FROM_YOU]
    desk.take(SessionAssigned(conversation(version=5, held_by="ana"), eva, ANA.id))
    assert notices(desk) == []


def test_resolving_and_reopening_are_said_once() -> None:
    desk = desk_with(conversation())
    ended = conversation(version=2, status=SessionStatus.ENDED)
    desk.take(SessionChanged(ended), SessionChanged(ended))
    assert notices(desk) == [NoticeKind.RESOLVED]
    desk.take(SessionChanged(conversation(version=3)))
    assert notices(desk) == [NoticeKind.REOPENED]


def test_what_wakes_at_its_time_says_so_and_what_is_woken_before_does_not() -> None:
    desk = desk_with(conversation())
    wall = EPOCH + desk.now
    aside = replace(conversation(version=2, status=SessionStatus.PENDING), pending_until=wall + 600)
    desk.take(SessionChanged(aside))
    assert notices(desk) == [NoticeKind.SET_PENDING]
    desk.take(SessionChanged(conversation(version=3)), SessionChanged(replace(aside, version=4)))
    assert notices(desk) == [NoticeKind.REOPENED, NoticeKind.SET_PENDING]
    desk.advance(600)
    desk.take(SessionChanged(conversation(version=5, waiting_since=wall + 600)))
    assert notices(desk) == [NoticeKind.WOKE]


def test_waiting_customers_stand_first_the_longest_wait_on_top() -> None:
    desk = desk_with(
        conversation(SessionId("answered"), activity=99.0),
        conversation(SessionId("short"), waiting_since=EPOCH + 50),
        conversation(SessionId("long"), waiting_since=EPOCH + 10, held_by="eva"),
        conversation(SessionId("mine"), waiting_since=EPOCH + 60, held_by="ana"),
        conversation(SessionId("over"), status=SessionStatus.ENDED),
    )
    assert listing(desk.state, Filter.ALL) == ["long", "short", "mine", "answered"]
    assert listing(desk.state, Filter.MINE) == ["mine"]
    assert listing(desk.state, Filter.ENDED) == ["over"]
    assert counts(desk.state)[Filter.UNASSIGNED] == 2
    assert next_waiting(desk.state, None) == "mine"
    assert next_waiting(desk.state, SessionId("mine")) == "short"


def test_an_answer_with_an_ended_conversation_takes_it_off_the_open_ones() -> None:
    desk = desk_with(conversation())
    desk.take(SessionAnswered(conversation(version=2, status=SessionStatus.ENDED), ReadSession(TALK)))
    assert listing(desk.state, Filter.ALL) == []


def test_next_goes_round_all_that_need_me() -> None:
    desk = desk_with(
        *(conversation(SessionId(name), waiting_since=EPOCH + place) for place, name in enumerate("abc", 10))
    )
    seen = []
    at = None
    for _ in range(4):
        at = next_waiting(desk.state, at)
        seen.append(at)
    assert seen == ["a", "b", "c", "a"]
    desk = desk_with(conversation(waiting_since=EPOCH))
    assert next_waiting(desk.state, TALK) is None
