"""What is known of colleagues: the newest of what was listed and what was heard."""

from tests.core.desk import ANA, Desk
from tms_tui.domain.effects import ReadAgents
from tms_tui.domain.errors import Ending, EndingKind
from tms_tui.domain.events import AgentsRead, LinkLost, LinkProven, LinkWelcomed, ListAsked, PresenceSeen
from tms_tui.domain.ids import AgentId, Cursor
from tms_tui.domain.model import Agent, Availability
from tms_tui.domain.text import CleanText

EVA = AgentId("eva")


def agent(account: AgentId, availability: Availability) -> Agent:
    return Agent(account, CleanText(account), CleanText(f"{account}@shop.test"), availability=availability)


def test_a_list_that_the_server_read_before_we_were_there_does_not_show_us_offline() -> None:
    desk = Desk()
    desk.sign_in()
    assert ReadAgents() in desk.effects
    desk.take(PresenceSeen(agent(ANA.id, Availability.ONLINE)))
    desk.take(AgentsRead((agent(ANA.id, Availability.OFFLINE), agent(EVA, Availability.BUSY))))
    assert desk.state.availability is Availability.ONLINE
    assert desk.state.agents[ANA.id].availability is Availability.ONLINE
    assert desk.state.agents[EVA].availability is Availability.BUSY


def test_a_list_that_comes_late_changes_nothing_of_what_was_heard_on_the_same_socket() -> None:
    desk = Desk()
    desk.sign_in()
    desk.take(PresenceSeen(agent(EVA, Availability.ONLINE)), ListAsked(ReadAgents()))
    desk.take(AgentsRead((agent(EVA, Availability.ONLINE),)), AgentsRead((agent(EVA, Availability.OFFLINE),)))
    assert desk.state.agents[EVA].availability is Availability.ONLINE


def test_once_the_socket_is_lost_a_list_is_believed() -> None:
    desk = Desk()
    desk.sign_in()
    desk.take(LinkWelcomed(ANA.id, 0.0, False, Cursor("0")), LinkProven(0.01))
    desk.take(PresenceSeen(agent(EVA, Availability.AWAY)), LinkLost(Ending(EndingKind.LOST)))
    desk.take(AgentsRead((agent(EVA, Availability.OFFLINE),)))
    assert desk.state.agents[EVA].availability is Availability.OFFLINE


def test_who_was_heard_of_and_is_not_listed_is_none_of_the_agents() -> None:
    desk = Desk()
    desk.sign_in()
    desk.take(PresenceSeen(agent(EVA, Availability.ONLINE)), AgentsRead((agent(ANA.id, Availability.ONLINE),)))
    assert EVA not in desk.state.agents
