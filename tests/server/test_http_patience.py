"""HTTP connections that keep the server waiting, and how many of them one network may hold."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from tests.server.hand_clock import HandClock
from tests.server.place import Place
from tests.server.running import RunningServer, running_server
from tests.server.waiting import until
from tms_tui.server.httplistener import PIECES
from tms_tui.server.settings import HttpPatience

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
START = (
    b"POST /v1/visitor/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 200\r\n\r\n"
)


@contextlib.asynccontextmanager
async def lines(
    server: RunningServer, count: int, words: bytes = b"", host: str = "127.0.0.1"
) -> AsyncIterator[list[Stream]]:
    """So many connections from an address of this machine, each of which has said these words."""
    held: list[Stream] = []
    try:
        for _ in range(count):
            held.append(await asyncio.open_connection("127.0.0.1", server.port, local_addr=(host, 0)))
            held[-1][1].write(words)
        yield held
    finally:
        for _, writer in held:
            writer.transport.abort()


async def last_words(line: Stream) -> bytes:
    """All that comes until the server closes."""
    async with asyncio.timeout(30):
        with contextlib.suppress(ConnectionResetError):
            return await line[0].read()
    return b""


async def answer(line: Stream, words: bytes = HEALTH) -> tuple[int, dict[str, Any]]:
    """The status and the body of the answer to these words."""
    async with asyncio.timeout(30):
        line[1].write(words)
        head = (await line[0].readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        body: dict[str, Any] = json.loads(await line[0].readexactly(length))
    return int(head.split()[1]), body


async def heard(server: RunningServer, count: int) -> None:
    """Once the server has so many connections, and has read what they said."""
    await until(lambda: len(server.app.services.connections) == count)
    await arrived(server)


@pytest.mark.parametrize(
    "words",
    [b"", b"POST /v1/auth/login HTTP/1.1\r\nHos", START, START + b'{"name": "An'],
    ids=["nothing", "headers", "no body", "body"],
)
async def test_two_hundred_that_never_finish_are_gone_in_time(
    timed: RunningServer, clock: HandClock, words: bytes
) -> None:
    async with lines(timed, 200, words) as held, lines(timed, 1, host="127.0.0.2") as other:
        assert (await answer(other[0]))[0] == 200
        await heard(timed, 201)
        clock.advance(9.9)
        timed.app.services.connections.look_round()
        assert not any(reader.at_eof() for reader, _ in held)
        clock.advance(0.3)
        said = await asyncio.gather(*map(last_words, held))
        expected = b"" if words == b"" else b"408"
        assert all(one[9:12] == expected for one in said), said[0]
        assert (await answer(other[0]))[0] == 200, "whose turn was not over, is served on"


async def test_whoever_is_cut_is_told_why_in_the_words_of_this_server(timed: RunningServer, clock: HandClock) -> None:
    async with lines(timed, 1, START + b"{") as held:
        await heard(timed, 1)
        clock.advance(10.1)
        head, _, body = (await last_words(held[0])).partition(b"\r\n\r\n")
    told = dict(line.split(": ", 1) for line in head.decode().lower().split("\r\n")[1:])
    assert json.loads(body)["code"] == "request_too_slow"
    assert (told["cache-control"], told["x-content-type-options"]) == ("no-store", "nosniff")
    assert (told["connection"], len(told["x-request-id"])) == ("close", 32)


async def test_headers_that_drip_are_no_reason_to_wait_longer(timed: RunningServer, clock: HandClock) -> None:
    async with lines(timed, 1, b"GET /healthz HTTP/1.1\r\n") as held:
        for number in range(5):
            await arrived(timed)
            held[0][1].write(b"X-Drip: %d\r\n" % number)
            clock.advance(2.1)
        assert b" 408 " in await last_words(held[0])


async def test_a_second_request_has_the_same_deadline_as_the_first(timed: RunningServer, clock: HandClock) -> None:
    async with lines(timed, 1) as held:
        assert (await answer(held[0]))[0] == 200
        clock.advance(60)
        assert (await answer(held[0]))[0] == 200, "idle for a minute is no fault"
        held[0][1].write(b"GET /heal")
        await arrived(timed)
        clock.advance(10.1)
        assert b" 408 " in await last_words(held[0])


async def arrived(server: RunningServer) -> None:
    """Once all that was sent before has been read: a request made later has been answered."""
    async with lines(server, 1, host="127.0.0.99") as other:
        await answer(other[0])


BODY = b'{"name": "Ana", "page_url": "' + b"x" * 20_000 + b'"}'


SENDER = "127.0.0.1"


async def sends(server: RunningServer, clock: HandClock, line: Stream, a_second: int) -> None:
    """The headers and all but the last bytes of a body at that pace, or until the server has enough."""
    line[1].write(START.replace(b"200", b"%d" % len(BODY)))
    for start in range(0, len(BODY) - a_second, a_second):
        line[1].write(BODY[start : start + a_second])
        await arrived(server)
        clock.advance(1)
        server.app.services.connections.look_round()
        if SENDER not in server.app.services.connections.groups:
            return


async def test_a_body_that_moves_on_may_take_longer(timed: RunningServer, clock: HandClock) -> None:
    async with lines(timed, 1) as held:
        await sends(timed, clock, held[0], 1500)
        rest = BODY[-(len(BODY) % 1500 or 1500) :]
        assert (await answer(held[0], rest))[0] == 422, "after 13 s it is judged by what it says"


async def test_a_body_that_crawls_may_not(timed: RunningServer, clock: HandClock) -> None:
    before = clock.now()
    async with lines(timed, 1) as held:
        reading = asyncio.create_task(last_words(held[0]))
        await sends(timed, clock, held[0], 500)
        said = await reading
    assert said == b"" or b" 408 " in said, "a peer that goes on sending may lose the last words"
    assert 19 <= clock.now() - before <= 22, "10 s, and one more for each of the 10,000 bytes by then"


async def test_a_body_that_comes_after_its_refusal_is_timed_too(timed: RunningServer, clock: HandClock) -> None:
    head = b"POST /v1/auth/logout HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"
    async with lines(timed, 1) as held:
        assert (await answer(held[0], head))[0] == 401
        for _ in range(6):
            held[0][1].write(b"x" * 100)
            await arrived(timed)
            clock.advance(2)
        assert await last_words(held[0]) == b"", "it was answered already"


async def test_a_customer_who_hangs_up_half_way_is_no_error_of_the_server(
    server: RunningServer, caplog: pytest.LogCaptureFixture
) -> None:
    async with lines(server, 1, START + b"{"):
        await heard(server, 1)
    await until(lambda: len(server.app.services.connections) == 0)
    await arrived(server)
    assert [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR] == []


def stops_reading(line: Stream, stops: bool = True) -> None:
    transport = line[1].transport
    assert isinstance(transport, asyncio.Transport)
    (transport.pause_reading if stops else transport.resume_reading)()


SMALL = HttpPatience(answer=10, answer_pace=1_000)


async def test_an_answer_that_nobody_takes_is_dropped_in_time(place: Place, clock: HandClock) -> None:
    """So many requests for the page that the kernel cannot hold all of the answers."""
    async with running_server(place, clock=clock, http_patience=SMALL) as server, lines(server, 1) as held:
        stops_reading(held[0])
        held[0][1].write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 1000)
        one = await unread(server)
        await until(lambda: one.flow.write_paused)  # no more is written before something is taken
        size = one.unsent()
        assert 0 < size < 1_000_000, "of a thousand answers no more is made than is taken"
        server.app.services.connections.look_round()
        clock.advance(9.9)
        server.app.services.connections.look_round()
        assert len(server.app.services.connections) == 1, "not yet"
        clock.advance(size / 1_000 + 0.2)
        await until(lambda: len(server.app.services.connections) == 0)
        stops_reading(held[0], False)
        assert len(await last_words(held[0])) < 1000 * size


async def unread(server: RunningServer) -> Any:
    """The connection whose answers wait to be taken."""
    groups = server.app.services.connections.groups
    await until(lambda: any(one.unsent() for group in groups.values() for one in group))
    return next(one for group in groups.values() for one in group if one.unsent())


async def test_unread_answers_of_one_network_have_a_common_bound(place: Place, clock: HandClock) -> None:
    async with running_server(place, clock=clock, unsent_per_network=1) as server, lines(server, 1) as held:
        stops_reading(held[0])
        held[0][1].write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 1000)
        await unread(server)
        await until(lambda: len(server.app.services.connections) == 0)


async def test_one_network_holds_so_many_and_the_idle_ones_make_room(place: Place) -> None:
    async with running_server(place, connections_per_network=20) as server, lines(server, 20) as held:
        await heard(server, 20)
        assert (await answer(held[0]))[0] == 200
        async with lines(server, 1) as newest, lines(server, 1, host="127.0.0.2") as elsewhere:
            assert (await answer(newest[0]))[0] == 200
            assert await last_words(held[0]) == b"", "the oldest that waited went"
            assert (await answer(elsewhere[0]))[0] == 200
            assert (await answer(held[5]))[0] == 200, "no other did"


async def test_a_network_whose_connections_are_all_at_work_is_told_to_come_back(place: Place) -> None:
    async with running_server(place, connections_per_network=20) as server, lines(server, 20, START) as held:
        await heard(server, 20)
        async with lines(server, 1) as newest, lines(server, 1, host="127.0.0.2") as elsewhere:
            said = await last_words(newest[0])
            assert said.startswith(b"HTTP/1.1 429 ")
            assert b"too_many_connections" in said
            assert b"Retry-After" in said
            assert (await answer(elsewhere[0]))[0] == 200, "of another network"
        body = b'{"name": "Ana"}'.ljust(200)
        assert {(await answer(line, body))[0] for line in held} == {201}, "who was there first is served"


async def test_a_full_node_makes_room_among_those_of_the_largest_network(place: Place) -> None:
    async with (
        running_server(place, connections_per_node=20) as server,
        lines(server, 2, host="127.0.0.3") as few,
        lines(server, 18) as many,
    ):
        await heard(server, 20)
        async with lines(server, 1, host="127.0.0.2") as newest:
            assert (await answer(newest[0]))[0] == 200
            assert await last_words(many[0]) == b""
            assert (await answer(few[0]))[0] == 200


async def test_a_trusted_proxy_may_hold_any_number(place: Place) -> None:
    settings: dict[str, Any] = {"connections_per_network": 5, "trusted_proxies": ("127.0.0.1",)}
    async with running_server(place, **settings) as server, lines(server, 30) as held:
        await heard(server, 30)
        assert {(await answer(line))[0] for line in held} == {200}


async def test_three_hundred_customers_of_one_office_are_connected_at_once(place: Place) -> None:
    """Each with a socket and two connections for calls, by the limits that hold when nothing is set."""
    async with running_server(place) as server, contextlib.AsyncExitStack() as sockets, lines(server, 570) as held:
        for _ in range(30):
            await sockets.enter_async_context(connect(f"{server.ws_url}/v1/visitor/ws", proxy=None))
        assert (await answer(held[0]))[0] == 200
        assert (await answer(held[569]))[0] == 200


async def test_an_upgraded_connection_counts_as_a_socket_and_has_no_deadline_here(
    timed: RunningServer, clock: HandClock
) -> None:
    visitor = await timed.visitor()
    async with connect(f"{timed.ws_url}/v1/visitor/ws", proxy=None) as socket:
        await socket.send(json.dumps({"type": "auth", "data": {"token": visitor.token}}))
        assert json.loads(await socket.recv())["type"] == "connected"
        before = len(timed.app.services.connections)
        clock.advance(100)
        timed.app.services.connections.look_round()
        await socket.send('{"type": "unheard of"}')
        assert json.loads(await socket.recv())["type"] == "error"
        assert len(timed.app.services.connections) == before
    assert before == 1, "the visitor's own client"


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET\r\n\r\n",
        START.replace(b"200", b"-1"),
        b"x" * 70_000,
    ],
)
async def test_what_is_no_http_is_refused_without_a_line_in_the_log(
    server: RunningServer, rubbish: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with lines(server, 20, rubbish) as held:
        for line in held:
            said = await last_words(line)
            assert said.startswith(b"HTTP/1.1 400 ")
            assert b"nosniff" in said
            assert json.loads(said.partition(b"\r\n\r\n")[2])["code"] == "bad_request"
    assert [one.getMessage() for one in caplog.records if "nvalid" in one.getMessage()] == []


UPGRADE = (
    b"GET /v1/visitor/ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


@pytest.mark.parametrize(
    "asked",
    [
        UPGRADE + b"Content-Length: 5\r\n\r\n",
        UPGRADE + b"Content-Length: 5\r\n\r\nhello",
        UPGRADE + b"Transfer-Encoding: chunked\r\n\r\n",
        UPGRADE + b"Cookie: " + b"a" * 9000 + b"\r\n\r\n",
        UPGRADE.replace(b"/ws", b"/ws?" + b"a" * 9000) + b"\r\n",
        UPGRADE + b"".join(b"X-%d: 1\r\n" % one for one in range(200)) + b"\r\n",
        UPGRADE.replace(b"==", b"") + b"\r\n",
        UPGRADE.replace(b"13", b"8") + b"\r\n",
        UPGRADE.replace(b"GET", b"POST") + b"\r\n",
    ],
    ids=["no body", "body", "chunks", "long header", "long path", "many headers", "key", "version", "method"],
)
async def test_an_upgrade_that_cannot_be_read_is_refused_and_closed(server: RunningServer, asked: bytes) -> None:
    async with lines(server, 1, asked) as (line,):
        said = await last_words(line)
        assert said.startswith(b"HTTP/1.1 400 ")
        assert b"nosniff" in said
        assert json.loads(said.partition(b"\r\n\r\n")[2])["code"] == "bad_upgrade"
    await until(lambda: len(server.app.services.connections) == 0)


async def test_an_upgrade_with_all_it_needs_still_opens(server: RunningServer) -> None:
    async with lines(server, 1, UPGRADE + b"Content-Length: 0\r\n\r\n") as (line,), asyncio.timeout(30):
        assert (await line[0].readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")


async def test_what_was_cut_is_counted(timed: RunningServer, clock: HandClock) -> None:
    async with lines(timed, 3, b"GET") as held:
        await heard(timed, 3)
        clock.advance(10.1)
        await asyncio.gather(*map(last_words, held))
    page = (await timed.client().get("/metrics")).text
    assert 'tms_chat_http_cut_total{reason="too slow"} 3.0' in page


async def test_a_slow_reader_cannot_keep_a_server_from_stopping(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server, lines(server, 1) as held:
        stops_reading(held[0])
        held[0][1].write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 1000)
        await unread(server)
        async with asyncio.timeout(20):
            await server.stop()
        await server.start()


async def test_a_full_node_of_slow_bodies_lets_in_whoever_holds_less(place: Place) -> None:
    async with contextlib.AsyncExitStack() as crowd, running_server(place, connections_per_node=20) as server:
        few = await crowd.enter_async_context(lines(server, 2, START, host="127.0.0.3"))
        many = await crowd.enter_async_context(lines(server, 18, START))
        await heard_all(server, 20)
        async with lines(server, 1, host="127.0.0.2") as newest:
            assert (await answer(newest[0]))[0] == 200
            assert await last_words(many[0]) == b"", "the oldest of the largest network went"
            async with lines(server, 1) as one_more:
                assert (await last_words(one_more[0])).startswith(b"HTTP/1.1 429 "), "whoever holds most waits"
        body = b'{"name": "Ana"}'.ljust(200)
        assert {(await answer(line, body))[0] for line in (*few, *many[1:])} == {201}, "no other did"


async def heard_all(server: RunningServer, count: int) -> None:
    """Once the server has so many connections, each with a request under way."""
    groups = server.app.services.connections.groups
    await until(lambda: sum(not one.waiting() for group in groups.values() for one in group) == count)


async def test_a_request_that_is_being_answered_is_not_cut_to_make_room(place: Place) -> None:
    body = b'{"email": "nobody@example.com", "password": "wrong"}'
    login = START.replace(b"visitor/sessions", b"auth/login").replace(b"200", b"%d" % len(body)) + body
    async with contextlib.AsyncExitStack() as crowd, running_server(place, connections_per_node=5) as server:
        async with server.app.services.passwords.strangers.turn("somebody"):
            answered = await crowd.enter_async_context(lines(server, 2, login))
            await heard_all(server, 2)
            slow = await crowd.enter_async_context(lines(server, 3, START))
            await heard_all(server, 5)
            newest = await crowd.enter_async_context(lines(server, 1, host="127.0.0.2"))
            assert (await answer(newest[0]))[0] == 200
            assert await last_words(slow[0]) == b""
        assert [(await answer(line, b""))[0] for line in answered] == [401, 401]


def chunked(body: bytes, size: int) -> bytes:
    """A start of a conversation whose body comes in chunks of this size."""
    head = b"POST /v1/visitor/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    return b"%bTransfer-Encoding: chunked\r\n\r\n%b0\r\n\r\n" % (
        head,
        b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks),
    )


async def test_a_body_in_very_many_pieces_is_not_read_to_its_end(server: RunningServer) -> None:
    body = b'{"name": "Ana"}' + b" " * 2 * PIECES
    async with lines(server, 2) as (crumbs, loaves):
        assert (await answer(crumbs, chunked(body, 1)))[0] == 400
        assert await last_words(crumbs) == b"", "and the rest of it is not read"
        assert (await answer(loaves, chunked(body, 4)))[0] == 201


async def test_an_upgrade_behind_an_answer_that_nobody_takes_is_cut(server: RunningServer) -> None:
    async with lines(server, 1) as (line,):
        stops_reading(line)
        while not any(one.unsent() for one in server.app.services.connections.groups.get("127.0.0.1", ())):
            line[1].write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            await arrived(server)
        line[1].write(UPGRADE + b"\r\n")
        await until(lambda: len(server.app.services.connections) == 0)
        stops_reading(line, False)
        assert b"HTTP/1.1 101 " not in await last_words(line)
