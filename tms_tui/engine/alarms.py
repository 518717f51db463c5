"""The alarms the core has set, by name: set again one moves, set to None it is taken back."""

from collections.abc import Callable

from tms_tui.domain.effects import Timer
from tms_tui.engine.clock import Clock, Handle


class Alarms:
    """At most one alarm for each `Timer`. `ring` is told which, and how many seconds late."""

    def __init__(self, clock: Clock, ring: Callable[[Timer, float], None]) -> None:
        self._clock = clock
        self._ring = ring
        self._set: dict[Timer, tuple[float, Handle]] = {}

    def set(self, timer: Timer, when: float | None) -> None:
        """Ring `timer` at `when` (monotonic seconds), or no more."""
        held = self._set.pop(timer, None)
        if held is not None:
            held[1].cancel()
        if when is not None:
            self._set[timer] = (when, self._clock.call_at(when, lambda: self._rang(timer)))

    def due(self) -> bool:
        """Whether an alarm should have rung by now."""
        now = self._clock.now()
        return any(when <= now for when, _ in self._set.values())

    def clear(self) -> None:
        """Take all alarms back."""
        for _, handle in self._set.values():
            handle.cancel()
        self._set.clear()

    def _rang(self, timer: Timer) -> None:
        when, _ = self._set.pop(timer)
        self._ring(timer, self._clock.now() - when)
