"""What must survive: a kill between commit and broadcast, a locked store, no file descriptor left."""

import asyncio
import contextlib
import sqlite3
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import httpx

from tests.server.hand_clock import HandClock
from tests.server.running import RunningServer, SignedIn, Visitor, running_server
from tests.server.sockets import agent_socket, idle_connections, visitor_socket
from tests.server.waiting import until
from tms_tui.server.settings import ServerSettings


@contextlib.asynccontextmanager
async def crashing_server(data: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.server.crashing", str(data), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert child.stdout is not None
        yield child, int(await asyncio.wait_for(child.stdout.readline(), 60))
    finally:
        with contextlib.suppress(ProcessLookupError):  # the test killed it
            child.kill()
        await child.wait()


class Elsewhere(RunningServer):
    """The doors of a server that runs in another process."""

    def __init__(self, data: Path, port: int) -> None:
        super().__init__(ServerSettings(data=data, port=port), None, None)


async def test_what_was_answered_survives_a_kill_before_its_broadcast(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        dana, visitor = await server.sign_in(), await server.visitor()
    async with crashing_server(tmp_path) as (child, port):
        crashing = Elsewhere(tmp_path, port)
        async with agent_socket(crashing, dana) as far:
            cursor = (await far.hears())["data"]["cursor"]
            visitor.http = crashing.client()
            visitor.http.headers["Authorization"] = f"Bearer {visitor.token}"
            await visitor.says("first")
            await visitor.says("second")
            await far.says("dance")
            heard = [await far.hears() for _ in range(2)]
            assert [one["type"] for one in heard] == ["agent_presence", "error"], "answered, never broadcast"
            child.kill()
            await child.wait()
        await crashing.close()
    async with running_server(tmp_path) as server, agent_socket(server, dana, cursor) as far:
        assert (await far.hears())["data"]["resumed"] is True
        contents = [(await far.until("chat_message"))["data"]["content"] for _ in range(2)]
        assert contents == ["first", "second"]
    with contextlib.closing(sqlite3.connect(tmp_path / "tms-chat.db")) as check:
        assert check.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_a_locked_store_is_said_and_nothing_is_half_stored(tmp_path: Path) -> None:
    async with running_server(tmp_path, store_patience=0.05) as server:
        dana, visitor = await server.sign_in(), await server.visitor()
        await visitor.says("before")
        other = sqlite3.connect(tmp_path / "tms-chat.db", isolation_level=None)
        with contextlib.closing(other):
            other.execute("BEGIN IMMEDIATE")
            body = {"content": "during", "client_message_id": str(uuid.uuid4())}
            answer = await visitor.http.post("/v1/visitor/messages", json=body)
            assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
            assert int(answer.headers["Retry-After"]) >= 1
            assert await contents_of(dana, visitor) == ["before"]
            other.execute("ROLLBACK")
        await visitor.says("after")
        assert await contents_of(dana, visitor) == ["before", "after"]


async def test_a_customer_who_left_while_the_store_was_locked_is_gone_once_it_is_not(
    tmp_path: Path, clock: HandClock
) -> None:
    async with running_server(
        tmp_path, clock=clock, store_patience=0.05, visitor_grace=3, customer_seen_every=0.5
    ) as server:
        dana, visitor = await server.sign_in(), await server.visitor()
        async with agent_socket(server, dana) as far:
            async with visitor_socket(server, visitor):
                update = await far.until("session_update", id=visitor.session_id)
                assert update["data"]["customer"]["online"] is True
            await clock.someone_sleeps_until(3)
            other = sqlite3.connect(tmp_path / "tms-chat.db", isolation_level=None)
            with contextlib.closing(other):
                other.execute("BEGIN IMMEDIATE")
                clock.advance(3.7)
                await clock.someone_sleeps_until(6.7)  # it could not be written, and is tried again
                other.execute("ROLLBACK")
            clock.advance(3)
            update = await far.until("session_update", id=visitor.session_id)
            assert update["data"]["customer"]["online"] is False


async def contents_of(agent: SignedIn, visitor: Visitor) -> list[str]:
    page = await agent.http.get(f"/v1/chat/sessions/{visitor.session_id}/messages")
    return [one["content"] for one in page.json()["messages"]]


async def test_the_store_syncs_every_commit_to_the_disk(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server, server.app.services.database.write() as connection:
        modes = [
            (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert modes == ["wal", 2, 1]


LIMIT = 64


@contextlib.asynccontextmanager
async def limited_server(data: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    """`tms-chat serve` that may have few files open."""
    start = f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({LIMIT}, {LIMIT})); "
    run = "import sys; from tms_tui.server.commands import serve; serve(sys.argv[1:])"
    file = data / "port"
    # Not into a pipe: the event loop says thousands of times that it cannot accept, and would wait for a reader.
    with (data / "log").open("wb") as log:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", start + run, "--data", str(data), "--port", "0", "--port-file", str(file)),
            stderr=log,
        )
    try:
        await until(lambda: file.exists() or child.returncode is not None, 20)
        yield child, int(file.read_text())
    finally:
        child.kill()
        await child.wait()


async def healthy(port: int, within: float = 1) -> bool:
    async with httpx.AsyncClient(trust_env=False, timeout=within) as client:
        with contextlib.suppress(httpx.TransportError):
            return (await client.get(f"http://127.0.0.1:{port}/healthz")).status_code == 200
    return False


async def test_a_server_without_a_file_descriptor_left_recovers(tmp_path: Path) -> None:
    async with limited_server(tmp_path) as (child, port):
        assert await healthy(port, 20)
        async with idle_connections(port, LIMIT):
            await until(lambda: len(list(Path(f"/proc/{child.pid}/fd").iterdir())) == LIMIT, 20)
            assert not await healthy(port), "the fault bit"
        async with asyncio.timeout(60):
            while not await healthy(port):
                assert child.returncode is None, "it ended"
