"""Connections for HTTP: through a proxy, kept, dropped when they went stale."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.transport import scripted
from tests.transport.scripted import CERTIFICATES, http, say
from tests.transport.signed_in import at
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.secret import Secret
from tms_tui.domain.text import CleanText
from tms_tui.protocol.refusals import HttpAnswer
from tms_tui.protocol.rest import HttpRequest
from tms_tui.transport.addresses import ServerAddress
from tms_tui.transport.http import HttpCaller

ASKED = HttpRequest("GET", "/v1/agents")


def far(port: int, ca_file: Path = CERTIFICATES / "elsewhere.pem") -> HttpCaller:
    """A caller of `https://elsewhere.example`, which only the proxy finds."""
    return HttpCaller(ServerAddress(secure=True, host="elsewhere.example", port=port, ca_file=ca_file))


@asynccontextmanager
async def proxy(monkeypatch: pytest.MonkeyPatch, answer: bytes, to: int = 0) -> AsyncIterator[list[str]]:
    """Answers CONNECT with `answer` and, when it is a yes, carries on to loopback port `to`; yields heads."""
    heads: list[str] = []
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(answer)
        if b" 200 " in answer:
            there, back = await asyncio.open_connection("127.0.0.1", to)
            await asyncio.gather(carry(reader, back), carry(there, writer))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    monkeypatch.setenv("https_proxy", f"http://anna:p%40w@127.0.0.1:{port}")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    yield heads
    server.close()
    await server.wait_closed()
    await asyncio.gather(*tasks)


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while part := await reader.read(1000):
            writer.write(part)
            await writer.drain()
    except ConnectionError:
        writer.transport.abort()
    finally:
        writer.close()


async def once(caller: HttpCaller) -> HttpAnswer | Failure:
    answer = await caller.call(ASKED)
    await caller.aclose()
    return answer


async def test_a_proxy_carries_the_encrypted_call(monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        scripted.scripted(say(http(200, b"[]")), certificate="elsewhere") as server,
        proxy(monkeypatch, b"HTTP/1.1 200 Go ahead\r\n\r\n", server.port) as heads,
    ):
        answer = await once(far(server.port))
    assert isinstance(answer, HttpAnswer)
    assert answer.body == b"[]"
    assert server.seen[0].headers["host"] == f"elsewhere.example:{server.port}"
    assert heads[0].startswith(f"CONNECT elsewhere.example:{server.port} HTTP/1.1\r\n")
    assert f"Basic {base64.b64encode(b'anna:p@w').decode()}" in heads[0]


async def test_a_server_behind_a_proxy_must_prove_itself_too(monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        scripted.scripted(say(http(200)), certificate="expired") as server,
        proxy(monkeypatch, b"HTTP/1.1 200 Go ahead\r\n\r\n", server.port),
    ):
        answer = await once(far(server.port, CERTIFICATES / "expired.pem"))
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.UNTRUSTED
    assert not server.seen


@pytest.mark.parametrize(
    ("says", "words"),
    [
        (b"HTTP/1.1 407 Who are you\r\nContent-Length: 4\r\n\r\nwho?", "refused with status 407"),
        (b"HTTP/1.1 502 Bad gateway\r\n\r\n" + b"x" * 100_000, "refused with status 502"),
        (b"SSH-2.0\r\n\r\n", "what answered is no proxy"),
    ],
    ids=["credentials", "long", "no proxy"],
)
async def test_a_proxy_that_refuses_is_named(says: bytes, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with proxy(monkeypatch, says):
        answer = await once(far(443))
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.NOT_REACHED
    assert answer.words.startswith(f"{words}, through the proxy 127.0.0.1:")


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n[1,2]",
        b"HTTP/1.0 200 OK\r\n\r\n[1,2]",
    ],
    ids=["chunked", "hints first", "until the end"],
)
async def test_answers_of_any_framing(raw: bytes) -> None:
    async with scripted.scripted(scripted.then(say(raw), scripted.hang_up)) as server:
        answer = await once(HttpCaller(at(server.port)))
    assert isinstance(answer, HttpAnswer)
    assert (answer.status, answer.body) == (200, b"[1,2]")


async def test_a_connection_that_the_server_closed_is_not_used_again() -> None:
    closed = asyncio.Event()

    async def answer_and_leave(writer: asyncio.StreamWriter, seen: scripted.Seen) -> None:
        await say(http(200, b"1"))(writer, seen)
        writer.close()
        await writer.wait_closed()
        closed.set()

    async with scripted.scripted(answer_and_leave, say(http(200, b"2"))) as server:
        caller = HttpCaller(at(server.port))
        first = await caller.call(ASKED)
        await closed.wait()
        second = await once(caller)
    assert isinstance(first, HttpAnswer)
    assert isinstance(second, HttpAnswer)
    assert (first.body, second.body) == (b"1", b"2")
    assert server.connections == 2


async def test_calls_at_once_share_six_connections() -> None:
    async with scripted.scripted(say(http(200, b"[]"))) as server:
        caller = HttpCaller(at(server.port))
        answers = await asyncio.gather(*(caller.call(ASKED) for _ in range(20)))
        await caller.aclose()
    assert all(isinstance(answer, HttpAnswer) for answer in answers)
    assert len(server.seen) == 20
    assert server.connections <= 6


async def test_a_token_that_no_header_can_hold_leaves_nothing_and_is_not_told() -> None:
    async with scripted.scripted(say(http(200))) as server:
        caller = HttpCaller(at(server.port))
        answer = await caller.call(ASKED, Secret("canary\r\nX-Evil: 1"))
        await caller.aclose()
    assert answer == Failure(FailureKind.NOT_REACHED, words=CleanText("the request cannot be written as HTTP"))
    assert server.connections == 0
