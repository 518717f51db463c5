"""Passwords: argon2id, off the event loop, in the same time for a stranger as for an agent."""

import contextlib
from collections.abc import Awaitable, Callable
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tms_tui.server.clock import Clock, SystemClock
from tms_tui.server.errors import Refusal
from tms_tui.server.fairqueue import FairQueue
from tms_tui.server.settings import PasswordCost
from tms_tui.server.texts import composed, decomposed
from tms_tui.server.yielding import BEHIND, LAST, YieldingThreads

OWN: Final = ""
"""Whose turn it is when nobody from outside waits."""


Wanted = Callable[[], Awaitable[bool]]


async def always() -> bool:
    """Whoever asked waits for the answer."""
    return True


class Passwords:
    """Hashing at one cost, in the turns of queues, so that a burst of sign-ins cannot eat the memory.

    Strangers wait for each other alone; the system gives them what all others leave, and half of the time nothing.
    """

    def __init__(
        self,
        cost: PasswordCost,
        queue: FairQueue | None = None,
        strangers: FairQueue | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._hasher = PasswordHasher(cost.time, cost.memory_kib, cost.lanes)
        self._nobody = self._hasher.hash("nobody has this password")
        self.queue = queue or FairQueue(1, 1, 1)
        self.strangers = strangers or FairQueue(1, 1, 1)
        self._clock = clock or SystemClock()
        self._rests_until = float("-inf")
        self._threads, self._last_threads = YieldingThreads(BEHIND), YieldingThreads(LAST)

    async def hash(self, password: str, whose: str = OWN) -> str:
        """Raises the 429 when too many wait."""
        async with self.queue.turn(whose):
            return await self._threads.run(self._hasher.hash, password)

    async def verify(
        self, stored: str | None, password: str, whose: str = OWN, *, known: bool = True, wanted: Wanted = always
    ) -> bool:
        """False for None, after just as much work. Raises the 429 when too many wait.

        `whose` turn it is: of a known network the account's, so that nobody waits for another account's networks, else
        the network's; strangers, however many, do not hold up the known. `wanted`: whether anybody waits for it still.
        """
        against = stored or self._nobody
        if known:
            async with self.queue.turn(whose):
                await _require(wanted)
                return await self._threads.run(self._matches, against, password) and bool(stored)
        async with self.strangers.turn(whose):
            return await self._rested(against, password, wanted) and bool(stored)

    async def _rested(self, stored: str, password: str, wanted: Wanted) -> bool:
        """The next one begins as long after this as this takes: what fills a core's cache slows everybody beside it."""
        await _require(wanted)
        began = self._clock.monotonic()
        if began < self._rests_until:
            await self._clock.sleep(self._rests_until - began)
            began = self._clock.monotonic()
            await _require(wanted)
        try:
            return await self._last_threads.run(self._matches, stored, password)
        finally:
            ended = self._clock.monotonic()
            self._rests_until = ended + (ended - began)

    async def renewed(self, stored: str, password: str, whose: str) -> str | None:
        """The same at today's cost, where it was kept at another, and None where not or when too many wait."""
        if not self._hasher.check_needs_rehash(stored):
            return None
        with contextlib.suppress(Refusal):
            return await self.hash(composed(password), whose)
        return None

    def _matches(self, stored: str, password: str) -> bool:
        return any(self._fits(stored, spelt) for spelt in _spellings(password))

    def _fits(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False


async def _require(wanted: Wanted) -> None:
    if not await wanted():
        raise Refusal(408, "request_too_slow", "The request was given up before its turn came.")


def _spellings(password: str) -> tuple[str, ...]:
    """One or two, for each is as much work as an attempt of its own."""
    # Passwords were once kept as they were typed, on keyboards that compose accents and on some that do not.
    new = composed(password)
    old = password if password != new else decomposed(password)
    return (new,) if old == new else (new, old)
