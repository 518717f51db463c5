"""The loop's clock, run so many times as fast: every rule keeps its figures, and a run takes a part of the time."""

import asyncio
import time
from collections.abc import Callable

from tms_tui.domain import policy
from tms_tui.engine.clock import Handle
from tms_tui.transport.timings import Timings


class QuickClock:
    """One second here is `speed` seconds to the console; its wall clock is the machine's, wrong by `ahead` seconds."""

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self.ahead = 0.0

    def now(self) -> float:
        return time.monotonic() * self.speed

    def wall(self) -> float:
        return time.time() + self.ahead

    def call_at(self, when: float, ring: Callable[[], None]) -> Handle:
        delay = max(0.0, when - self.now()) / self.speed
        return asyncio.get_running_loop().call_later(delay, ring)

    def timings(self) -> Timings:
        """The socket's limits as the console's clock has them."""
        return Timings(
            open_within=policy.CONNECT_WITHIN / self.speed,
            ping_every=policy.PING_EVERY / self.speed,
            pong_within=policy.PONG_WITHIN / self.speed,
            close_within=policy.CLOSE_WITHIN / self.speed,
            hang_up_within=policy.CLOSE_WITHIN / 2 / self.speed,
        )
