"""What is held by somebody who is no agent any more is everybody's: listed, counted, called for, and opened next."""

import pytest

from tests.core.desk import JONAS, TALK, Desk, conversation, message
from tests.core.test_handing import agent
from tms_tui import wording
from tms_tui.core import select
from tms_tui.core.handing import hindrance
from tms_tui.core.select import Filter
from tms_tui.domain.changes import CustomerWrote, SessionMoved
from tms_tui.domain.effects import Assign, ReadAgents
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.events import AgentsRead, AskFailed, AssignAsked, MessageArrived, PresenceSeen, SessionChanged
from tms_tui.domain.ids import AgentId, SessionId
from tms_tui.domain.policy import READ_EVERY, READS_AT_ONCE
from tms_tui.wording import rows

ALL = AgentsRead((agent("Ana"), agent("Ben")))


def waiting(held_by: str, session: SessionId = TALK, version: int = 1) -> SessionChanged:
    return SessionChanged(conversation(session, held_by=held_by, waiting_since=1.0, unread=2, version=version))


def desk() -> Desk:
    """Ana is signed in, and the agents are listed: she and Ben."""
    one = Desk()
    one.sign_in()
    one.take(ALL)
    one.effects.clear()
    return one


def holder(at: Desk) -> AgentId | None:
    return select.holder(at.state, at.state.sessions[TALK])


def test_a_holder_who_is_not_listed_is_asked_about_once_and_then_holds_nothing() -> None:
    at = desk()
    at.take(waiting("eva"), waiting("eva", version=2))
    assert at.took(ReadAgents) == [ReadAgents()]
    assert holder(at) == AgentId("eva"), "until it is known"
    at.saw(SessionMoved)
    at.take(ALL)
    assert holder(at) is None
    assert at.saw(SessionMoved) == [SessionMoved(TALK)]
    assert at.took(ReadAgents) == []
    assert select.listing(at.state, Filter.UNASSIGNED) == [TALK]
    assert select.counts(at.state)[Filter.UNASSIGNED] == 1
    assert select.unread_total(at.state) == 2
    assert select.next_waiting(at.state, None) == TALK
    assert hindrance(at.state, at.state.sessions[TALK], AgentId("ana")) is None
    assert select.holder_name(at.state, at.state.sessions[TALK]) is None
    assert rows.holder(at.state, at.state.sessions[TALK]) == "unassigned"


def test_conversations_that_were_read_before_the_agents_are_looked_at_with_them() -> None:
    at = Desk()
    at.sign_in()
    at.take(waiting("eva"))
    at.took(ReadAgents)
    at.take(ALL)
    assert at.took(ReadAgents) == [ReadAgents()], "she may have come after that list was made"
    at.take(ALL)
    assert holder(at) is None


def test_a_new_colleague_is_no_stranger() -> None:
    at = desk()
    at.take(waiting("eva"), AgentsRead((*ALL.agents, agent("Eva"))))
    assert holder(at) == AgentId("eva")
    assert select.next_waiting(at.state, None) is None


def test_whoever_comes_back_holds_again_what_they_held() -> None:
    at = desk()
    at.take(waiting("eva"), ALL)
    assert holder(at) is None
    at.take(PresenceSeen(agent("Eva")))
    assert holder(at) == AgentId("eva")


def test_own_conversations_still_come_before_those_of_the_gone() -> None:
    at = desk()
    at.take(waiting("eva"), ALL)
    at.take(SessionChanged(conversation(SessionId("mine"), held_by="ana", waiting_since=50.0)))
    assert select.next_waiting(at.state, None) == SessionId("mine")


def test_a_customer_of_the_gone_calls_everybody() -> None:
    at = desk()
    at.take(waiting("eva"), ALL)
    at.saw(CustomerWrote)
    at.take(MessageArrived(message(1, JONAS)))
    assert at.saw(CustomerWrote) == [CustomerWrote(TALK)]


def test_taking_it_names_the_holder_the_server_knows() -> None:
    at = desk()
    at.take(waiting("eva"), ALL, AssignAsked(TALK, AgentId("ana")))
    assert at.took(Assign) == [Assign(TALK, AgentId("ana"), AgentId("eva"))]


def test_strangers_without_end_are_asked_about_at_a_slow_pace() -> None:
    at = desk()
    for number in range(10 * READS_AT_ONCE):
        at.take(waiting(f"stranger-{number}", SessionId(f"talk-{number}")))
    assert len(at.took(ReadAgents)) <= READS_AT_ONCE
    at.advance(10 * READ_EVERY)
    assert len(at.took(ReadAgents)) <= 10


@pytest.mark.parametrize("code", ["agent_disabled", "unknown_agent"])
def test_when_somebody_cannot_be_handed_anything_the_agents_are_read_again(code: str) -> None:
    at = desk()
    at.take(waiting("ana"))
    asked = Assign(TALK, AgentId("ben"), AgentId("ana"))
    failure = Failure(FailureKind.INVALID, 422, code)
    at.take(AskFailed(asked, failure))
    assert at.took(ReadAgents) == [ReadAgents()]
    assert "hand it to somebody else" in wording.reason(failure)
