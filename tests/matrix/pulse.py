"""How long the event loop stood still at most, waiting for the processor left out."""

import asyncio
import time
from pathlib import Path
from typing import Final, Self

_EVERY: Final = 0.005
_SCHEDULED: Final = Path("/proc/thread-self/schedstat")


class Pulse:
    """Beats while it is entered. A machine shared with others must not be taken for a frozen desk."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._handle: asyncio.TimerHandle | None = None
        self._last = (0.0, 0.0)

    def __enter__(self) -> Self:
        self._last = (time.monotonic(), _waited())
        self._plan()
        return self

    def __exit__(self, *_: object) -> None:
        if self._handle is not None:
            self._handle.cancel()

    def _plan(self) -> None:
        self._handle = asyncio.get_running_loop().call_later(_EVERY, self._beat)

    def _beat(self) -> None:
        at, waited = time.monotonic(), _waited()
        stood = at - self._last[0] - _EVERY - (waited - self._last[1])
        self.longest = max(self.longest, stood)
        self._last = (at, waited)
        self._plan()


def _waited() -> float:
    """Seconds for which this thread could have run and another did."""
    return int(_SCHEDULED.read_text().split()[1]) / 1e9
