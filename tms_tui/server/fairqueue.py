"""Waiting in turn for something scarce, network after network: one that asks a hundred times waits for itself."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator

from tms_tui.server.errors import too_many

COME_BACK = 1.0


class FairQueue:
    """So many at work at once, so many waiting for each name and altogether; beyond that, 429 with `code` at once."""

    def __init__(self, at_work: int, most_of_name: int, most: int, code: str = "too_many_attempts") -> None:
        self._room = at_work
        self._most_of_name = most_of_name
        self._most = most
        self._code = code
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        """By name, whose turn is next first."""

    @contextlib.asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """A place at work, when it is this name's turn. Raises the 429 when too many wait already."""
        await self._granted(name)
        try:
            yield
        finally:
            self._room += 1
            self._grant()

    async def _granted(self, name: str) -> None:
        if self._room > 0 and not self._waiting:
            self._room -= 1
            return
        own = self._waiting.get(name, ())
        if len(own) >= self._most_of_name or sum(map(len, self._waiting.values())) >= self._most:
            raise too_many(COME_BACK, self._code)
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(name, deque()).append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():  # granted in the moment it was given up
                self._room += 1
                self._grant()
            raise

    def _grant(self) -> None:
        while self._room > 0 and self._waiting:
            name, places = next(iter(self._waiting.items()))
            del self._waiting[name]
            place = places.popleft()
            if places:
                self._waiting[name] = places  # behind all other names
            if not place.done():
                self._room -= 1
                place.set_result(None)
