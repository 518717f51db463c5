"""Folds changes together: the first is handed on at once, what follows at the next frame."""

import asyncio
from collections.abc import Callable, Iterable

from tms_tui.domain.changes import Change
from tms_tui.domain.policy import FRAME
from tms_tui.engine.clock import Clock, Handle

Subscriber = Callable[[tuple[Change, ...]], None]


class Feed:
    """Holds changes until the next delivery; equal ones stand in it once, where the first stood."""

    def __init__(self, clock: Clock, deliver: Subscriber) -> None:
        self._clock = clock
        self._deliver = deliver
        self._held: dict[Change, None] = {}
        self._delivered = float("-inf")
        self._next: Handle | None = None

    @property
    def holds(self) -> bool:
        """Whether a change waits to be delivered."""
        return bool(self._held)

    def put(self, changes: Iterable[Change]) -> None:
        """Hold `changes` and see to it that they are delivered."""
        self._held.update(dict.fromkeys(changes))
        if self._held and self._next is None:
            self._next = self._schedule()

    def flush(self) -> None:
        """Deliver what is held now, in one call."""
        self.close()
        if not self._held:
            return
        changes = tuple(self._held)
        self._held.clear()
        self._delivered = self._clock.now()
        self._deliver(changes)

    def close(self) -> None:
        """Plan no delivery any more; what is held stays held."""
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _schedule(self) -> Handle:
        frame = self._delivered + FRAME
        if frame > self._clock.now():
            return self._clock.call_at(frame, self.flush)
        return asyncio.get_running_loop().call_soon(self.flush)
