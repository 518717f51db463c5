"""Hands a conversation to a colleague, with a note for them, or lets nobody hold it."""

from functools import partial
from typing import Final

from tms_tui import wording
from tms_tui.core import handing, select
from tms_tui.domain.effects import ReadAgents
from tms_tui.domain.events import AssignAsked, ListAsked
from tms_tui.domain.ids import AgentId
from tms_tui.domain.model import Agent, Session
from tms_tui.ui.port import Desk
from tms_tui.ui.widgets.choices import Choice
from tms_tui.ui.work import hand_over, target_of
from tms_tui.wording.work import COLLEAGUES_UNREAD, presence
from tms_tui.wording.work import hindrance as hindrance_words

_NOBODY: Final = ""


def assign(desk: Desk) -> None:
    """Let the agent choose a colleague, or nobody."""
    session = target_of(desk)
    if session is None:
        return
    choices = [_choice(desk, session, agent, load) for agent, load in handing.colleagues(desk.state)]
    if session.assigned_agent is not None:
        choices.append(Choice(_NOBODY, "Nobody", "release it: whoever is free may take it"))
    if choices:
        desk.choose(f"Assign {wording.customer(session)} to", choices, partial(_chosen, desk, session))
    elif not desk.state.agents_read:
        desk.bridge.take(ListAsked(ReadAgents()))
        desk.refuse(COLLEAGUES_UNREAD)
    else:
        desk.refuse("There is nobody else to assign it to.")


def _choice(desk: Desk, session: Session, agent: Agent, load: int) -> Choice:
    words = presence(desk.state, agent, load, session)
    return Choice(agent.id, select.name_of(desk.state, agent), words)


def _chosen(desk: Desk, session: Session, answer: str) -> None:
    """Ask first when a third one is replying."""
    agent = AgentId(answer) if answer != _NOBODY else None
    found = handing.hindrance(desk.state, session, agent)
    if found is None:
        _ask_for_note(desk, session, agent)
        return
    answers = [Choice("assign", "Assign it"), Choice("leave", "Leave it")]
    question = hindrance_words(found, session)
    desk.ask(question, answers, lambda said: _ask_for_note(desk, session, agent) if said == "assign" else None)


def _ask_for_note(desk: Desk, session: Session, agent: AgentId | None) -> None:
    if agent is None:
        hand_over(desk, session, AssignAsked(session.id, None))
        return
    name = select.agent_name(desk.state, agent) or "your colleague"
    question = f"A note for {name} about {wording.customer(session)}; the customer never sees it"

    def written(note: str) -> None:
        hand_over(desk, session, AssignAsked(session.id, agent, note or None))

    desk.prompt(question, "Enter assigns it, without words too. Esc leaves everything as it is.", written)
