"""What takes a decision back: the same kind of decision, with what stood before."""

from typing import assert_never

from tms_tui.core.state import State
from tms_tui.domain.events import AssignAsked, AvailabilityAsked, Decide, LabelAsked, StatusAsked


def inverse(state: State, event: Decide) -> Decide | None:
    """What would undo `event`, asked before it is taken; None when it is not known what stood before."""
    if isinstance(event, AvailabilityAsked):
        return AvailabilityAsked(state.availability)
    held = state.sessions.get(event.session)
    if held is None:
        return None
    match event:
        case AssignAsked(session):
            return AssignAsked(session, held.assigned_agent)
        case StatusAsked(session):
            return StatusAsked(session, held.status, held.pending_until)
        case LabelAsked(session, tags, priority):
            return LabelAsked(session, held.tags if tags is not None else None, held.priority if priority else None)
        case _:
            assert_never(event)
