"""Colleagues, the agent's own availability, and the texts kept for reuse."""

from collections import Counter

from tms_tui.core import bounds
from tms_tui.core.state import State, Step
from tms_tui.domain.changes import (
    Bound,
    CannedChanged,
    Notice,
    NoticeKind,
    PeopleChanged,
    SessionMoved,
    TranscriptChanged,
)
from tms_tui.domain.effects import ReadAgents
from tms_tui.domain.ids import AgentId, SessionId
from tms_tui.domain.model import Agent, CannedResponse
from tms_tui.domain.policy import AGENTS_HELD, CANNED_HELD


def seen(step: Step, agent: Agent) -> None:
    """An agent as they are now."""
    state = step.state
    before = state.agents.get(agent.id)
    if before is None and len(state.agents) >= AGENTS_HELD:
        bounds.reached(step, Bound.AGENTS)
        return
    state.agents_heard |= {agent.id}
    if before == agent:
        return
    state.agents[agent.id] = agent
    if agent.id in state.strangers:
        state.strangers -= {agent.id}
        _set_gone(step, state.gone - {agent.id})
    if before is None or before.name != agent.name:
        _find_namesakes(step)
    step.show(PeopleChanged())
    _moved(step, before.viewing if before else None, agent.viewing)
    if state.me is not None and agent.id == state.me.id and agent.availability is not state.availability:
        state.availability = agent.availability
        announce(step, Notice(NoticeKind.AVAILABILITY, step.moment.wall, name=agent.name))


def listed(step: Step, agents: tuple[Agent, ...]) -> None:
    """All agents of the tenant."""
    mine = step.state.me.id if step.state.me else None
    if len(agents) > AGENTS_HELD:
        bounds.reached(step, Bound.AGENTS)
        agents = tuple(sorted(agents, key=lambda agent: agent.id != mine))[:AGENTS_HELD]
    state = step.state
    state.agents_read = True
    state.agents = {one.id: state.agents[one.id] if _is_newer(state, one.id) else one for one in agents}
    _find_namesakes(step)
    _look_for_strangers(step)
    own = state.agents.get(mine) if mine is not None else None
    if own is not None:
        state.availability = own.availability
    step.show(PeopleChanged())


def _is_newer(state: State, agent: AgentId) -> bool:
    """Whether they were heard of on the socket that is there now: the server may have read the list before that."""
    return agent in state.agents_heard and agent in state.agents


def holder_seen(step: Step, holder: AgentId | None) -> None:
    """A conversation is held by somebody: of a stranger it is asked whether they are one of the agents."""
    state = step.state
    if holder is None or not state.agents or holder in state.agents or holder in state.strangers:
        return
    state.strangers |= {holder}
    bounds.follow(step, (ReadAgents(),))


def _look_for_strangers(step: Step) -> None:
    """All agents are listed, unless there are too many: whoever was asked about and is not among them is gone."""
    state = step.state
    holders = {one.assigned_agent for one in state.sessions.values() if one.assigned_agent is not None}
    unlisted = frozenset(holders - state.agents.keys())
    _set_gone(step, unlisted & state.strangers if len(state.agents) < AGENTS_HELD else frozenset())
    state.strangers &= unlisted
    for holder in sorted(unlisted):
        holder_seen(step, holder)


def _set_gone(step: Step, gone: frozenset[AgentId]) -> None:
    state = step.state
    changed, state.gone = state.gone ^ gone, gone
    if changed:
        _moved(step, *(one.id for one in state.sessions.values() if one.assigned_agent in changed))


def canned(step: Step, responses: tuple[CannedResponse, ...]) -> None:
    """The texts kept for reuse."""
    if len(responses) > CANNED_HELD:
        bounds.reached(step, Bound.CANNED)
    step.state.canned_read = True
    step.state.canned = responses[:CANNED_HELD]
    step.show(CannedChanged())


def announce(step: Step, notice: Notice) -> None:
    """Say something once, and keep it for whoever asks again."""
    step.announce(notice)


def _find_namesakes(step: Step) -> None:
    names = Counter(agent.name for agent in step.state.agents.values())
    found = frozenset(name for name, count in names.items() if count > 1)
    if found != step.state.namesakes:
        step.state.namesakes = found
        if step.state.opened is not None:
            step.show(TranscriptChanged(step.state.opened))


def _moved(step: Step, *sessions: SessionId | None) -> None:
    for session in dict.fromkeys(sessions):
        if session is not None and session in step.state.sessions:
            step.show(SessionMoved(session))
