"""Doing something at most so often: the first at once, and of what comes too soon after it the latest."""

import contextlib
from collections.abc import Awaitable, Callable

from prometheus_client import Counter

from tms_tui.server.background import Background, until_stored
from tms_tui.server.clock import Clock
from tms_tui.server.errors import Refusal

Work = Callable[[], Awaitable[None]]


class Pace:
    """Work of one name begins at least `seconds` after the work before it ended; what is replaced is never done.

    `folded` counts what was not done at once.
    """

    def __init__(self, seconds: float, clock: Clock, background: Background, folded: Counter) -> None:
        self._seconds = seconds
        self._clock = clock
        self._background = background
        self._folded = folded
        self._waiting: dict[str, Work | None] = {}

    async def do(self, name: str, work: Work) -> None:
        """Raises what the work raises when it is done at once."""
        if name in self._waiting:
            self._folded.inc()
            self._waiting[name] = work
            return
        self._waiting[name] = None
        try:
            await work()
        finally:
            self._background.start(self._rest(name), "pace")

    async def _rest(self, name: str) -> None:
        try:
            await self._clock.sleep(self._seconds)
            while (work := self._waiting[name]) is not None:
                self._waiting[name] = None
                with contextlib.suppress(Refusal):  # erased meanwhile, and nobody is left to be told
                    await until_stored(work, self._clock, self._seconds)
                await self._clock.sleep(self._seconds)
        finally:
            del self._waiting[name]
