"""What the server carries: messages a second, sockets, memory; beside a bare echo server in the same run."""

import contextlib
import os
import tempfile
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.processes import family, go_first
from tests.load.company import hire, store_of
from tests.load.costs import resident_kib
from tests.load.crowd import Crowd, Size, crowd
from tests.load.door import Door
from tests.load.echo import Echoers, echo_server
from tests.load.filling import fill
from tests.load.steps import Sample, Step, climb
from tests.server.cluster import Node, cluster
from tests.server.place import Place
from tests.server.postgres import Postgres
from tests.server.redisserver import RedisServer

RATES = (25, 50, 75, 100, 125, 150, 200, 250, 300, 400, 500)
ECHOES = (2000, 5000, 10_000, 15_000, 20_000)
QUIET_RATE = 10.0
"""Messages a second while sockets are counted."""
TALKING = (20, 50)
"""Agents' sockets while messages are counted."""
GROWN = (100, 250, 500, 1000)
"""Agents' sockets while these are counted."""
KEPT = (0, 20_000)
"""Conversations in the store, of ten messages and ten events each."""
KEPT_RATE = 50.0
POSTGRESQL = "postgresql"
IDLE = 500
CUSTOMERS = 100
SOCKETS_OF_ONE = 5
"""How many sockets one agent may have."""


@dataclass(frozen=True, slots=True)
class Installed:
    """Nodes that can be called directly, and which processes they are made of."""

    words: str
    place: Place
    doors: list[Door]
    pids: Mapping[str, Sequence[int]]
    """By name; `node` is always among them, `load` is this process."""


@dataclass(slots=True)
class Figures:
    """Of one installation."""

    words: str
    rates: dict[int, list[Step]] = field(default_factory=dict)
    """By the number of agents' sockets."""
    grown: dict[int, Step] = field(default_factory=dict)
    """The same, at a quiet rate."""


@dataclass(frozen=True, slots=True)
class Memory:
    """KiB of a node for each idle socket, beside that of the bare echo server."""

    customer: float
    agent: float
    echo: float


@contextlib.asynccontextmanager
async def alone(conversations: int = 0) -> AsyncIterator[Installed]:
    """One node and its SQLite file, in which so many conversations are already."""
    with tempfile.TemporaryDirectory(prefix="tms-chat-load-") as home:
        place = Place(Path(home))
        if conversations:
            await fill(store_of(place), conversations)
        async with cluster(place, 1) as nodes:
            yield _installed("one node, SQLite", place, nodes, {})


@contextlib.asynccontextmanager
async def pair(postgres: Postgres, redis: RedisServer) -> AsyncIterator[Installed]:
    """Two nodes over PostgreSQL and Redis."""
    with tempfile.TemporaryDirectory(prefix="tms-chat-load-") as home:
        async with postgres.database() as url:
            settings = {"database": url, "database_password": postgres.password_file, "bus": redis.url}
            place = Place(Path(home), settings)
            async with cluster(place, 2) as nodes:
                behind = {POSTGRESQL: [postgres.pid], "redis": [redis.pid]}
                yield _installed("two nodes, PostgreSQL, Redis", place, nodes, behind)


def _installed(words: str, place: Place, nodes: Sequence[Node], behind: Mapping[str, Sequence[int]]) -> Installed:
    doors = [Door.of(node.url) for node in nodes]
    return Installed(words, place, doors, {"node": [node.pid for node in nodes], **behind, "load": [os.getpid()]})


async def measured(installed: Installed) -> Figures:
    figures = Figures(installed.words)
    for count in TALKING:
        async with _crowd(installed, count) as there:
            figures.rates[count] = [
                one async for one in climb(Talk(there, installed.pids.get(POSTGRESQL, ())), RATES, installed.pids)
            ]
    for count in GROWN:
        async with _crowd(installed, count) as there:
            async for one in climb(Talk(there, installed.pids.get(POSTGRESQL, ())), (QUIET_RATE,), installed.pids):
                figures.grown[count] = one
        if not figures.grown[count].held:
            break
    return figures


@contextlib.asynccontextmanager
async def _crowd(installed: Installed, agents: int, customers: int = CUSTOMERS) -> AsyncIterator[Crowd]:
    """That many agents' sockets, several of one agent where there are many, and customers who write."""
    people = agents if agents <= 50 else -(-agents // SOCKETS_OF_ONE)
    users = await hire(installed.place, [uuid.uuid4().hex for _ in range(people)])
    lines = (users * SOCKETS_OF_ONE)[:agents] if people < agents else users
    async with crowd(installed.doors, Size(agents, 0, customers, 0), lines) as there:
        yield there


class Talk:
    """A step's work: everybody talks, then the books of these seconds are read."""

    def __init__(self, there: Crowd, ahead: Sequence[int] = ()) -> None:
        """`ahead`: processes that go before the machine's other work."""
        self._there = there
        self._ahead = ahead

    async def __call__(self, per_second: float, seconds: float) -> Sample:
        for pid in self._ahead:
            for one in family(pid):
                go_first(one)  # PostgreSQL's processes are sessions of their own, which inherit nothing
        ledger = self._there.ledger
        since = ledger.now()
        await self._there.talk(per_second, seconds)
        took = max(seconds, ledger.now() - since)
        assert await self._there.heard_everything(30), "messages are missing"
        verdict = ledger.judge(since)
        assert verdict.clean, "lost, doubled or out of order"
        return Sample(self._there.sockets, verdict.messages, took, verdict.delays)


async def with_years() -> dict[int, Step]:
    """The same work on a new store and on one with years in it, by the conversations that were there."""
    steps = {}
    for conversations in KEPT:
        async with alone(conversations) as installed, _crowd(installed, TALKING[0]) as there:
            async for one in climb(Talk(there, installed.pids.get(POSTGRESQL, ())), (KEPT_RATE,), installed.pids):
                steps[conversations] = one
    return steps


async def idle() -> tuple[float, float]:
    """KiB for each of 500 customers' sockets, and for each of 500 agents', on a node that has warmed up."""
    async with alone() as installed:
        node = installed.pids["node"]
        async with _crowd(installed, SOCKETS_OF_ONE) as there:
            await there.talk(20, 2)
        before = resident_kib(node)
        async with crowd(installed.doors, Size(0, 0, IDLE, 0), ()):
            with_customers = resident_kib(node)
            async with _crowd(installed, IDLE, customers=0):
                with_agents = resident_kib(node)
    return (with_customers - before) / IDLE, (with_agents - with_customers) / IDLE


async def echoed() -> tuple[list[Step], float]:
    """The bare echo server's steps over 50 sockets, and its KiB for each idle one of 500 more."""
    async with echo_server() as (door, pid):
        pids = {"node": [pid], "load": [os.getpid()]}
        echoers = Echoers()
        try:
            await echoers.come(door, 50)
            steps = [one async for one in climb(echoers.talk, ECHOES, pids)]
            before = resident_kib([pid])
            await echoers.come(door, IDLE)
            return steps, (resident_kib([pid]) - before) / IDLE
        finally:
            echoers.leave()
