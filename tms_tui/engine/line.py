"""Keeps at most one socket open, and says exactly once of each how it ended."""

import asyncio
from collections.abc import Callable, Coroutine

from tms_tui.domain.errors import Ending, EndingKind
from tms_tui.domain.events import Event, LinkLost, LinkProven
from tms_tui.domain.ids import Cursor
from tms_tui.transport.ports import Link, Take

Start = Callable[[Coroutine[None, None, None]], asyncio.Task[None]]


class _Life:
    """One socket's life: what it says counts until its end was told."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self.over = False
        self.begun = False
        self.task: asyncio.Task[None] | None = None

    def take(self, event: Event) -> None:
        if not self.over:
            self._take(event)

    def end(self, ending: Ending) -> None:
        if not self.over:
            self.over = True
            self._take(LinkLost(ending))


class Line:
    """Opens and closes the link for the engine."""

    def __init__(self, link: Link, take: Take) -> None:
        self._link = link
        self._take = take
        self._life: _Life | None = None

    @property
    def starting(self) -> bool:
        """Whether a socket was asked for that is not being opened yet."""
        return self._life is not None and not self._life.over and not self._life.begun

    @property
    def task(self) -> asyncio.Task[None] | None:
        """What runs while a socket is wanted."""
        return self._life.task if self._life is not None and not self._life.over else None

    def open(self, after: Cursor | None, start: Start) -> None:
        """Open a socket, once the one before is closed."""
        before = self._life
        self.close(EndingKind.ASKED)
        life = self._life = _Life(self._take)
        life.task = start(self._live(life, after, before.task if before else None))

    def close(self, why: EndingKind) -> None:
        """Close the socket, if one is open or being opened."""
        life = self._life
        if life is None or life.over:
            return
        if life.task is not None:
            life.task.cancel()
        life.end(Ending(why))

    async def prove(self) -> None:
        """Ping, and say so when the answer comes while the same socket is open."""
        life = self._life
        latency = await self._link.prove()
        if life is not None and latency is not None:
            life.take(LinkProven(latency))

    async def _live(self, life: _Life, after: Cursor | None, before: asyncio.Task[None] | None) -> None:
        if before is not None and not before.done():
            await asyncio.wait({before})
        life.begun = True
        life.end(await self._link.run(after, life.take))
