"""A clock that moves only when it is wound by hand."""

import asyncio
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from tms_tui.engine.clock import Handle

WALL_AT_ZERO = 1_800_000_000.0


@dataclass(slots=True, order=True)
class _Alarm:
    when: float
    place: int
    ring: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.cancelled = True


class HandClock:
    """Starts at `now` monotonic seconds; alarms ring inside `advance`, those already due in the loop's next turn.

    The time of day is wrong by `ahead` seconds; `true` is what it would be.
    """

    def __init__(self, now: float = 1000.0) -> None:
        self.ahead = 0.0
        self._now = now
        self._alarms: list[_Alarm] = []
        self._places = count()

    def now(self) -> float:
        return self._now

    def wall(self) -> float:
        return self.true() + self.ahead

    def true(self) -> float:
        return WALL_AT_ZERO + self._now

    def call_at(self, when: float, ring: Callable[[], None]) -> Handle:
        if when <= self._now:
            return asyncio.get_running_loop().call_soon(ring)
        alarm = _Alarm(when, next(self._places), ring)
        heapq.heappush(self._alarms, alarm)
        return alarm

    def advance(self, seconds: float) -> None:
        """Let time pass, ringing each alarm on the way at its own time, in order."""
        end = self._now + seconds
        while (following := self.next_alarm()) is not None and following <= end:
            alarm = heapq.heappop(self._alarms)
            self._now = alarm.when
            alarm.ring()
        self._now = end

    def next_alarm(self) -> float | None:
        """When the next alarm rings; None when none is set."""
        while self._alarms and self._alarms[0].cancelled:
            heapq.heappop(self._alarms)
        return self._alarms[0].when if self._alarms else None
