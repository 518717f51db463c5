"""The real process and real signals: the first one ends it in good order, a later one at once."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.server.programs import free_port
from tests.server.running import QUICK, RunningServer, running_server
from tests.server.sockets import agent_socket, visitor_socket
from tests.server.waiting import until
from tms_tui.server.settings import ServerSettings

SAID = "a text that is erased one day"


class Door(RunningServer):
    """The test's way into a server that runs in a process of its own."""

    def __init__(self, data: Path, port: int) -> None:
        super().__init__(ServerSettings(data=data, port=port, password_cost=QUICK), None, None)


@contextlib.asynccontextmanager
async def way_in(data: Path, port: int) -> AsyncIterator[RunningServer]:
    door = Door(data, port)
    try:
        yield door
    finally:
        await door.close()


@contextlib.asynccontextmanager
async def serving(
    data: Path, *options: str, before: tuple[str, ...] = ()
) -> AsyncIterator[tuple[asyncio.subprocess.Process, RunningServer]]:
    """`tms-chat serve`, behind `before` if that is given, and a way in. Its log is a file beside the data."""
    async with running_server(data):
        pass  # leaves a migrated database behind, which a start of the process would take seconds to make
    port_file = data / "port"
    command = (*before, sys.executable, "-m", "tms_tui", "serve", "--data", str(data), "--port", "0")
    with (data.parent / "log").open("wb") as log:
        child = await asyncio.create_subprocess_exec(
            *command, "--port-file", str(port_file), *options, stderr=log, preexec_fn=_hang_ups_count
        )
    try:
        await until(lambda: port_file.exists() or child.returncode is not None, 60)
        async with way_in(data, int(port_file.read_text())) as door:
            yield child, door
    finally:
        with contextlib.suppress(ProcessLookupError):  # it has ended as it should
            child.kill()
        await child.wait()


def _hang_ups_count() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whatever started the tests


async def ended(child: asyncio.subprocess.Process) -> int:
    async with asyncio.timeout(60):
        return await child.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_a_signal_runs_the_closing_code_and_the_end_is_a_success(tmp_path: Path, number: signal.Signals) -> None:
    data = tmp_path / "data"
    async with serving(data, "--drain", "0.2") as (child, door):
        dana, visitor = await door.sign_in(), await door.visitor()
        async with agent_socket(door, dana) as agent, visitor_socket(door, visitor) as customer:
            await visitor.says(SAID)
            await agent.until("chat_message", content=SAID)
            assert (data / "tms-chat.db-wal").stat().st_size > 0, "there is something to close"
            child.send_signal(number)
            assert [await agent.close_code(), await customer.close_code()] == [1012, 1012]
        assert await ended(child) == 0
    assert not [one.name for one in data.iterdir() if one.name.endswith(("-wal", "-shm"))]
    with contextlib.closing(sqlite3.connect(data / "tms-chat.db")) as store:
        assert store.execute("SELECT content FROM messages").fetchall() == [(SAID,)]
    assert "Traceback" not in (tmp_path / "log").read_text()


async def test_a_request_that_comes_twice_at_once_is_one(tmp_path: Path) -> None:
    timeout = shutil.which("timeout")
    assert timeout is not None, "coreutils are missing"
    async with serving(tmp_path / "data", "--drain", "0.5", before=(timeout, "600")) as (child, door):
        async with agent_socket(door, await door.sign_in()) as agent:
            await agent.until("connected")
            child.terminate()  # `timeout` hands it on to its child, and then to the whole group
            assert await agent.close_code() == 1012
        assert await ended(child) == 0
    assert not (tmp_path / "data" / "tms-chat.db-wal").exists()


async def test_a_signal_while_it_drains_forces_the_end(tmp_path: Path) -> None:
    options = ("--drain", "600")
    async with (
        serving(tmp_path / "data", *options) as (child, door),
        agent_socket(door, await door.sign_in()) as agent,
    ):
        await agent.until("connected")
        child.terminate()
        client = door.client()
        async with asyncio.timeout(60):
            while (await client.get("/readyz")).status_code != 503:
                pass
        await until(lambda: _terminated(child))
        assert await ended(child) == -signal.SIGTERM


@pytest.mark.services
async def test_the_first_process_of_a_container_is_forced_to_end_too(tmp_path: Path) -> None:
    """Where signals are ignored that nobody minds, the system does not end it."""
    alone = ("unshare", "--map-root-user", "--pid", "--fork", "--kill-child")
    async with (
        serving(tmp_path / "data", "--drain", "600", before=alone) as (outer, door),
        agent_socket(door, await door.sign_in()) as agent,
    ):
        await agent.until("connected")
        first = first_process_within(outer.pid)

        def asked_again() -> bool:
            with contextlib.suppress(ProcessLookupError):
                os.kill(first, signal.SIGTERM)
            return outer.returncode is not None

        await until(asked_again)
        assert await ended(outer) == 128 + signal.SIGTERM


def first_process_within(outer: int) -> int:
    """The child that is the first process of its own, by its number out here."""
    child = int(Path(f"/proc/{outer}/task/{outer}/children").read_text())
    numbers = Path(f"/proc/{child}/status").read_text().partition("NSpid:")[2].split("\n")[0].split()
    assert numbers[-1] == "1"
    return child


def _terminated(child: asyncio.subprocess.Process) -> bool:
    """Asks again; whether it has ended."""
    # Its own `terminate` looks first whether it has ended, and so takes its exit code away from whoever waits for it.
    with contextlib.suppress(ProcessLookupError):
        os.kill(child.pid, signal.SIGTERM)
    return child.returncode is not None


async def test_a_signal_before_it_serves_is_not_forgotten(tmp_path: Path) -> None:
    """The port file is written last: a pipe in its place holds the start just before that."""
    pipe, port = tmp_path / ".port.part", free_port()
    os.mkfifo(pipe)
    options = ("serve", "--data", str(tmp_path / "data"), "--port", str(port), "--port-file", str(tmp_path / "port"))
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tms_tui", *options, stderr=asyncio.subprocess.DEVNULL
    )
    await until(lambda: is_listening(port), 60)
    child.terminate()
    assert await asyncio.to_thread(pipe.read_text) == f"{port}\n"
    assert await ended(child) == 0


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def test_under_nohup_a_hang_up_ends_nothing(tmp_path: Path) -> None:
    nohup = shutil.which("nohup")
    assert nohup is not None, "coreutils are missing"
    async with serving(tmp_path / "data", before=(nohup,)) as (child, door):
        child.send_signal(signal.SIGHUP)
        assert (await door.client().get("/readyz")).status_code == 200
        child.terminate()
        assert await ended(child) == 0
