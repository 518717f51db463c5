"""Strangers at work beside honest people, one attack after the other; nobody honest may notice more than a little."""

import asyncio
import gc
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tests.load.attacks import ROWS, Row
from tests.load.crowd import Crowd
from tests.load.door import Door
from tests.load.notice import NEVER, Noticed, watching
from tests.load.raid import Order
from tests.load.siege import Install, Strength, World, besieged
from tests.load.stranger import Tally
from tms_tui.server.settings import PasswordCost, ServerSettings

OVER_CALM = 1.1
"""By how much delivery may take longer than in the calm run, when that is more than what is soon enough."""
MORE_MIB = 50.0
SIGN_IN = 1.0
READ = 1.0
TOLD = 500_000.0
"""Bytes a second that may come to each agent: a console on a slow line keeps up."""
AT_ONCE = ServerSettings(data=Path()).network_byte_rate.burst
"""Bytes that one network may write at once, and every agent is told: a short attack is hardly more than that."""
COMPLAINTS = 20
"""Warnings and errors that an attack may add to each node's log."""
LONGEST = 300.0
"""Seconds that an attack may take at most."""
SETTLE = 30.0
"""Seconds in which everything has to be delivered, and everybody back, after an attack."""


@dataclass(slots=True)
class Stretch:
    """So many seconds of everybody at work. Times in seconds."""

    p50: float
    p99: float
    messages: int
    told: float
    """Bytes a second that the agent's socket brought which brought most."""
    seconds: float
    noticed: Noticed
    cut: Mapping[str, int]
    """Honest sockets that were closed, by code, and honest calls that were refused, by kind."""
    faults: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Verdict:
    """One row. `mib`: by how much the node that grew most is larger than it was when all was calm."""

    row: Row
    limit: float
    calm: Stretch
    on_nothing: Stretch | None
    attacked: Stretch
    tally: Tally
    mib: float
    complaints: int
    share: float

    @property
    def times(self) -> str:
        """The p99 when calm, with the attack made on nothing, and attacked, in milliseconds."""
        stretches = [one for one in (self.calm, self.on_nothing, self.attacked) if one]
        return ", ".join(f"{one.p99 * 1000:.0f}" for one in stretches)

    @property
    def not_played(self) -> list[str]:
        """What was not made, or not often enough to call it this attack."""
        short = [
            f"{self.tally.made.get(kind, 0)} {kind} instead of {count}"
            for kind, count in self.row.least_at(self.share).items()
            if self.tally.made.get(kind, 0) < count
        ]
        return short if self.tally.answered else [*short, "nothing was answered"]

    @property
    def broken(self) -> list[str]:
        """What went wrong however fast the machine is."""
        seen = self.attacked
        checks = (
            (not seen.cut, "honest people were cut"),
            (self.mib <= MORE_MIB, f"+{self.mib:.0f} MiB"),
            (NEVER not in seen.noticed.sign_ins, "an honest sign-in was refused"),
            (NEVER not in seen.noticed.reads, "an honest read was refused"),
            (seen.told <= TOLD + AT_ONCE / seen.seconds, f"{seen.told / 1000:,.0f} kB a second to each agent"),
            (self.complaints <= COMPLAINTS, f"{self.complaints} warnings in the log"),
        )
        wrong = [f"{count} x {words}" for words, count in Counter(self.tally.wrong).items()]
        return [*(f"not played: {one}" for one in self.not_played), *_unmet(checks), *seen.faults, *wrong]

    @property
    def late(self) -> list[str]:
        """What honest people waited for too long."""
        seen = self.attacked
        sign_in, read = max(seen.noticed.sign_ins, default=0), max(seen.noticed.reads, default=0)
        checks = (
            (seen.p99 <= self.limit, f"p99 {seen.p99 * 1000:.0f} ms"),
            (sign_in < SIGN_IN or sign_in == NEVER, f"an honest sign-in took {sign_in:.1f} s"),
            (read < READ or read == NEVER, f"an honest read took {read:.1f} s"),
        )
        return _unmet(checks)

    @property
    def failures(self) -> list[str]:
        """Empty when the row is held."""
        return [*self.broken, *self.late]


def _unmet(checks: Sequence[tuple[bool, str]]) -> list[str]:
    return [words for held, words in checks if not held]


async def abuse(
    install: Install, strength: Strength, rows: Sequence[Row] = ROWS, kept: int | None = None
) -> AsyncIterator[Verdict]:
    """Each row's verdict as it is found. `kept`: so many conversations of former years where a row wants some."""
    worlds = [[row] for row in rows] if strength.alone else [list(rows)]
    for played in worlds:
        async with besieged(install, strength, played, kept) as world:
            calm, _ = await _stretch(world, strength, strength.calm, _nobody(strength.calm))
            for row in played:
                yield await _play(world, row, strength, calm)


async def _play(world: World, row: Row, strength: Strength, calm: Stretch) -> Verdict:
    """The attack on nothing, then the attack."""
    order = partial(_order, world, row, strength)
    on_nothing = None
    if row.on_nothing and strength.alone:
        await world.raiders.prepare(order(world.nothing, strength.calm))
        on_nothing, _ = await _stretch(world, strength, strength.calm, world.raiders.strike())
    lines = world.complaints()
    seconds = strength.seconds * row.seconds
    await world.raiders.prepare(order(world.door, seconds))
    attacked, tally = await _stretch(world, strength, seconds, world.raiders.strike())
    return Verdict(
        row=row,
        limit=max(strength.soon, OVER_CALM * calm.p99),
        calm=calm,
        on_nothing=on_nothing,
        attacked=attacked,
        tally=tally,
        mib=_grown(calm.noticed, attacked.noticed, hashes=row.hashes),
        complaints=world.complaints() - lines,
        share=strength.share,
    )


async def _nobody(seconds: float) -> Tally:
    await asyncio.sleep(seconds)
    return Tally()


def _order(world: World, row: Row, strength: Strength, door: Door, seconds: float) -> Order:
    return Order(
        attack=row.name,
        number=ROWS.index(row),
        port=door.port,
        tls=door.trust is not None,
        seconds=seconds,
        share=strength.share,
        patience=strength.patience if door is world.door else 0,
        given=world.given,
        least=row.least_at(strength.share),
        longest=strength.longest,
    )


def _grown(before: Noticed, after: Noticed, *, hashes: bool) -> float:
    """MiB by which the node that grew most is larger; what one password's check takes is not the attack's."""
    check = PasswordCost().memory_kib if hashes else 0
    return max(kib - before.kib[pid] - check for pid, kib in after.kib.items()) / 1024


async def _stretch(
    world: World, strength: Strength, seconds: float, strike: Coroutine[Any, Any, Tally]
) -> tuple[Stretch, Tally]:
    """Everybody at work for as long as the strike takes, `seconds` or a little more."""
    there, ledger = world.there, world.there.ledger
    world.ahead()
    _look_through_what_came_since()
    since, refused = ledger.now(), Counter(ledger.refused)
    told = {one: one.told for one in there.agents}
    talking = asyncio.create_task(there.talk(strength.size.per_second, LONGEST))
    async with watching(world.colleagues, world.pids, (seconds * 0.2, seconds * 0.4)) as noticed:
        async with asyncio.timeout(LONGEST):
            tally = await strike
    until = ledger.now()
    most = max(one.told - before for one, before in told.items()) / (until - since)
    there.hush()
    faults = [] if await _settled(there, talking) else [f"not everybody was served again within {SETTLE:.0f} s"]
    verdict = ledger.judge(since, until)
    if not verdict.clean:
        faults.append(f"{verdict.lost} lost, {verdict.doubled} doubled, {verdict.misordered} out of order")
    cut = Counter(f"closed {code}" for at, code in ledger.losses if since <= at) + (Counter(ledger.refused) - refused)
    return Stretch(
        verdict.percentile(0.5), verdict.percentile(0.99), verdict.messages, most, until - since, noticed, cut, faults
    ), tally


def _look_through_what_came_since() -> None:
    """Garbage is collected now: later it would stop everybody honest, all of whom live here."""
    gc.collect()
    gc.freeze()


async def _settled(there: Crowd, talking: asyncio.Task[None]) -> bool:
    """Waits until all that was begun is answered and heard, and everybody is there; whether that came to be."""
    try:
        async with asyncio.timeout(SETTLE):
            await talking
        await there.all_live(SETTLE)
    except TimeoutError:
        return False
    return await there.heard_everything(SETTLE)
