"""Folds changes together: the first is handed on at once, what follows at the next frame, the list after the talk."""

import asyncio
from collections.abc import Callable, Sequence
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
        self._in_burst = False
        self._next: Handle | None = None
        self._all: Handle | None = None

    @property
    def holds(self) -> bool:
        """Whether a change waits to be delivered."""
        return bool(self._held or self._beside)

    def put(self, changes: Sequence[Change]) -> None:
        """Hold `changes` and see to it that they are delivered."""
        self._puts += 1
        if self._next is not None and all(change in self._held or change in self._beside for change in changes):
            return
        fresh = dict.fromkeys(changes)
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
        self._cancel_all()

    def _schedule(self, *, is_awaited: bool) -> None:
        if self._beside and self._all is None:
            # In a burst the list comes with the talk, unless the agent's own key delivers the talk before.
            within = LIST_WITHIN + BURST_FRAME if self._in_burst else LIST_WITHIN
            self._all = self._clock.call_at(self._clock.now() + within, self.flush)
        if is_awaited:
            self._deliver_held()
        if not self._held or self._next is not None:
            return
        frame = self._delivered + FRAME
        if frame > self._clock.now():
            self._next = self._clock.call_at(frame, self._frame_over)
        else:
            self._next = asyncio.get_running_loop().call_soon(self._deliver_held)

    def _frame_over(self) -> None:
        """Deliver, unless a burst goes on and has had its frame lately."""
        was_burst, self._in_burst = self._in_burst, self._puts > BURST
        self._puts = 0
        if self._in_burst and self._clock.now() < self._delivered + BURST_FRAME:
            self._cancel_all()
            self._next = self._clock.call_at(self._clock.now() + FRAME, self._frame_over)
        elif was_burst or self._in_burst:
            self.flush()
        else:
            self._deliver_held()

    def _deliver_held(self) -> None:
        self._cancel_next()
        if not self._held:
            return
        changes = tuple(self._held)
        self._held.clear()
        self._delivered = self._clock.now()
        self._puts = 0
        self._deliver(changes)

    def _cancel_next(self) -> None:
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _cancel_all(self) -> None:
        if self._all is not None:
            self._all.cancel()
            self._all = None
