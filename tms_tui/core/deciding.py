"""What the agent decides about a conversation or about themselves."""

from typing import assert_never

from tms_tui.core.state import Step
from tms_tui.domain.effects import Assign, Label, SetAvailability, SetStatus
from tms_tui.domain.events import AssignAsked, AvailabilityAsked, Decide, LabelAsked, StatusAsked


def decided(step: Step, event: Decide) -> None:
    """Ask the server; what it answers is what changes the desk."""
    match event:
        case AssignAsked(session, agent, note):
            held = step.state.sessions.get(session)
            expected = held.assigned_agent if held else None
            step.do(Assign(session, agent, expected, checked=held is not None, note=note))
        case StatusAsked(session, status, pending_until):
            step.do(SetStatus(session, status, pending_until))
        case LabelAsked(session, tags, priority):
            step.do(Label(session, tags, priority))
        case AvailabilityAsked(availability):
            step.do(SetAvailability(availability))
        case _:
            assert_never(event)
