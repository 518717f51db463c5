"""What one socket still has to be told: bounded, and never waited for by whoever speaks."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Final

CLOSE_BROKEN_CLIENT: Final = 1008
CLOSE_RESTART: Final = 1012
CLOSE_TOKEN: Final = 4401
CLOSE_BLOCKED: Final = 4403
CLOSE_GONE: Final = 4404
CLOSE_REPLACED: Final = 4409
CLOSE_TOO_SLOW: Final = 4413
CLOSE_TOO_MANY: Final = 4429

TOO_SLOW: Final = "too slow: come back with after"


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a socket closes."""

    code: int
    reason: str


class Outbox:
    """Filled without waiting; a full one ends its socket, for a chat must not lose a frame unseen."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._frames: deque[tuple[str, float | None]] = deque()
        self._news = asyncio.Event()
        self._ended = asyncio.Event()
        self.ending: Ending | None = None
        self.writing_since: float | None = None
        """Since when, by the loop's clock, the socket has been taking one frame; None between frames."""
        self.dropped = 0
        """How many frames were still waiting when it was cut."""

    def offer(self, frame: str, committed_at: float | None = None) -> None:
        """`committed_at` counts seconds since the epoch, for frames whose delivery is timed."""
        if self.ending is not None:
            return
        if len(self._frames) >= self._capacity:
            self.cut(CLOSE_TOO_SLOW, TOO_SLOW)
            return
        self._frames.append((frame, committed_at))
        self._news.set()

    def cut(self, code: int, reason: str) -> None:
        """Ends the socket; what was queued is dropped, the client comes back for it."""
        if self.ending is None:
            self.ending = Ending(code, reason)
            self.dropped = len(self._frames)
            self._frames.clear()
            self._ended.set()

    def cut_if_stuck(self, before: float) -> None:
        """Ends a socket that has been taking the same frame since before then."""
        if self.writing_since is not None and self.writing_since < before:
            self.cut(CLOSE_TOO_SLOW, TOO_SLOW)

    async def next(self) -> tuple[str, float | None]:
        """The next frame, and when what it tells was committed."""
        while not self._frames:
            self._news.clear()
            await self._news.wait()
        return self._frames.popleft()

    async def ended(self) -> None:
        """Returns once it was cut."""
        await self._ended.wait()
