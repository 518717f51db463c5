"""Whatever was decided, its inverse brings back what stood before; and what may still be taken back."""

from hypothesis import given
from hypothesis import strategies as st

from tests.core.desk import TALK, Desk, conversation, draft
from tms_tui.core.state import Decision
from tms_tui.core.undo import inverse, to_take_back
from tms_tui.domain.effects import Assign, Effect, SetStatus
from tms_tui.domain.entries import PendingSend
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.events import (
    AskFailed,
    AssignAsked,
    AvailabilityAsked,
    BlockAsked,
    Decide,
    Event,
    LabelAsked,
    SendAsked,
    SessionChanged,
    StatusAsked,
    UnblockAsked,
    UndoAsked,
)
from tms_tui.domain.ids import AgentId, SessionId
from tms_tui.domain.model import Availability, Blocked, BlockScope, Priority, Session, SessionStatus
from tms_tui.domain.policy import UNDO_WITHIN
from tms_tui.domain.text import CleanText
from tms_tui.domain.value import replace

tags = st.lists(st.sampled_from([CleanText("vip"), CleanText("card"), CleanText("old")]), unique=True).map(tuple)
times = st.none() | st.floats(1, 10)
blocked = st.none() | st.builds(Blocked, st.just(BlockScope.CUSTOMER), st.just(0.0), st.just(CleanText("old")), times)
sessions = st.builds(
    lambda agent, status, until, labels, priority, kept_out: replace(
        conversation(held_by=agent, status=status),
        pending_until=until,
        tags=labels,
        priority=priority,
        blocked=kept_out,
    ),
    st.sampled_from([None, "ana", "eva"]),
    st.sampled_from(SessionStatus),
    st.none() | st.floats(1, 10),
    tags,
    st.sampled_from(Priority),
    blocked,
)
decisions: st.SearchStrategy[Decide] = st.one_of(
    st.builds(AssignAsked, st.just(TALK), st.sampled_from([None, AgentId("ana"), AgentId("eva")])),
    st.builds(StatusAsked, st.just(TALK), st.sampled_from(SessionStatus), st.none() | st.floats(1, 10)),
    st.builds(LabelAsked, st.just(TALK), tags=tags),
    st.builds(LabelAsked, st.just(TALK), priority=st.sampled_from(Priority)),
    st.builds(BlockAsked, st.just(TALK), st.just(BlockScope.CUSTOMER), st.sampled_from(["", "spam"]), times),
)


def decided(session: Session, event: Decide) -> Session:
    """The conversation as the server would have it after a decision."""
    match event:
        case AssignAsked(_, agent):
            return replace(session, assigned_agent=agent)
        case StatusAsked(_, status, until):
            return replace(session, status=status, pending_until=until)
        case LabelAsked(_, labels, priority):
            return replace(
                session,
                tags=session.tags if labels is None else labels,
                priority=session.priority if priority is None else priority,
            )
        case BlockAsked(_, scope, reason, until):
            return replace(session, blocked=Blocked(scope, 0.0, CleanText(reason), until))
        case UnblockAsked(_, scope):
            lifted = session.blocked is None or scope in (None, session.blocked.scope)
            return replace(session, blocked=None) if lifted else session
        case AvailabilityAsked():
            return session


@given(sessions, decisions)
def test_what_was_decided_and_taken_back_is_as_it_was(session: Session, event: Decide) -> None:
    desk = Desk()
    desk.take(SessionChanged(session))
    back = inverse(desk.state, event)
    assert back is not None
    assert decided(decided(session, event), back) == session


def test_availability_goes_back_to_what_it_was() -> None:
    desk = Desk()
    desk.state.availability = Availability.BUSY
    assert inverse(desk.state, AvailabilityAsked(Availability.AWAY)) == AvailabilityAsked(Availability.BUSY)


def test_a_conversation_that_is_not_held_has_nothing_to_go_back_to() -> None:
    assert inverse(Desk().state, AssignAsked(SessionId("gone"), None)) is None


def asked(desk: Desk, *events: Event) -> list[Effect]:
    """What the server is asked for, and nothing else."""
    desk.effects.clear()
    desk.take(*events)
    return desk.effects


def test_a_decision_is_taken_back_once_and_for_a_while() -> None:
    desk = Desk()
    desk.take(SessionChanged(conversation()))
    assert asked(desk, StatusAsked(TALK, SessionStatus.ENDED)) == [SetStatus(TALK, SessionStatus.ENDED)]
    desk.advance(UNDO_WITHIN)
    assert asked(desk, UndoAsked()) == [SetStatus(TALK, SessionStatus.ACTIVE)]
    assert asked(desk, UndoAsked()) == []
    desk.take(StatusAsked(TALK, SessionStatus.ENDED))
    desk.advance(UNDO_WITHIN + 0.1)
    assert asked(desk, UndoAsked()) == []


def test_an_assignment_is_taken_back_only_from_whom_it_was_given_to() -> None:
    """Whoever took it meanwhile keeps it: the server compares."""
    desk = Desk()
    desk.take(SessionChanged(conversation(held_by="ben")))
    desk.take(AssignAsked(TALK, AgentId("eva")), SessionChanged(conversation(held_by="zoe", version=3)))
    assert asked(desk, UndoAsked()) == [Assign(TALK, AgentId("ben"), AgentId("eva"))]


def test_a_lost_race_leaves_nothing_to_take_back() -> None:
    """Else taking it back would take it from the colleague who won."""
    desk = Desk()
    desk.sign_in()
    desk.take(SessionChanged(conversation()), AssignAsked(TALK, AgentId("ana")))
    (took,) = desk.took(Assign)
    won = conversation(held_by="eva", version=2)
    desk.take(AskFailed(took, Failure(FailureKind.TAKEN, session=won)))
    assert to_take_back(desk.state, TALK, desk.now) is None
    assert asked(desk, UndoAsked()) == []


def test_the_newer_of_a_queued_message_and_a_decision_is_taken_back() -> None:
    desk = Desk()
    desk.take(SessionChanged(conversation()))
    desk.take(SendAsked(draft("first")), SendAsked(draft("second")))
    queued = to_take_back(desk.state, TALK, desk.now)
    assert isinstance(queued, PendingSend)
    assert queued.draft.send_id == "second"
    desk.advance(1)
    desk.take(StatusAsked(TALK, SessionStatus.ENDED))
    assert isinstance(to_take_back(desk.state, TALK, desk.now), Decision)
    assert isinstance(to_take_back(desk.state, TALK, desk.now + UNDO_WITHIN + 1), PendingSend)


def test_what_may_be_on_its_way_is_not_taken_back() -> None:
    desk = Desk()
    desk.take(SessionChanged(conversation()), SendAsked(draft("first")))
    assert to_take_back(desk.state, TALK, desk.now) is None
