"""The reference server in a process of its own, to be killed."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

START_WITHIN: Final = 30.0
MUTE: Final = ("tests.server.crashing",)
"""Stores and answers, and never gets to the broadcast: the moment after the commit, held."""


class ChildServer:
    """A server that answers at `url`."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self._process = process
        self.port = port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        return self._process.pid

    async def kill(self) -> int:
        """End it as `kill -9` does; the exit code, which says so."""
        self._process.send_signal(signal.SIGKILL)
        return await self._process.wait()


@contextlib.asynccontextmanager
async def mute_server(data: Path) -> AsyncIterator[ChildServer]:
    """One that stores and answers and never announces, on a free port."""
    async with _child("-m", *MUTE, str(data)) as process:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), START_WITHIN)
        yield ChildServer(process, int(line))


@contextlib.asynccontextmanager
async def served(data: Path, port: int = 0) -> AsyncIterator[ChildServer]:
    """`tms-chat serve`, once it answers."""
    async with _child("-m", "tms_tui", "serve", "--data", str(data), "--port", str(port)) as process:
        yield ChildServer(process, await asyncio.wait_for(_port(process), START_WITHIN))


@contextlib.asynccontextmanager
async def _child(*command: str) -> AsyncIterator[asyncio.subprocess.Process]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=pipe, stderr=pipe)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):  # the test killed it
            process.kill()
        await process.communicate()


async def _port(process: asyncio.subprocess.Process) -> int:
    """The port it says it serves on."""
    assert process.stderr is not None
    said = []
    async for line in process.stderr:
        said.append(line.decode())
        if "Serving on" in said[-1]:
            return int(said[-1].rsplit(":", 1)[1])
    raise AssertionError(f"the server did not start: {''.join(said)}")
