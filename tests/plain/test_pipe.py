"""The line face as a real process against the real server: by a pipe, and at a terminal."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.server.running import PASSWORD, RunningServer, running_server
from tests.terminal.pty_driver import Terminal, clean_environment

ROOT = Path(__file__).parent.parent.parent


@asynccontextmanager
async def plain(server: RunningServer, home: Path) -> AsyncIterator["Piped"]:
    """The line face, signed in as Dana, on pipes."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tms_tui", "plain", "--password-stdin"),
        *("--server", server.url, "--email", "dana@example.com"),
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

    def type(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")

    async def hears(self, words: str) -> str:
        """Read until a line holds `words`; that line."""
        assert self.process.stdout is not None
        async with asyncio.timeout(20):
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
        async with asyncio.timeout(20):
            self.heard += await self.process.stdout.read()
            return await self.process.wait()


async def test_a_customer_is_answered_by_a_pipe_without_one_escape(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        customer = await server.visitor(name="Jonas \x1b[31mred")
        await customer.says("my card was refused \x1b]0;pwned\x07 \x9b31m")
        async with plain(server, tmp_path) as face:
            assert (await face.hears("tms-chat")).startswith("tms-chat, line face")
            face.type("list")
            assert "waits" in await face.hears("1. Jonas")
            face.type("open 1")
            assert (await face.hears("my card was refused")).startswith("customer Jonas")
            face.type("sorry to hear that")
            await face.hears("sent: sorry to hear that")
            await customer.says("thanks")
            assert (await face.hears("thanks")).startswith("customer Jonas")
            assert await face.ends() == 0
        answer = await customer.http.get("/v1/visitor/messages")
        assert [each["content"] for each in answer.json()["messages"]][1:] == ["sorry to hear that", "thanks"]
        assert b"\x1b" not in face.heard
        assert all(character.isprintable() or character == "\n" for character in face.heard.decode())


async def test_a_script_given_whole_is_done_in_order_and_waits_for_its_answers(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        customer = await server.visitor(name="Jonas")
        await customer.says("hello")
        async with plain(server, tmp_path) as face:
            for line in ("open 1", "first", "second", "/note only us", "/resolve"):
                face.type(line)
            assert await face.ends() == 0
        answer = await customer.http.get("/v1/visitor/messages")
        texts = [each["content"] for each in answer.json()["messages"] if each["message_type"] == "text"]
        assert texts == ["hello", "first", "second"]


async def test_a_wrong_password_is_one_sentence(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana", password="another password")
        async with plain(server, tmp_path) as face:
            assert await face.ends() == 1
        assert b"Not signed in: the server did not accept the e-mail or the password." in face.heard
        assert b"Traceback" not in face.heard


async def test_at_a_terminal_what_arrives_waits_while_a_line_is_typed(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        customer = await server.visitor(name="Jonas")
        await customer.says("hello")
        arguments = ("plain", "--server", server.url, "--email", "dana@example.com")
        env = clean_environment(tmp_path, PYTHONPATH=str(ROOT))
        with Terminal([sys.executable, "-m", "tms_tui", *arguments], env=env, rows=40) as terminal:
            await asyncio.to_thread(terminal.wait_for, "Password of")
            terminal.send(f"{PASSWORD}\n")
            await asyncio.to_thread(terminal.wait_for, "connection: Live")
            terminal.send("open 1\r")
            await asyncio.to_thread(terminal.wait_for, "customer Jonas: hello")
            terminal.send("half a li")
            await asyncio.to_thread(terminal.wait_for, "half a li")
            await customer.says("are you there?")
            await asyncio.to_thread(terminal.settle, 0.5)
            assert "are you there?" not in terminal.screen.text()
            terminal.send("ne\r")
            await asyncio.to_thread(terminal.wait_for, "customer Jonas: are you there?")
            await asyncio.to_thread(terminal.wait_for, "sent: half a line")
            terminal.send("/quit\r")
            assert await asyncio.to_thread(terminal.wait_exit) == 0
            assert b"\x1b" not in terminal.output
            assert PASSWORD.encode() not in terminal.output
