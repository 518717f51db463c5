"""Waiting in turn for something scarce, network after network: one that asks a hundred times waits for itself."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator

from tms_tui.server.errors import Refusal, too_many

COME_BACK = 1.0
Place = asyncio.Future[None]


class FairQueue:
    """So many at work at once, so many waiting for each name and altogether; beyond that, 429 with `code` at once.

    When all places are taken, the name that waits most often gives up its newest one to a name that waits less often.
    """

    def __init__(self, at_work: int, most_of_name: int, most: int, code: str = "too_many_attempts") -> None:
        self._room = at_work
        self._most_of_name = most_of_name
        self._most = most
        self._code = code
        self._places: dict[str, deque[Place]] = {}
        """Who waits, by name; whose turn is next first."""

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(map(len, self._places.values()))

    @contextlib.asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """A place at work, when it is this name's turn. Raises the 429 when too many wait already."""
        await self._granted(name)
        try:
            yield
        finally:
            self._release()

    async def _granted(self, name: str) -> None:
        if self._room > 0 and not self.waiting:
            self._room -= 1
            return
        self._require_room(len(self._places.get(name, ())))
        place: Place = asyncio.get_running_loop().create_future()
        self._places.setdefault(name, deque()).append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:
                self._release()  # granted in the moment it was given up
            raise

    def _require_room(self, own: int) -> None:
        if own >= self._most_of_name:
            raise self._refusal()
        if self.waiting < self._most:
            return
        longest = max(self._places.values(), key=len)
        if len(longest) <= own + 1:
            raise self._refusal()
        last = longest.pop()
        if not last.done():
            last.set_exception(self._refusal())

    def _refusal(self) -> Refusal:
        return too_many(COME_BACK, self._code)

    def _release(self) -> None:
        self._room += 1
        while self._room > 0 and self.waiting:
            self._grant()

    def _grant(self) -> None:
        name, places = next(iter(self._places.items()))
        del self._places[name]
        place = places.popleft()
        if places:
            self._places[name] = places  # behind all other names
        if not place.done():
            self._room -= 1
            place.set_result(None)
