"""The one door of the core: an event and a moment in, changes and effects out."""

from dataclasses import dataclass

from tms_tui.core.state import Moment, State
from tms_tui.domain.changes import Change
from tms_tui.domain.effects import Effect
from tms_tui.domain.events import Event


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one event."""

    changes: tuple[Change, ...]
    effects: tuple[Effect, ...]


def apply(state: State, event: Event, moment: Moment) -> Outcome:
    """Change the state by one event; deterministic in its arguments."""
    raise NotImplementedError
