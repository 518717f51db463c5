"""The yardstick: a bare echo server of the websockets library; `python -m tests.load.echo PORT` is its process."""

import asyncio
import contextlib
import random
import sys
from array import array
from collections.abc import AsyncIterator

from websockets.asyncio.server import ServerConnection, serve

from tests.load.door import Door, source
from tests.load.ledger import Ledger
from tests.load.steps import Sample
from tests.load.talking import WORDS
from tests.load.wire import TEXT, Wire, dial
from tests.server.programs import free_port

ECHOERS = 9
"""Their place among the groups of source addresses."""


async def _echo(socket: ServerConnection) -> None:
    async for words in socket:
        await socket.send(words)


async def _serve(port: int) -> None:
    async with serve(_echo, "127.0.0.1", port, compression=None) as server:
        await server.serve_forever()


@contextlib.asynccontextmanager
async def echo_server() -> AsyncIterator[tuple[Door, int]]:
    """Where it listens, and its process id."""
    door = Door(free_port())
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.load.echo", str(door.port))
    try:
        async with asyncio.timeout(20):
            while not await door.opens():  # noqa: ASYNC110 - another process sets no event of ours
                await asyncio.sleep(0.05)
        yield door, process.pid
    finally:
        process.terminate()
        await process.wait()


class Echoers:
    """Sockets that say something in turn and wait for nobody."""

    def __init__(self) -> None:
        self._wires: list[Wire] = []
        self._delays: array[float] = array("d")

    async def come(self, door: Door, count: int) -> None:
        for place in range(len(self._wires), len(self._wires) + count):
            self._wires.append(await dial(door, source(ECHOERS, place), "/", self._take))

    async def talk(self, per_second: float, seconds: float) -> Sample:
        self._delays = array("d")
        begun, said = Ledger.now(), 0
        while (now := Ledger.now()) < begun + seconds:
            for _ in range(said, int((now - begun) * per_second)):
                due = begun + said / per_second
                random.choice(self._wires).say(TEXT, f"{due:.6f} {WORDS}".encode())
                said += 1
            await asyncio.sleep(0.002)
        async with asyncio.timeout(30):
            while len(self._delays) < said:  # noqa: ASYNC110 - a wait of milliseconds, once
                await asyncio.sleep(0.005)
        return Sample(len(self._wires), said, max(seconds, Ledger.now() - begun), sorted(self._delays))

    def leave(self) -> None:
        for wire in self._wires:
            wire.close()

    def _take(self, text: bytes) -> None:
        self._delays.append(Ledger.now() - float(text.partition(b" ")[0]))


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
