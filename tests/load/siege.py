"""An installation with everybody at work, and strangers before its door."""

import contextlib
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.bench.processes import family, go_first
from tests.load.attacks import Row
from tests.load.company import Before, company, hire, store_of
from tests.load.crowd import Crowd, Size, crowd
from tests.load.door import Door, source
from tests.load.filling import fill
from tests.load.notice import Colleague
from tests.load.raid import Given, Raiders, raiders
from tests.load.sink import sink
from tests.server.cluster import Node, cluster
from tests.server.place import Place
from tests.server.postgres import Postgres
from tests.server.redisserver import RedisServer
from tests.server.running import PASSWORD
from tms_tui.server.settings import PasswordCost

COLLEAGUES = 5
"""Their place among the groups of source addresses."""
SERVED = " INFO "

Ahead = Callable[[], None]
"""Puts whatever serves honest people ahead of the strangers, also what was started since the last time."""
Installed = tuple[Place, Door, Sequence[Node], Ahead]


@dataclass(frozen=True, slots=True)
class Strength:
    """How much of everything. Seconds; `soon`: delivery up to which nobody complains, however calm it was before.

    `longest`: how long an attack goes on until enough of it was made, where strangers hardly have their turn.
    """

    size: Size
    calm: float
    seconds: float
    share: float
    soon: float
    patience: float
    longest: float
    alone: bool
    """Each row has an installation of its own, and is compared with the same attack on a server that does nothing."""


FULL = Strength(Size(20, 0, 50, 30), calm=8, seconds=10, share=1, soon=0.1, patience=35, longest=0, alone=True)
SMALL = Strength(Size(6, 0, 12, 15), calm=4, seconds=0.8, share=0.05, soon=0.5, patience=0, longest=60, alone=False)


@dataclass(slots=True)
class World:
    """An installation with everybody at work, and the strangers before its door."""

    place: Place
    door: Door
    nodes: Sequence[Node]
    there: Crowd
    colleagues: Sequence[Colleague]
    given: Given
    raiders: Raiders
    nothing: Door
    """A server that does nothing."""
    ahead: Ahead

    @property
    def pids(self) -> list[int]:
        return [node.pid for node in self.nodes]

    def complaints(self) -> int:
        """Lines of the longest log that are not about a call that was served."""
        logs = [node.log.read_text().splitlines() for node in self.nodes if node.log]
        return max(sum(SERVED not in line for line in lines) for lines in logs)


Install = Callable[[Before], AbstractAsyncContextManager[Installed]]


@contextlib.asynccontextmanager
async def on_sqlite(before: Before) -> AsyncIterator[Installed]:
    """One node with its SQLite file."""
    with tempfile.TemporaryDirectory(prefix="tms-chat-load-") as home:
        place = Place(Path(home))
        await before(place)
        async with cluster(place, 1, logs=Path(home)) as nodes:
            yield place, Door.of(nodes[0].url), nodes, lambda: None


@contextlib.asynccontextmanager
async def on_postgres(postgres: Postgres, redis: RedisServer, before: Before) -> AsyncIterator[Installed]:
    """Two nodes over PostgreSQL and Redis, behind nginx."""

    def ahead() -> None:
        for one in family(postgres.pid):
            go_first(one)  # PostgreSQL's processes are sessions of their own, which inherit nothing

    redis.flush()
    async with company(postgres, redis, before) as running:
        yield running.place, running.door, running.nodes, ahead


@contextlib.asynccontextmanager
async def besieged(install: Install, strength: Strength, rows: Sequence[Row], kept: int | None) -> AsyncIterator[World]:
    async with AsyncExitStack() as opened:
        place, door, nodes, ahead = await opened.enter_async_context(install(partial(_grow_old, rows, strength, kept)))
        users = await hire(place, [f"agent{number}" for number in range(strength.size.agents)])
        others = await hire(place, ["early", "late", "script"], cost=PasswordCost())
        there = await opened.enter_async_context(crowd([door], strength.size, users))
        colleagues = [Colleague(door, user, source(COLLEAGUES, place)) for place, user in enumerate(others[:2])]
        for one in colleagues:
            opened.callback(one.leave)
            await one.come()
        yield World(
            place=place,
            door=door,
            nodes=nodes,
            there=there,
            colleagues=colleagues,
            given=_given(place, there, colleagues, others[2].email),
            raiders=await opened.enter_async_context(raiders()),
            nothing=await opened.enter_async_context(sink(door)),
            ahead=ahead,
        )


async def _grow_old(rows: Sequence[Row], strength: Strength, kept: int | None, place: Place) -> None:
    for row in rows:
        if row.kept:
            count = kept or int(row.kept * strength.share)
            await fill(store_of(place), count, ended=row.ended)


def _given(place: Place, there: Crowd, colleagues: Sequence[Colleague], script: str) -> Given:
    store = ["--data", str(place.data)]
    if "database" in place.settings:
        store += ["--database", place.settings["database"]]
        store += ["--database-password-file", str(place.settings["database_password"])]
    return Given(
        email=colleagues[0].user.email,
        script=script,
        password=PASSWORD,
        agents=[one.token for one in there.agents],
        store=store,
    )
