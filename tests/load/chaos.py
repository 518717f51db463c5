"""Nodes, Redis and PostgreSQL struck down one after the other while everybody talks; then the books are compared."""

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from tests.load.company import Company, company, hire
from tests.load.crowd import Crowd, Size, crowd
from tests.load.faults import ROUND, Fault
from tests.load.ledger import Judgement
from tests.server.postgres import Postgres
from tests.server.redisserver import RedisServer

FULL = Size(agents=50, engines=3, customers=200, per_second=50)
SMALL = Size(agents=8, engines=1, customers=16, per_second=10)
CALM = 5.0
"""Seconds before the first fault and after the last."""
SETTLE = 60.0
"""How long what is missing at the end may still take."""


@dataclass(frozen=True, slots=True)
class Struck:
    """One stretch of the run: a fault and the time until the next. `at`: seconds into the run."""

    words: str
    bite: str
    at: float
    recovered_after: float
    verdict: Judgement


@dataclass(frozen=True, slots=True)
class Outcome:
    """The whole run."""

    size: Size
    seconds: float
    stretches: list[Struck]
    total: Judgement
    engines: tuple[int, int, int]
    """Lost, doubled and misordered in the transcripts of the real engines."""
    foreign: int
    """What somebody heard who may not."""
    resumes_refused: int
    refused: dict[str, int]

    @property
    def clean(self) -> bool:
        return self.total.clean and not any(self.engines) and not self.foreign and not self.resumes_refused


async def chaos(postgres: Postgres, redis: RedisServer, size: Size, seconds: float, faults: Sequence[Fault]) -> Outcome:
    """The run and its judgement; raises AssertionError when a fault did not bite."""
    async with company(postgres, redis) as running:
        users = await hire(running.place, [f"agent{number}" for number in range(size.agents)])
        strangers = await hire(running.place, ["stranger"], tenant="other")
        async with crowd([running.door], size, users, strangers) as there:
            return await _run(running, there, size, seconds, faults)


async def _run(running: Company, there: Crowd, size: Size, seconds: float, faults: Sequence[Fault]) -> Outcome:
    ledger = there.ledger
    begun = ledger.now()
    marks: list[tuple[str, str, float]] = [("calm", "", begun)]
    async with asyncio.TaskGroup() as both:
        both.create_task(there.talk(size.per_second, seconds))
        for number, fault in enumerate(faults):
            spacing = (seconds - 2 * CALM) / len(faults)
            await asyncio.sleep(max(0.0, begun + CALM + number * spacing - ledger.now()))
            at = ledger.now()
            marks.append((fault.words, await fault.strike(running, there), at))
    await running.until_ready(all)
    await there.heard_everything(SETTLE)
    marks.append(("end", "", float("inf")))
    stretches = [
        Struck(words, bite, at - begun, ledger.recovered_after(at, until) if bite else 0.0, ledger.judge(at, until))
        for (words, bite, at), (_, _, until) in itertools.pairwise(marks)
    ]
    everyone = (*ledger.agents, *ledger.customers, *ledger.strangers)
    engines = [await _of_desk(there, place) for place in range(len(there.desks))]
    return Outcome(
        size=size,
        seconds=seconds,
        stretches=stretches,
        total=ledger.judge(),
        engines=(sum(one[0] for one in engines), sum(one[1] for one in engines), sum(one[2] for one in engines)),
        foreign=sum(one.foreign for one in everyone),
        resumes_refused=sum(one.resumes_refused for one in everyone),
        refused=ledger.refused,
    )


async def _of_desk(there: Crowd, place: int) -> tuple[int, int, int]:
    """A desk may be polling yet: it gets the same time to settle."""
    until = there.ledger.now() + SETTLE / 2
    desk, ledger = there.desks[place], there.ledger
    while (wrong := desk.judged(ledger.sent))[0] and ledger.now() < until:  # noqa: ASYNC110 - a desk sets no event
        await asyncio.sleep(1)
    return wrong


def faults_for(seconds: float, every: float) -> list[Fault]:
    """As many as fit, in turn."""
    fitting = max(1, int((seconds - 2 * CALM) / every))
    return list(itertools.islice(itertools.cycle(ROUND), fitting))
