"""Folds changes together: the first is handed on at once, what follows at the next frame, the list after the talk."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from tms_tui.domain.changes import Change, PeopleChanged, SendHeld, SendTaken, SessionMoved
from tms_tui.domain.policy import BURST, BURST_FRAME, FRAME, LIST_WITHIN
from tms_tui.engine.clock import Clock, Handle

Subscriber = Callable[[tuple[Change, ...]], None]

_BESIDE_THE_TALK: Final = (SessionMoved, PeopleChanged)
_AWAITED: Final = (SendTaken, SendHeld)
"""What the agent's own key asked for: handed on before anything else, the sending included, takes its turn."""


class Feed:
    """Holds changes until the next delivery; equal ones stand in it once, where the first stood.

    What changes in the list along with a message comes later than the message, once for many of them. A burst is
    handed on less often: painting what nobody can read would take longer than receiving it.
    """

    def __init__(self, clock: Clock, deliver: Subscriber) -> None:
        self._clock = clock
        self._deliver = deliver
        self._held: dict[Change, None] = {}
        self._beside: dict[Change, None] = {}
        self._delivered = float("-inf")
        self._puts = 0
        self._frame = FRAME
        self._next: Handle | None = None
        self._all: Handle | None = None

    @property
    def holds(self) -> bool:
        """Whether a change waits to be delivered."""
        return bool(self._held or self._beside)

    def put(self, changes: Iterable[Change]) -> None:
        """Hold `changes` and see to it that they are delivered."""
        fresh = dict.fromkeys(changes)
        self._puts += bool(fresh)
        beside: dict[Change, None] = {change: None for change in fresh if isinstance(change, _BESIDE_THE_TALK)}
        if self._beside or len(beside) < len(fresh):
            self._beside.update(beside)
            self._held.update((change, None) for change in fresh if change not in beside)
        else:
            self._held.update(beside)
        self._schedule(is_awaited=any(isinstance(change, _AWAITED) for change in fresh))

    def flush(self) -> None:
        """Deliver what is held now, in one call."""
        self.close()
        self._held.update(self._beside)
        self._beside.clear()
        self._deliver_held()

    def close(self) -> None:
        """Plan no delivery any more; what is held stays held."""
        self._cancel_next()
        if self._all is not None:
            self._all.cancel()
            self._all = None

    def _schedule(self, *, is_awaited: bool) -> None:
        if self._beside and self._all is None:
            self._all = self._clock.call_at(self._clock.now() + LIST_WITHIN, self.flush)
        if is_awaited:
            self._deliver_held()
        if not self._held or self._next is not None:
            return
        frame = self._delivered + self._frame
        if frame > self._clock.now():
            self._next = self._clock.call_at(frame, self._deliver_held)
        else:
            self._next = asyncio.get_running_loop().call_soon(self._deliver_held)

    def _deliver_held(self) -> None:
        self._cancel_next()
        if not self._held:
            return
        changes = tuple(self._held)
        self._held.clear()
        self._delivered = self._clock.now()
        self._frame = BURST_FRAME if self._puts > BURST else FRAME
        self._puts = 0
        self._deliver(changes)

    def _cancel_next(self) -> None:
        if self._next is not None:
            self._next.cancel()
            self._next = None
