"""What one stranger can do with sockets: open too many, introduce nobody, send frames of every sort, fill the log."""

import asyncio
import contextlib
import json
import logging
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.server.running import RunningServer, Visitor, running_server
from tests.server.sockets import Far, agent_socket, visitor_socket
from tests.server.waiting import until
from tms_tui.server.settings import Rate

PING = b"\x89\x80\x00\x00\x00\x00"
PONG = b"\x8a\x80\x00\x00\x00\x00"
EMPTY_FRAGMENT = b"\x00\x80\x00\x00\x00\x00"
FIRST_FRAGMENT = b"\x01\x80\x00\x00\x00\x00"
OFTEN = Rate(10_000, 10_000)


@contextlib.asynccontextmanager
async def bare(server: RunningServer, source: str = "127.0.0.1") -> AsyncIterator[ClientConnection]:
    """A visitor's socket that has not said whose it is, from an address of this machine."""
    async with connect(f"{server.ws_url}/v1/visitor/ws", proxy=None, local_addr=(source, 0)) as socket:
        yield socket


async def open_many(server: RunningServer, stack: contextlib.AsyncExitStack, many: int, source: str) -> list[int]:
    """Opens so many; the statuses of those that were refused."""
    refused = []
    for _ in range(many):
        try:
            await stack.enter_async_context(bare(server, source))
        except InvalidStatus as status:
            refused.append(status.response.status_code)
    return refused


async def test_a_conversations_sixth_socket_closes_its_oldest(server: RunningServer) -> None:
    visitor, dana = await server.visitor(), await server.sign_in()
    async with contextlib.AsyncExitStack() as stack:
        agent = await stack.enter_async_context(agent_socket(server, dana))
        oldest, *others = [await stack.enter_async_context(visitor_socket(server, visitor)) for _ in range(6)]
        assert await oldest.close_code() == 4409
        await visitor.says("still here")
        for far in (agent, *others):
            assert (await far.until("chat_message"))["data"]["content"] == "still here"


async def test_a_network_has_only_so_many_sockets_and_another_one_does_not_notice(tmp_path: Path) -> None:
    async with (
        running_server(tmp_path, sockets_per_network=3, unintroduced_per_network=3) as server,
        contextlib.AsyncExitStack() as stack,
    ):
        assert await open_many(server, stack, 5, "127.0.0.5") == [429, 429]
        assert await open_many(server, stack, 3, "127.0.0.6") == []


async def test_sockets_that_nobody_introduced_are_counted_and_make_room_when_they_go(tmp_path: Path) -> None:
    async with running_server(tmp_path, unintroduced_per_network=2, visitor_auth=60) as server:
        async with contextlib.AsyncExitStack() as stack:
            assert await open_many(server, stack, 3, "127.0.0.5") == [429]
        visitor = await server.visitor()
        await until(lambda: len(server.app.services.seats) == 0)
        async with visitor_socket(server, visitor), contextlib.AsyncExitStack() as stack:
            assert await open_many(server, stack, 2, "127.0.0.1") == [], "one that said whose it is counts no more"


async def test_customers_leave_room_for_agents(tmp_path: Path) -> None:
    async with running_server(tmp_path, sockets_per_node=5, visitors_share=0.6) as server:
        dana = await server.sign_in()
        async with contextlib.AsyncExitStack() as stack:
            assert await open_many(server, stack, 6, "127.0.0.5") == [503, 503, 503]
            for _ in range(2):
                far = await stack.enter_async_context(agent_socket(server, dana))
                assert (await far.hears())["type"] == "connected"
            assert (await server.client().get("/readyz")).status_code == 503, "now there is room for nobody"
        await until(lambda: len(server.app.services.seats) == 0)
        assert (await server.client().get("/readyz")).status_code == 200


async def test_a_network_that_opens_sockets_without_end_is_told_to_wait(tmp_path: Path) -> None:
    async with running_server(tmp_path, network_open_rate=Rate(0.1, 4)) as server:
        dana = await server.sign_in()
        statuses: list[int] = []
        waits: list[int] = []
        for _ in range(6):
            try:
                async with bare(server, "127.0.0.5"):
                    statuses.append(101)
            except InvalidStatus as refused:
                statuses.append(refused.response.status_code)
                waits.append(int(refused.response.headers["Retry-After"]))
        assert statuses == [101] * 4 + [429] * 2
        assert min(waits) >= 1
        async with agent_socket(server, dana) as far:
            assert (await far.hears())["type"] == "connected"


async def test_a_conversation_that_opens_sockets_without_end_is_told_to_wait(tmp_path: Path) -> None:
    async with running_server(tmp_path, conversation_open_rate=Rate(0.1, 2)) as server:
        visitor, other = await server.visitor(), await server.visitor()
        for _ in range(2):
            async with visitor_socket(server, visitor):
                pass
        async with bare(server) as socket:
            await socket.send(json.dumps({"type": "auth", "data": {"token": visitor.token}}))
            assert await Far(socket).close_code() == 4429
        async with visitor_socket(server, other):
            pass


async def shouted(server: RunningServer, frames: bytes, many: int) -> int | None:
    """Sends raw frames after the upgrade, as fast as they are taken; the close code that came, None for none."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, local_addr=("127.0.0.5", 0))
    key = "dGhlIHNhbXBsZSBub25jZQ=="
    head = (
        f"GET /v1/visitor/ws HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    )
    writer.write(head.encode())
    await reader.readuntil(b"\r\n\r\n")
    try:
        writer.write(frames * many)
        await writer.drain()
        async with asyncio.timeout(20):
            answered = await reader.read()
    except ConnectionError:
        return None
    finally:
        writer.transport.abort()
    close = answered[answered.rfind(b"\x88") :]
    return int.from_bytes(close[2:4], "big") if len(close) >= 4 else None


@pytest.mark.parametrize("frame", [PING, PONG, EMPTY_FRAGMENT], ids=["pings", "pongs", "fragments"])
async def test_frames_of_every_sort_are_counted(server: RunningServer, frame: bytes) -> None:
    visitor, dana = await server.visitor(), await server.sign_in()
    async with agent_socket(server, dana) as agent, visitor_socket(server, visitor) as far:
        first = FIRST_FRAGMENT if frame is EMPTY_FRAGMENT else b""
        assert await shouted(server, first + frame * 5_000, 1) in (4429, None)
        await visitor.says("undisturbed")
        for one in (agent, far):
            assert (await one.until("chat_message"))["data"]["content"] == "undisturbed"


async def test_a_message_has_at_most_64_fragments(server: RunningServer) -> None:
    assert await shouted(server, FIRST_FRAGMENT + EMPTY_FRAGMENT * 64, 1) == 4429
    async with bare(server) as socket:
        await socket.send(["{", *[" "] * 61, "}"])  # 64 with the empty one that ends it
        assert await Far(socket).close_code() == 4401, "taken, and no introduction"


async def test_a_client_at_work_never_meets_the_budget(server: RunningServer) -> None:
    dana, visitor = await server.sign_in(), await server.visitor()
    async with agent_socket(server, dana) as far:
        for _ in range(40):
            await (await far.socket.ping())
        await far.says("viewing", session_id=visitor.session_id)
        await visitor.says("hello")
        assert (await far.until("chat_message"))["data"]["content"] == "hello"


def resident_kib() -> int:
    with open(f"/proc/{os.getpid()}/status", encoding="ascii") as lines:  # noqa: PTH123
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


async def test_a_socket_that_the_server_closes_is_over_once_the_client_has_answered(server: RunningServer) -> None:
    async with bare(server) as socket, asyncio.timeout(5):
        await socket.send(json.dumps({"type": "auth", "data": {"token": "none"}}))
        await socket.wait_closed()
        assert socket.close_code == 4401


async def test_pings_whose_pongs_are_never_read_pile_nothing_up(tmp_path: Path) -> None:
    async with running_server(tmp_path, wire_frame_rate=OFTEN) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(
            b"GET /v1/visitor/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        before = resident_kib()
        large = b"\x89\xfd\x00\x00\x00\x00" + b"x" * 125
        with contextlib.suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(5):
                for _ in range(4_000):  # 50 MB would be answered
                    writer.write(large * 100)
                    await writer.drain()
        assert resident_kib() - before < 30_000
        writer.transport.abort()
        del reader


async def test_upgrading_an_address_of_rest_leaves_no_error_in_the_log(
    server: RunningServer, caplog: pytest.LogCaptureFixture
) -> None:
    for path in ("/v1/chat/sessions", "/v1/visitor/messages", "/", "/nowhere"):
        with pytest.raises(InvalidStatus) as refused:
            async with connect(f"{server.ws_url}{path}", proxy=None):
                pass
        assert refused.value.response.status_code == 404
    assert [one for one in caplog.records if one.levelno >= logging.WARNING] == []


async def test_a_frame_that_is_no_utf8_leaves_no_trace_in_the_log(
    server: RunningServer, caplog: pytest.LogCaptureFixture
) -> None:
    async with bare(server) as socket:
        await socket.send(b"\xff\xfe", text=True)
        with pytest.raises(ConnectionClosed):
            await socket.recv()
    assert [one for one in caplog.records if one.levelno >= logging.ERROR] == []


async def test_who_leaves_without_a_word_leaves_no_error_in_the_log(
    server: RunningServer, caplog: pytest.LogCaptureFixture
) -> None:
    async with bare(server):
        pass
    await until(lambda: len(server.app.services.seats) == 0)
    visitor = await server.visitor()
    async with visitor_socket(server, visitor):
        assert [one for one in caplog.records if one.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("origin", ["http://[bad", "null", "://", "http://"])
async def test_an_origin_that_is_none_is_a_foreign_one(
    server: RunningServer, caplog: pytest.LogCaptureFixture, origin: str
) -> None:
    answer = await server.client().post("/v1/visitor/sessions", json={}, headers={"Origin": origin})
    assert (answer.status_code, answer.json()["code"]) == (403, "origin_refused")
    with pytest.raises(InvalidStatus) as refused:
        async with connect(f"{server.ws_url}/v1/visitor/ws", proxy=None, additional_headers={"Origin": origin}):
            pass
    assert refused.value.response.status_code == 403
    assert [one for one in caplog.records if one.levelno >= logging.ERROR] == []


async def test_refusals_are_lines_once_a_minute_of_each_kind(
    server: RunningServer, caplog: pytest.LogCaptureFixture
) -> None:
    nobody = server.client()
    for _ in range(30):
        await nobody.get("/v1/auth/me", headers={"Authorization": "Bearer rubbish"})
    lines = [one.getMessage() for one in caplog.records if one.name.endswith("audit")]
    assert len(lines) == 1
    assert "code=bad_token" in lines[0]
    counted = (await nobody.get("/metrics")).text
    assert 'tms_chat_refusals_total{code="bad_token"} 30.0' in counted


async def test_nobody_else_notices_a_storm(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        dana = await server.sign_in()
        visitor: Visitor = await server.visitor()
        async with agent_socket(server, dana) as agent:
            await asyncio.gather(*(shouted(server, PING * 2_000, 1) for _ in range(10)))
            await visitor.says("after the storm")
            assert (await agent.until("chat_message"))["data"]["content"] == "after the storm"
