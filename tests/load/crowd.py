"""Everybody at once: agents, a few of them with the real engine, a stranger, and customers, all connected."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from tests.load.agents import LeanAgent
from tests.load.customers import LeanCustomer
from tests.load.desks import Desk
from tests.load.door import Door, source
from tests.load.ledger import Ledger
from tests.load.talking import Talker
from tms_tui.protocol import wire

AGENTS, CUSTOMERS, STRANGERS = 1, 2, 3
CONNECTING = 20
"""How many come in at the same time."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many of whom. Every fifth message is an agent's."""

    agents: int
    engines: int
    customers: int
    per_second: float


@dataclass
class Crowd:
    """Who is connected, and the ledger of all they say and hear."""

    ledger: Ledger
    agents: list[LeanAgent]
    customers: list[LeanCustomer]
    desks: list[Desk]
    strangers: list[LeanAgent]
    chance: random.Random
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    talkers: list[Talker] = field(default_factory=list)

    @property
    def sockets(self) -> int:
        return len(self.agents) + len(self.customers) + len(self.strangers)

    async def talk(self, per_second: float, seconds: float) -> None:
        """Returns once everything that was said is answered 2xx."""
        conversations = [one.session_id for one in self.customers]
        of_agents = [
            Talker(one.writer, lambda: self.chance.choice(conversations), self.ledger, self.chance, agent=True)
            for one in self.agents
        ]
        of_customers = [
            Talker(one.caller, lambda one=one: one.session_id, self.ledger, self.chance, agent=False)  # type: ignore[misc]
            for one in self.customers
        ]
        self.talkers = of_agents + of_customers
        async with asyncio.TaskGroup() as talking:
            for talker in of_agents:
                talking.create_task(talker.talk(len(of_agents) / (0.2 * per_second), seconds))
            for talker in of_customers:
                talking.create_task(talker.talk(len(of_customers) / (0.8 * per_second), seconds))

    def hush(self) -> None:
        """Nobody begins another message."""
        for talker in self.talkers:
            talker.hush()

    async def all_live(self, within: float) -> None:
        """Waits until every socket is back. Raises TimeoutError."""
        async with asyncio.timeout(within):
            for live in [one.live for one in self.agents] + [one.live for one in self.customers]:
                await live.wait()

    async def heard_everything(self, within: float) -> bool:
        """Waits until nothing is missing; whether that came to be."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                while next(self.ledger.missing(self.ledger.sent), None) is not None:
                    self._still_there()
                    await asyncio.sleep(0.25)
                return True
        return False

    def _still_there(self) -> None:
        for task in self.tasks:
            if task.done():
                task.result()
                raise AssertionError(f"{task.get_name()} left")


@contextlib.asynccontextmanager
async def crowd(
    doors: Sequence[Door], size: Size, users: Sequence[wire.User], strangers: Sequence[wire.User] = ()
) -> AsyncIterator[Crowd]:
    """Everybody signed in and live, spread evenly over the doors; `users` are as many as agents are wanted."""
    ledger, chance = Ledger(), random.Random(7)
    lean = users[size.engines :]
    agents = [
        LeanAgent(doors[place % len(doors)], user, source(AGENTS, place), ledger, chance)
        for place, user in enumerate(lean)
    ]
    foreign = [
        LeanAgent(doors[0], user, source(STRANGERS, place), ledger, chance) for place, user in enumerate(strangers)
    ]
    customers = [
        LeanCustomer(doors[place % len(doors)], f"Customer {place}", source(CUSTOMERS, place), ledger, chance)
        for place in range(size.customers)
    ]
    desks = [Desk(doors[0], user.email) for user in users[: size.engines]]
    there = Crowd(ledger, agents, customers, desks, foreign, chance)
    try:
        await _come(there)
        yield there
    finally:
        for task in there.tasks:
            task.cancel()
        await asyncio.gather(*there.tasks, return_exceptions=True)


async def _come(there: Crowd) -> None:
    gate = asyncio.Semaphore(CONNECTING)

    async def agent(one: LeanAgent) -> None:
        async with gate:
            await one.sign_in()
            there.tasks.append(asyncio.create_task(one.follow(), name=f"agent {one.hearing.name}"))
            await one.live.wait()

    async def customer(one: LeanCustomer) -> None:
        async with gate:
            await one.come()
            there.tasks.append(asyncio.create_task(one.stay(), name=f"customer {one.session_id}"))
            await one.live.wait()

    async def desk(one: Desk) -> None:
        live = asyncio.Event()
        there.tasks.append(asyncio.create_task(one.work(live), name="desk"))
        await live.wait()

    async with asyncio.timeout(120), asyncio.TaskGroup() as coming:
        for lean in (*there.agents, *there.strangers):
            coming.create_task(agent(lean))
        for page in there.customers:
            coming.create_task(customer(page))
        for engine in there.desks:
            coming.create_task(desk(engine))
    there.ledger.agents = [one.hearing for one in there.agents]
    there.ledger.strangers = [one.hearing for one in there.strangers]
    there.ledger.customers = [one.hearing for one in there.customers]
    there.ledger.accepts.clear()
