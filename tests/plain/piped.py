"""The line face as a process on pipes, and what it said."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.server.running import PASSWORD
from tests.terminal.pty_driver import clean_environment

ROOT = Path(__file__).parent.parent.parent


@asynccontextmanager
async def plain(url: str, home: Path) -> AsyncIterator["Piped"]:
    """The line face, signed in as Dana, on pipes."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tms_tui", "plain", "--password-stdin"),
        *("--server", url, "--email", "dana@example.com"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=clean_environment(home, PYTHONPATH=str(ROOT)),
    )
    piped = Piped(process)
    piped.type(PASSWORD)
    try:
        yield piped
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


class Piped:
    """A process on pipes. `heard` is every byte it wrote that was waited for."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.heard = b""

    def type(self, line: str | bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write((line.encode() if isinstance(line, str) else line) + b"\n")

    async def hears(self, words: str) -> str:
        """Read until a line holds `words`; that line."""
        assert self.process.stdout is not None
        async with asyncio.timeout(60):
            while line := await self.process.stdout.readline():
                self.heard += line
                if words in line.decode():
                    return line.decode().rstrip("\n")
        raise AssertionError(f"{words!r} was not said in:\n{self.heard.decode()}")

    async def ends(self) -> int:
        """Close its input and read to its end; the exit code."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        async with asyncio.timeout(60):
            self.heard += await self.process.stdout.read()
            return await self.process.wait()
