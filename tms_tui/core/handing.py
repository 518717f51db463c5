"""Whose a conversation shall be: who there is to have it, and why to think twice."""

from collections import Counter

from tms_tui.core import select
from tms_tui.core.state import State
from tms_tui.domain.folding import folded
from tms_tui.domain.ids import AgentId
from tms_tui.domain.model import Agent, AuthorType, Availability, Session, SessionStatus
from tms_tui.domain.text import CleanText
from tms_tui.domain.value import Value


class Hindrance(Value):
    """Colleagues are at it: they reply now, or else one holds it."""

    replying: tuple[CleanText, ...] = ()
    holder: CleanText = CleanText("")


def hindrance(state: State, session: Session, agent: AgentId | None) -> Hindrance | None:
    """Why to ask before `agent` (None: nobody) gets a conversation.

    Somebody else is replying in it; or, when it is the agent at the desk who takes it, a colleague holds it.
    """
    replying = [one for one in select.typists(state, session.id) if one.type is AuthorType.AGENT and one.id != agent]
    if replying:
        return Hindrance(replying=tuple(one.name for one in replying))
    mine = state.me.id if state.me else None
    holder = select.holder(state, session)
    if agent != mine or holder in (None, mine) or session.status is SessionStatus.ENDED:
        return None
    return Hindrance(holder=select.holder_name(state, session) or CleanText("A colleague"))


def colleagues(state: State) -> list[tuple[Agent, int]]:
    """Everybody else and how many open conversations each holds; whoever takes new ones comes first."""
    mine = state.me.id if state.me else None
    loads = Counter(one.assigned_agent for one in state.sessions.values() if one.status is not SessionStatus.ENDED)
    others = [agent for agent in state.agents.values() if agent.id != mine]
    others.sort(key=lambda agent: (_ORDER.index(agent.availability), folded(agent.name), agent.id))
    return [(agent, loads[agent.id]) for agent in others]


def replies_in(state: State, agent: AgentId) -> list[Session]:
    """Conversations in which an agent is writing now."""
    found = [state.sessions[one] for one, typists in state.typing.items() if one in state.sessions and typists]
    return [one for one in found if any(author.id == agent for author in select.typists(state, one.id))]


_ORDER = list(Availability)
