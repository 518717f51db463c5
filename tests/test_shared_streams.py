"""Streams that another process made non-blocking, which it shares with this one: read and written as any other."""

import asyncio
import fcntl
import os
import sys
import termios
from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.engine.fakes import until
from tests.server.running import PASSWORD, running_server
from tests.terminal.pty_driver import clean_environment

ROOT = Path(__file__).parent.parent
TMS_CHAT = ("-m", "tms_tui")
DANA = ("--email", "dana@example.com", "--password-stdin", "--server")
SMALLEST = 4096
MUCH = 300_000


def never_waiting_pipe() -> tuple[int, int]:
    """A pipe of which neither end waits, as small as the kernel makes one."""
    reads, writes = os.pipe()
    fcntl.fcntl(writes, fcntl.F_SETPIPE_SZ, SMALLEST)
    os.set_blocking(reads, False)
    os.set_blocking(writes, False)
    return reads, writes


@asynccontextmanager
async def started(
    home: Path, *arguments: str, out: int = asyncio.subprocess.PIPE, given: int = asyncio.subprocess.DEVNULL
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process of Python whose output, and what it complains of, go to `out`."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *arguments),
        stdin=given,
        stdout=out,
        stderr=asyncio.subprocess.STDOUT,
        env=clean_environment(home, PYTHONPATH=str(ROOT)),
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def ended(process: asyncio.subprocess.Process) -> tuple[int | None, bytes]:
    async with asyncio.timeout(60):
        said, _ = await process.communicate()
    return process.returncode, said


async def said_into_a_full_pipe(home: Path, *arguments: str) -> tuple[int, bytes]:
    """The exit code of a process whose output is read once it takes nothing more, and all it wrote."""
    reads, writes = never_waiting_pipe()
    os.set_blocking(reads, True)
    async with started(home, *arguments, out=writes) as process:
        os.close(writes)
        await until(lambda: unread(reads) == SMALLEST)
        with os.fdopen(reads, "rb") as file:
            async with asyncio.timeout(60):
                said = await asyncio.to_thread(file.read)
                return await process.wait(), said


def unread(reads: int) -> int:
    """Bytes in a pipe that nobody read yet."""
    count = array("i", [0])
    fcntl.ioctl(reads, termios.FIONREAD, count)
    return count[0]


async def test_a_long_output_is_written_whole_however_full_the_pipe_is(tmp_path: Path) -> None:
    code, said = await said_into_a_full_pipe(tmp_path, *TMS_CHAT, "server", "openapi")
    assert code == 0
    assert len(said) > 2 * SMALLEST
    assert said.endswith(b"}\n")


async def test_what_is_complained_of_is_written_whole_and_ends_nothing(tmp_path: Path) -> None:
    program = f"import sys; from tms_tui import streams; streams.secure(); sys.stderr.write('x' * {MUCH} + '\\n')"
    assert await said_into_a_full_pipe(tmp_path, "-c", program) == (0, b"x" * MUCH + b"\n")


async def test_a_text_that_comes_in_two_parts_is_sent_as_one(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        customer = await server.visitor(name="Jonas")
        reads, writes = never_waiting_pipe()
        os.write(writes, f"{PASSWORD}\nhalf ".encode())
        verb = ("send", customer.session_id, "-", *DANA, server.url)
        async with started(tmp_path, *TMS_CHAT, *verb, given=reads) as process:
            await until(lambda: not unread(reads))
            os.write(writes, b"and half")
            os.close(writes)
            os.close(reads)
            assert await ended(process) == (0, b"sent\n")
        stored = (await customer.http.get("/v1/visitor/messages")).json()["messages"]
        assert [one["content"] for one in stored] == ["half and half"]


async def test_the_line_face_waits_for_lines_that_are_not_there_yet(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        customer = await server.visitor(name="Jonas")
        await customer.says("hello")
        reads, writes = never_waiting_pipe()
        os.write(writes, f"{PASSWORD}\n".encode())
        async with started(tmp_path, *TMS_CHAT, "plain", *DANA, server.url, given=reads) as process:
            os.close(reads)
            assert process.stdout is not None
            async with asyncio.timeout(60):
                assert b"connection: Live" in await process.stdout.readuntil(b"open: none\n")
            os.write(writes, b"open 1\nsorry to ")
            async with asyncio.timeout(60):
                await process.stdout.readuntil(b"customer Jonas: hello")
            os.write(writes, b"hear that\n")
            os.close(writes)
            code, said = await ended(process)
            assert (code, b"Traceback" in said) == (0, False)
        stored = (await customer.http.get("/v1/visitor/messages")).json()["messages"]
        assert [one["content"] for one in stored] == ["hello", "sorry to hear that"]


async def test_an_input_that_cannot_be_read_is_at_its_end(tmp_path: Path) -> None:
    program = (
        "import asyncio\n"
        "from tms_tui.plain.typed import PipedLines\n"
        "async def first(): return await PipedLines().line()\n"
        "print(asyncio.run(first()))"
    )
    only_written = os.open(tmp_path / "file", os.O_WRONLY | os.O_CREAT)
    async with started(tmp_path, "-c", program, given=only_written) as process:
        os.close(only_written)
        assert await ended(process) == (0, b"None\n")
