"""One attack: what it is told, what it has, and the process it is made by, seen from where that is started."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import msgspec

from tests.load.door import Door, source
from tests.load.stranger import Stranger, Tally

READY: Final = b"ready\n"
GO: Final = b"go\n"
STRANGERS: Final = 60
"""Their place among the groups of source addresses; each attack has one of its own from here on."""
LINE: Final = 1 << 20
"""Bytes that an order or a tally may have."""


class AgentToken(msgspec.Struct):
    """An agent whose token may be used."""

    id: str
    token: str


class Given(msgspec.Struct):
    """What an attack is told of the company. `password` is right for `email` and for `script`."""

    email: str = ""
    """Of a colleague who signs in while the attack goes on."""
    script: str = ""
    """Of an agent who has a program sign in."""
    password: str = ""
    agents: list[AgentToken] = []
    store: list[str] = []
    """The options that name the store to a command of the operator's."""


class Order(msgspec.Struct):
    """One attack: for so many seconds, with the `share` (0 to 1) of its full strength, from the row's own addresses."""

    attack: str
    number: int
    port: int
    tls: bool
    seconds: float
    share: float
    patience: float
    """Seconds from the beginning that what hangs may go on hanging, when that is looked at; 0 when it is not."""
    given: Given
    least: dict[str, int] = {}
    """By kind, what must be made for the attack to count."""
    longest: float = 0
    """Seconds that it goes on for that, where the machine has hardly any time for strangers."""


class Raid:
    """One attack under way."""

    def __init__(self, order: Order, door: Door, until_told: Callable[[], Awaitable[None]]) -> None:
        self.tally = Tally()
        self.seconds = order.seconds
        self.patience = order.patience
        self.given = order.given
        self.door = door
        self._least, self._longest = order.least, order.longest
        self._number = order.number
        self._share = order.share
        self._until_told = until_told
        self._time = asyncio.get_running_loop().time
        self._began = 0.0
        self._strangers: list[Stranger] = []

    def stranger(self, place: int = 0) -> Stranger:
        """Another pair of hands at the attack's address of that number."""
        one = Stranger(self.door, self.address(place), self.tally)
        self._strangers.append(one)
        return one

    def address(self, place: int = 0) -> str:
        return source(STRANGERS + self._number, place)

    def scaled(self, count: int, least: int = 1) -> int:
        """So many at full strength."""
        return max(least, round(count * self._share))

    async def ready(self) -> None:
        """Preparations are done; returns when the attack is to begin. What the preparations made does not count."""
        await self._until_told()
        self.tally.made.clear()
        self.tally.answered.clear()
        self._began = self._time()

    @property
    def lasted(self) -> float:
        return self._time() - self._began

    def lasts(self) -> bool:
        lasted = self.lasted
        return lasted < self.seconds or (lasted < self._longest and self._is_short_of_something())

    def _is_short_of_something(self) -> bool:
        return any(self.tally.made.get(kind, 0) < count for kind, count in self._least.items())

    async def over(self) -> None:
        """Returns at the end of the attack."""
        await asyncio.sleep(max(0.0, self.seconds - self.lasted))

    async def next(self, every: float) -> None:
        """Returns at the next multiple of `every` seconds from the beginning, at the same moment for all who wait."""
        await asyncio.sleep(every - self.lasted % every)

    async def each(self, per_second: float, do: Callable[[int], Awaitable[object]], hands: int = 1) -> None:
        """Does it again and again till the end, at most so often in all, by so many hands at the same time."""

        async def one(hand: int) -> None:
            place = hand
            while self.lasts():
                due = self._began + place / per_second
                await asyncio.sleep(max(0.0, due - self._time()))
                await do(place)
                # What could not be done in time is not made up for: strangers have their pace.
                place = max(place + hands, int((self._time() - self._began) * per_second) // hands * hands + hand)

        async with asyncio.TaskGroup() as together:
            for hand in range(hands):
                together.create_task(one(hand))

    def leave(self) -> None:
        for one in self._strangers:
            one.leave()


Attack = Callable[[Raid], Awaitable[None]]


class Raiders:
    """The process, seen from where it is started."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def prepare(self, order: Order) -> None:
        """Returns when the attack could begin."""
        await self._tell(msgspec.json.encode(order) + b"\n")
        assert await self._hear() == READY, "the strangers are not ready"

    async def strike(self) -> Tally:
        """The attack, and what became of it."""
        await self._tell(GO)
        return msgspec.json.decode(await self._hear(), type=Tally)

    async def _tell(self, words: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(words)
        await self._process.stdin.drain()

    async def _hear(self) -> bytes:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        assert line, "the strangers' process ended"
        return line


@asynccontextmanager
async def raiders() -> AsyncIterator[Raiders]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.load.attacks", stdin=pipe, stdout=pipe, limit=LINE
    )
    try:
        yield Raiders(process)
    finally:
        process.terminate()
        await process.wait()
