"""What one socket still has to be told: bounded, and never waited for by whoever speaks."""

import asyncio
import itertools
from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import Final

CLOSE_BROKEN_CLIENT: Final = 1008
CLOSE_RESTART: Final = 1012
CLOSE_TOKEN: Final = 4401
CLOSE_BLOCKED: Final = 4403
CLOSE_UNKNOWN: Final = 4404
CLOSE_ERASED: Final = 4410
CLOSE_REPLACED: Final = 4409
CLOSE_TOO_SLOW: Final = 4413
CLOSE_TOO_MANY: Final = 4429

TOO_SLOW: Final = "too slow: come back with after"


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a socket closes."""

    code: int
    reason: str


Waiting = tuple[int, str, float | None]
"""A frame that was not sent yet: its place in the order of offers, its text, and when what it tells was committed."""


class Outbox:
    """Filled without waiting; too many frames end its socket, for a chat must not lose one unseen.

    Whispers are only for the moment: a newer one of the same key takes the older one's place, they never
    end a socket, and of more than `most_whispers` the oldest is dropped.
    """

    def __init__(self, capacity: int, most_whispers: int) -> None:
        self._capacity = capacity
        self._most_whispers = most_whispers
        self._numbers = itertools.count()
        self._frames: deque[Waiting] = deque()
        self._whispers: OrderedDict[str, Waiting] = OrderedDict()
        self._news = asyncio.Event()
        self._ended = asyncio.Event()
        self.ending: Ending | None = None
        self.writing_since: float | None = None
        """Since when, by the loop's clock, the socket has been taking one frame; None between frames."""
        self.dropped = 0
        """How many frames, whispers aside, were still waiting when it was cut."""

    def offer(self, frame: str, committed_at: float | None = None) -> None:
        """`committed_at` counts seconds since the epoch, for frames whose delivery is timed."""
        if self.ending is not None:
            return
        if len(self._frames) >= self._capacity:
            self.cut(CLOSE_TOO_SLOW, TOO_SLOW)
            return
        self._frames.append((next(self._numbers), frame, committed_at))
        self._news.set()

    def whisper(self, key: str, frame: str) -> None:
        """`key`: what the frame is about; only the latest of it is told, after everything offered before it."""
        if self.ending is not None:
            return
        self._whispers.pop(key, None)
        if len(self._whispers) >= self._most_whispers:
            self._whispers.popitem(last=False)
        self._whispers[key] = (next(self._numbers), frame, None)
        self._news.set()

    def cut(self, code: int, reason: str) -> None:
        """Ends the socket; what was queued is dropped, the client comes back for it."""
        if self.ending is None:
            self.ending = Ending(code, reason)
            self.dropped = len(self._frames)
            self._frames.clear()
            self._whispers.clear()
            self._ended.set()

    def cut_if_stuck(self, before: float) -> None:
        """Ends a socket that has been taking the same frame since before then."""
        if self.writing_since is not None and self.writing_since < before:
            self.cut(CLOSE_TOO_SLOW, TOO_SLOW)

    async def next(self) -> tuple[str, float | None]:
        """The next frame, and when what it tells was committed."""
        while not self._frames and not self._whispers:
            self._news.clear()
            await self._news.wait()
        _, frame, committed_at = self._first() if self._whispers else self._frames.popleft()
        return frame, committed_at

    def _first(self) -> Waiting:
        key, whisper = next(iter(self._whispers.items()))
        if self._frames and self._frames[0] < whisper:
            return self._frames.popleft()
        return self._whispers.pop(key)

    async def ended(self) -> None:
        """Returns once it was cut."""
        await self._ended.wait()
