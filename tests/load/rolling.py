"""Both nodes replaced, one after the other, while everybody talks: nobody may notice more than a short break."""

import asyncio
import signal
from dataclasses import dataclass
from itertools import pairwise

from tests.load.chaos import SETTLE
from tests.load.company import Company, company, hire
from tests.load.crowd import Crowd, Size, crowd
from tests.load.ledger import Judgement, peak
from tests.server.cluster import Node
from tests.server.postgres import Postgres
from tests.server.redisserver import RedisServer

BACK_WITHIN = 20.0
"""Seconds until every socket has to be back."""
MOST_AT_ONCE = 0.25
"""The part of all sockets that may be accepted within 100 ms."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """One node: `moved` sockets were sent elsewhere with 1012, the slowest was back after `slowest` seconds."""

    words: str
    moved: int
    closed_1012: int
    spread: float
    """Seconds from the first close to the last."""
    slowest: float
    peak: int
    """The most accepts within 100 ms."""
    verdict: Judgement


@dataclass(frozen=True, slots=True)
class Rolled:
    """Both nodes replaced."""

    size: Size
    sockets: int
    replaced: list[Replaced]
    total: Judgement

    @property
    def held(self) -> bool:
        return self.total.clean and all(self._fine(one) for one in self.replaced)

    def _fine(self, one: Replaced) -> bool:
        all_told = one.moved > 0 and one.closed_1012 == one.moved
        return all_told and one.slowest <= BACK_WITHIN and one.peak <= MOST_AT_ONCE * self.sockets


async def rolling(postgres: Postgres, redis: RedisServer, size: Size, pause: float = 5) -> Rolled:
    """`pause`: seconds of calm before each node and after the last."""
    async with company(postgres, redis) as running:
        users = await hire(running.place, [f"agent{number}" for number in range(size.agents)])
        async with crowd([running.door], size, users) as there:
            return await _run(running, there, size, pause)


async def _run(running: Company, there: Crowd, size: Size, pause: float) -> Rolled:
    ledger, marks = there.ledger, []
    talking = asyncio.create_task(there.talk(size.per_second, 3600))
    try:
        for node in running.nodes:
            await asyncio.sleep(pause)
            marks.append(ledger.now())
            await _replace(node)
            await there.all_live(BACK_WITHIN)
        await asyncio.sleep(pause)
    finally:
        there.hush()
        await talking
    await there.heard_everything(SETTLE)
    marks.append(float("inf"))
    replaced = [
        _judged(there, f"node {number}", since, until) for number, (since, until) in enumerate(pairwise(marks), 1)
    ]
    return Rolled(size, there.sockets, replaced, ledger.judge())


async def _replace(node: Node) -> None:
    """As an orderly service manager does: SIGTERM, wait for the end, start, wait until it is ready."""
    code = await node.kill(signal.SIGTERM)
    assert code in (0, -signal.SIGTERM), code
    await node.start()


def _judged(there: Crowd, words: str, since: float, until: float) -> Replaced:
    ledger = there.ledger
    losses = [(at, code) for at, code in ledger.losses if since <= at < until]
    outages = [
        back - lost
        for one in (*ledger.agents, *ledger.customers)
        for lost, back in one.outages
        if since <= lost < until
    ]
    return Replaced(
        words=words,
        moved=len(losses),
        closed_1012=sum(code == 1012 for _, code in losses),
        spread=max(at for at, _ in losses) - min(at for at, _ in losses) if losses else 0.0,
        slowest=max(outages, default=0.0),
        peak=peak(at for at in ledger.accepts if since <= at < until),
        verdict=ledger.judge(since, until),
    )
