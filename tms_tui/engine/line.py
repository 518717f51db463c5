"""Keeps one socket open, and a second one while it is replaced; says exactly once of each how it ended."""

import asyncio
from collections.abc import Callable, Coroutine

from tms_tui.domain.errors import Ending, EndingKind
from tms_tui.domain.events import Event, LinkLost, LinkNotReplaced, LinkProven, LinkWelcomed, Unread
from tms_tui.domain.ids import Cursor
from tms_tui.domain.text import CleanText
from tms_tui.transport.ports import Link, Take

Start = Callable[[Coroutine[None, None, None]], asyncio.Task[None]]


class _Life:
    """One socket's life: what it says counts until its end was told, and its welcome counts once."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self.welcomed = False
        self.over = False
        self.begun = False
        self.task: asyncio.Task[None] | None = None

    def take(self, event: Event) -> None:
        if self.over:
            return
        if isinstance(event, LinkWelcomed) and self.welcomed:
            event = Unread("welcome_again", CleanText("one socket was welcomed twice"))
        self.welcomed = self.welcomed or isinstance(event, LinkWelcomed)
        self._take(event)

    def end(self, ending: Ending) -> None:
        if not self.over:
            self.over = True
            self._take(LinkLost(ending))


class Line:
    """Opens, replaces and closes the link for the engine."""

    def __init__(self, link: Link, take: Take) -> None:
        self._link = link
        self._take = take
        self._life: _Life | None = None
        self._next: _Life | None = None
        """The socket that takes over with its welcome."""

    @property
    def starting(self) -> bool:
        """Whether a socket was asked for that is not being opened yet."""
        return any(not life.begun for life in self._wanted())

    @property
    def tasks(self) -> set[asyncio.Task[None]]:
        """What runs while a socket is wanted."""
        return {life.task for life in self._wanted() if life.task is not None}

    def open(self, after: Cursor | None, start: Start) -> None:
        """Open a socket, once the one before is closed."""
        before = self._life
        self.close(EndingKind.ASKED)
        life = self._life = _Life(self._take)
        life.task = start(self._live(life, after, before.task if before else None))

    def replace(self, after: Cursor | None, start: Start) -> None:
        """Open a second socket; with its welcome it takes over, and the first is closed without a word.

        Should the first end by itself meanwhile, the second is in its place at once.
        """
        self.stop_replacing()
        life = self._next = _Life(self._take)
        life.task = start(self._beside(life, after))

    def stop_replacing(self) -> None:
        """Close the second socket without a word."""
        life, self._next = self._next, None
        self._drop(life)

    def close(self, why: EndingKind) -> None:
        """Close whatever is open or being opened."""
        self.stop_replacing()
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
        ending = await self._link.run(after, life.take)
        self._ended(life, ending)

    async def _beside(self, life: _Life, after: Cursor | None) -> None:
        def take(event: Event) -> None:
            if isinstance(event, LinkWelcomed) and life is self._next:
                self._take_over()
            life.take(event)

        life.begun = True
        ending = await self._link.run(after, take)
        self._ended(life, ending)

    def _ended(self, life: _Life, ending: Ending) -> None:
        if life is self._next:
            self._next, life.over = None, True
            self._take(LinkNotReplaced(ending))
            return
        if life is self._life and self._next is not None:
            self._life, self._next = self._next, None
        life.end(ending)

    def _take_over(self) -> None:
        before, self._life, self._next = self._life, self._next, None
        self._drop(before)

    def _drop(self, life: _Life | None) -> None:
        if life is not None and not life.over:
            life.over = True
            if life.task is not None:
                life.task.cancel()

    def _wanted(self) -> list[_Life]:
        return [life for life in (self._life, self._next) if life is not None and not life.over]
