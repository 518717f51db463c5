"""Where a fault is played: a server in its own process, a line that breaks, a console, and customers who write."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Final, Protocol

from tests.matrix.desk import Desk, now
from tests.matrix.judge import Findings, History, Row, Span, Turn, judge, lied
from tests.matrix.quick_clock import QuickClock
from tests.matrix.serving import Serving, serving
from tests.together.customer import Customer, customer
from tests.together.faultline import Faultline, faultline
from tms_tui.core import select
from tms_tui.core.outbox import PARKED
from tms_tui.core.select import BadgeKind
from tms_tui.domain.events import TopReached
from tms_tui.domain.ids import SessionId
from tms_tui.domain.text import clean
from tms_tui.engine.keep import Keep

RECOVER_WITHIN: Final = 30.0
"""Seconds of the console's clock after the end of a fault."""
LATE: Final = 3.0
"""A stored message that does not stand on the screen for so long makes "Live" untrue; seconds of that clock."""


class MakeDesk(Protocol):
    """Puts a console together: `Desk` itself, or one with something wrong."""

    def __call__(self, url: str, clock: QuickClock, chance: random.Random, keep: Keep | None = None) -> Desk: ...


class Stage:
    """One run of one fault. A scenario breaks something, counts its `bites`, and leaves everything mended."""

    def __init__(
        self, server: Serving, line: Faultline, clock: QuickClock, seed: int, make_desk: MakeDesk = Desk
    ) -> None:
        self.server = server
        self.line = line
        self.desk = make_desk(line.url, clock, random.Random(seed))
        self.clock = clock
        self.chance = random.Random(seed)
        self.guests: list[Customer] = []
        self.bites = 0
        self.recovered: float | None = None
        """Seconds of the console's clock from the end of the fault until nothing was missing."""
        self._said = 0
        self._make_desk = make_desk
        line.happened = self.desk.wake
        self._life = contextlib.AsyncExitStack()

    # -- what a scenario does -----------------------------------------------------------------------------

    def bit(self, times: int | bool) -> None:
        """The fault was seen to have hit so often."""
        self.bites += int(times)

    def seconds(self, of_the_console: float) -> float:
        """How long so many seconds of the console's clock take here."""
        return of_the_console / self.clock.speed

    async def lasts(self, of_the_console: float) -> None:
        """Let the fault last for so many seconds of the console's clock."""
        await asyncio.sleep(self.seconds(of_the_console))

    async def until(self, holds: Callable[[], object], within: float = 60.0, what: str = "") -> None:
        """Until something about console or line is so, within so many seconds of its clock, and ten real ones."""
        await self.desk.until(lambda _: holds(), max(self.seconds(within), 10.0), what)

    async def guest(self, name: str = "Nora") -> Customer:
        """A customer more."""
        guest = await self._life.enter_async_context(customer(self.server.url, name))
        self.guests.append(guest)
        return guest

    async def says(self, guest: Customer | None = None, words: str = "") -> None:
        """A customer writes, past whatever breaks the console's line."""
        self._said += 1
        await (guest or self.chance.choice(self.guests)).says(words or f"customer {self._said}")

    def answers(self, guest: Customer | None = None, words: str = "", *, private: bool = False) -> None:
        """The agent presses Enter."""
        self._said += 1
        session = (guest or self.chance.choice(self.guests)).session
        # The agent has read what stands there: the guard is a rule of its own, with tests of its own.
        self.desk.send(session, words or f"agent {self._said}", private=private)

    async def colleague_says(self, guest: Customer, words: str) -> None:
        """Another agent answers a customer, past whatever breaks the console's line."""
        await self.server.add_agent("Rhea")
        await self.server.answer("rhea@example.com", guest.session, words)

    async def talk(self, turns: int = 3) -> None:
        """So many words of a customer and as many of the agent, anywhere."""
        for _ in range(turns):
            await self.says()
            self.answers(private=self.chance.random() < 0.2)

    async def offline(self, within: float = 60.0) -> None:
        """Until the console no longer claims to be Live."""
        await self.until(lambda: select.badge(self.desk.state).kind is not BadgeKind.LIVE, within, "no longer Live")

    async def live(self, within: float = 90.0) -> None:
        """Until the console claims to be Live."""
        await self.until(lambda: select.badge(self.desk.state).kind is BadgeKind.LIVE, within, "Live")

    @contextlib.asynccontextmanager
    async def another_desk(self, kept: Path | None = None, url: str = "") -> AsyncIterator[Desk]:
        """A second console of the same agent at the same line, for a while; `kept`: what an earlier one left."""
        keep = Keep(kept) if kept else None
        desk = self._make_desk(url or self.line.url, self.clock, random.Random(self.chance.random()), keep)
        await desk.sign_in("dana@example.com")
        desk.start()
        try:
            yield desk
        finally:
            await desk.stop()

    async def agrees(self, desk: Desk, what: str) -> None:
        """Until another console shows its open conversation as the server holds it. Raises AssertionError."""
        stored = [row for row in await self.stored() if row.session == desk.opened]

        def holds(_: object) -> bool:
            desk.engine.take(TopReached(desk.opened))  # a page holds fifty, and the agent scrolls up
            shown = tuple(row for row in desk.shown() if row.session == desk.opened)
            return judge(History((), tuple(stored), shown)).clean

        await desk.until(holds, RECOVER_WITHIN, what)

    # -- before and after ---------------------------------------------------------------------------------

    async def begin(self, guests: int = 2) -> None:
        """Customers come in, a few words are said, and the agent looks at the first conversation."""
        for name in ("Nora", "Paul", "Quinn")[:guests]:
            await self.guest(name)
        sessions = {guest.session for guest in self.guests}
        await self.until(lambda: sessions <= set(self.desk.state.sessions), what="the customers stand in the list")
        if self.guests:
            self.desk.open(self.guests[0].session)
        await self.talk(2)
        await self.until(lambda: not self.desk.state.outbox.unsent(), what="the first words are sent")

    async def settle(self) -> Findings:
        """Give everything its time, look at each conversation, and judge."""
        began = now()
        stored = await self._all_sent()
        findings = await self._converged(stored)
        self.recovered = (now() - began) * self.clock.speed
        return findings

    async def close(self) -> None:
        await self._life.aclose()

    async def _all_sent(self) -> list[Row]:
        within = max(RECOVER_WITHIN, self.seconds(RECOVER_WITHIN))
        with contextlib.suppress(AssertionError):  # the judge says what is missing
            await self.desk.until(lambda _: not self._under_way(), within, "all sends came to an end")
        return await self.stored()

    def _under_way(self) -> bool:
        parked = [send for send in self.desk.state.outbox if send.delivery in PARKED]
        return self.desk.state.outbox.unsent() > len(parked)

    async def _converged(self, stored: list[Row]) -> Findings:
        findings = Findings()

        def holds(_: object) -> bool:
            nonlocal findings
            findings = judge(self.history(stored))
            return findings.clean

        for guest in self.guests:
            self.desk.open(guest.session)
            with contextlib.suppress(AssertionError):  # the judge says what is missing
                await self.desk.until(lambda _, one=guest: self._is_whole(one.session), RECOVER_WITHIN)  # type: ignore[misc]
        with contextlib.suppress(AssertionError):  # the same
            await self.desk.until(holds, max(1.0, self.seconds(RECOVER_WITHIN)))
        return findings

    def _is_whole(self, session: str) -> bool:
        held = select.transcript(self.desk.state, SessionId(session))
        return held is not None and held.loaded and not held.dirty and not held.holes

    # -- what is judged -----------------------------------------------------------------------------------

    async def stored(self) -> list[Row]:
        """What the server holds, read past the line."""
        rows = await self.server.rows([guest.session for guest in self.guests])
        return [_row(row) for row in rows]

    def history(self, stored: list[Row]) -> History:
        mine = {guest.session for guest in self.guests}
        shown = tuple(row for row in self.desk.shown() if row.session in mine)
        return History(tuple(self.desk.intents), tuple(stored), shown)

    async def lied(self) -> float:
        """Longest stretch of an untrue "Live", in seconds of the console's clock."""
        truths = [Turn(at, carries) for at, carries in self.line.carried]
        overdue = await self._overdue()
        return lied(self.desk.claims, truths, overdue, now()) * self.clock.speed

    async def _overdue(self) -> list[Span]:
        """When a message was stored and the console did not have it."""
        grace, offset = self.seconds(LATE), now() - time.time()
        spans = []
        for row in await self.server.rows([guest.session for guest in self.guests]):
            due = _epoch(row["created_at"]) + offset + grace
            came = self.desk.came.get(row["id"], now())
            if came > due:
                spans.append(Span(due, came))
        return spans


def _row(row: dict[str, Any]) -> Row:
    own = row["client_message_id"] if row["author_type"] == "agent" else None
    return Row(row["id"], row["session_id"], row["seq"], clean(row["content"]), own, row["is_private"])


def _epoch(text: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(text).timestamp()


@contextlib.asynccontextmanager
async def staged(
    data: Path, seed: int, speed: float, make_desk: MakeDesk = Desk, **settings: Any
) -> AsyncIterator[Stage]:
    """A server, a line, and a console that is signed in and Live. `settings` are those of `serving`."""
    clock = QuickClock(speed)
    async with serving(data, **settings) as server, faultline(server.port) as line:
        stage = Stage(server, line, clock, seed, make_desk)
        await stage.desk.sign_in("dana@example.com")
        stage.desk.start()
        try:
            await stage.live()
            yield stage
        finally:
            await stage.close()
            await stage.desk.stop()
