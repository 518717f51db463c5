"""Time as the engine sees it: two clocks and an alarm, so that tests may wind them by hand."""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol


class Handle(Protocol):
    """An alarm that was set."""

    def cancel(self) -> None:
        """Take the alarm back; nothing happens when it rang already."""
        ...


class Clock(Protocol):
    """Monotonic seconds, seconds since the epoch, and alarms on the former."""

    def now(self) -> float:
        """Monotonic seconds."""
        ...

    def wall(self) -> float:
        """Seconds since the epoch."""
        ...

    def call_at(self, when: float, ring: Callable[[], None]) -> Handle:
        """Call `ring` at `when` on the monotonic clock; never before this call has returned."""
        ...


class LoopClock:
    """The running event loop's own clock."""

    def now(self) -> float:
        return time.monotonic()

    def wall(self) -> float:
        return time.time()

    def call_at(self, when: float, ring: Callable[[], None]) -> Handle:
        loop = asyncio.get_running_loop()
        return loop.call_later(max(0.0, when - self.now()), ring)
