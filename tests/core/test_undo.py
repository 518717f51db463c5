"""Whatever was decided, its inverse brings back what stood before."""

from hypothesis import given
from hypothesis import strategies as st

from tests.core.desk import TALK, Desk, conversation
from tms_tui.core.undo import inverse
from tms_tui.domain.events import AssignAsked, AvailabilityAsked, Decide, LabelAsked, SessionChanged, StatusAsked
from tms_tui.domain.ids import AgentId, SessionId
from tms_tui.domain.model import Availability, Priority, Session, SessionStatus
from tms_tui.domain.text import CleanText
from tms_tui.domain.value import replace

tags = st.lists(st.sampled_from([CleanText("vip"), CleanText("card"), CleanText("old")]), unique=True).map(tuple)
sessions = st.builds(
    lambda agent, status, until, labels, priority: replace(
        conversation(held_by=agent, status=status), pending_until=until, tags=labels, priority=priority
    ),
    st.sampled_from([None, "ana", "eva"]),
    st.sampled_from(SessionStatus),
    st.none() | st.floats(1, 10),
    tags,
    st.sampled_from(Priority),
)
decisions: st.SearchStrategy[Decide] = st.one_of(
    st.builds(AssignAsked, st.just(TALK), st.sampled_from([None, AgentId("ana"), AgentId("eva")])),
    st.builds(StatusAsked, st.just(TALK), st.sampled_from(SessionStatus), st.none() | st.floats(1, 10)),
    st.builds(LabelAsked, st.just(TALK), tags=tags),
    st.builds(LabelAsked, st.just(TALK), priority=st.sampled_from(Priority)),
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
