"""What honest people notice during a stretch: colleagues who sign in and read, and how large the nodes become."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from tests.load.caller import Caller
from tests.load.costs import own_kib
from tests.load.door import Door
from tests.load.ledger import Ledger
from tests.load.wire import dial
from tests.server.running import PASSWORD
from tms_tui.protocol import wire

LOOK: Final = 0.05
"""Seconds from one look at the nodes' memory to the next."""
READ: Final = 0.5
"""Seconds from one read of a colleague's to the next."""
NEVER: Final = float("inf")


class Colleague:
    """An agent who is not at work yet: signs in from the usual place, opens the socket, reads, and goes again."""

    def __init__(self, door: Door, user: wire.User, source: str) -> None:
        self.user = user
        self._door = door
        self._source = source
        self._caller = Caller(door, source)

    async def come(self) -> float:
        """Seconds until they are live. Raises OSError when they are refused."""
        since = Ledger.now()
        body = msgspec.json.encode({"email": self.user.email, "password": PASSWORD})
        caller = Caller(self._door, self._source)
        try:
            answer = await caller.ask("POST", "/v1/auth/login", body)
        finally:
            caller.close()
        if answer.status != 200:
            raise OSError(f"sign-in {answer.status}")
        self._caller.token = msgspec.json.decode(answer.body, type=wire.TokenAnswer).access_token
        await self._live()
        return Ledger.now() - since

    async def _live(self) -> None:
        live = asyncio.Event()
        path = f"/v1/chat/agent/ws?agent_id={self.user.id}"
        socket = await dial(self._door, self._source, path, lambda _: live.set(), self._caller.token)
        try:
            async with asyncio.timeout(10):
                await live.wait()
        finally:
            socket.close()

    async def read(self) -> float:
        """Seconds for the newest conversations. Raises OSError when they are refused."""
        since = Ledger.now()
        answer = await self._caller.ask("GET", "/v1/chat/sessions?limit=50")
        if answer.status != 200:
            raise OSError(f"read {answer.status}")
        return Ledger.now() - since

    def leave(self) -> None:
        self._caller.close()


@dataclass(slots=True)
class Noticed:
    """During one stretch. Times in seconds, NEVER when it was refused; KiB of the node that grew largest."""

    sign_ins: list[float] = field(default_factory=list)
    reads: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    kib: dict[int, float] = field(default_factory=dict)
    """By process, the most while no colleague signs in, whose password takes memory to check."""


class _Watch:
    """What goes on beside the work: colleagues come and read, and the nodes are looked at."""

    def __init__(self, colleagues: Sequence[Colleague], pids: Sequence[int], noticed: Noticed) -> None:
        self._colleagues = colleagues
        self._pids = pids
        self._noticed = noticed
        self._signing_in = False

    async def come(self, pauses: Sequence[float]) -> None:
        """All colleagues at the same time, after each of the pauses."""
        for pause in pauses:
            await asyncio.sleep(pause)
            self._signing_in = True
            async with asyncio.TaskGroup() as together:
                for one in self._colleagues:
                    together.create_task(self._time(one.come(), self._noticed.sign_ins))
            await asyncio.sleep(LOOK)
            self._signing_in = False

    async def read(self) -> None:
        """The first of them, for ever."""
        while True:
            await self._time(self._colleagues[0].read(), self._noticed.reads)
            await asyncio.sleep(READ)

    async def look(self) -> None:
        """At the nodes' memory, for ever."""
        noticed = self._noticed
        while True:
            for pid in self._pids:
                if not self._signing_in:
                    now = own_kib(pid)
                    noticed.kib[pid] = max(now, noticed.kib.get(pid, 0))
            await asyncio.sleep(LOOK)

    async def _time(self, doing: Coroutine[Any, Any, float], times: list[float]) -> None:
        try:
            times.append(await doing)
        except OSError as error:
            times.append(NEVER)
            self._noticed.refused.append(str(error) or type(error).__name__)


@asynccontextmanager
async def watching(
    colleagues: Sequence[Colleague], pids: Sequence[int], pauses: Sequence[float]
) -> AsyncIterator[Noticed]:
    """Ends once all colleagues have come as often as there are pauses."""
    noticed = Noticed()
    watch = _Watch(colleagues, pids, noticed)
    others = [asyncio.create_task(watch.read()), asyncio.create_task(watch.look())]
    try:
        async with asyncio.TaskGroup() as coming:
            coming.create_task(watch.come(pauses))
            yield noticed
    finally:
        for task in others:
            task.cancel()
        for outcome in await asyncio.gather(*others, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome
