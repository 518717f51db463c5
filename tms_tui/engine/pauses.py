"""When Python looks for garbage: in quiet moments, not between a key and its echo.

A full collection walks every message held: a tenth of a second with 100,000 of them.
"""

import gc
from typing import Final

_YOUNG: Final = (2_000, 5)
"""So that a collection of the young takes a millisecond: with 20 for the second figure it took five."""
_NEVER: Final = 1_000_000_000
QUIET_EVERY: Final = 120.0
BUSY_EVERY: Final = 900.0
"""Seconds after which it is done even though there never was a quiet moment."""


class Pauses:
    """Takes full collections over from the interpreter, for the whole process."""

    def __init__(self) -> None:
        self._last = float("-inf")
        gc.set_threshold(*_YOUNG, _NEVER)

    def between(self, now: float, *, busy: bool) -> None:
        """Between two reads of the log, at `now` on the monotonic clock; `busy` when the last one brought news.

        What survives is never walked again, so that the next collection takes as long as what came since.
        """
        if now - self._last >= (BUSY_EVERY if busy else QUIET_EVERY):
            self._last = now
            gc.collect()
            gc.freeze()
