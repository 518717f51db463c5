"""Servers on loopback that follow a script: what comes is written down, what goes back is said by the test."""

import asyncio
import base64
import hashlib
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from websockets.frames import Frame, Opcode

from tests.transport.listener import Listener

CERTIFICATES = Path(__file__).parent / "certificates"

ODD_PROXIES = [
    "gopher://127.0.0.1:70",
    "socks5://127.0.0.1:9",
    "http://127.0.0.1:web",
    "http://127.0.0.1:99999",
    "http://[::1",
    "://",
    "http://\x1b]0;x\x07",
]
"""What an environment can hold; nobody listens there."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it came in; header names in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


Act = Callable[[asyncio.StreamWriter, Seen], Awaitable[None]]


@dataclass
class Script:
    """Answers each request with the next act, the last one for ever."""

    acts: list[Act]
    port: int = 0
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(ConnectionError):  # whoever asked may go at any moment
            while not writer.is_closing() and (seen := await read_request(reader)):
                self.seen.append(seen)
                self.came.set()
                act = self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]
                await act(writer, seen)


@asynccontextmanager
async def scripted(*acts: Act, certificate: str | None = None) -> AsyncIterator[Script]:
    """A server that reads HTTP requests and does what the acts say, on a free port."""
    script = Script(list(acts))
    listener = Listener(script.serve)
    script.port = await listener.open(tls=certified(certificate))
    try:
        yield script
    finally:
        await listener.close()


def certified(name: str | None) -> ssl.SSLContext | None:
    if name is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATES / f"{name}.pem")
    return context


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def http(status: int = 200, body: bytes = b"{}", **headers: str) -> bytes:
    """An HTTP answer; `Retry_After="7"` becomes the header Retry-After."""
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def say(*parts: bytes, at_once: int = 0) -> Act:
    """Write the parts; with `at_once`, that many bytes at a time, each in a packet of its own."""

    async def act(writer: asyncio.StreamWriter, _: Seen) -> None:
        raw = b"".join(parts)
        for start in range(0, len(raw), at_once or len(raw) or 1):
            writer.write(raw[start : start + (at_once or len(raw))])
            await writer.drain()
            await asyncio.sleep(0)

    return act


def upgrade(*frames: bytes, at_once: int = 0, then: Act | None = None) -> Act:
    """Open a WebSocket by hand and write raw frames; then keep silent, or do `then`."""

    async def act(writer: asyncio.StreamWriter, seen: Seen) -> None:
        key = seen.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1(key.encode(), usedforsecurity=False).digest()).decode()
        head = f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
        first = b"HTTP/1.1 101 Switching Protocols\r\n"
        await say(first, head.encode(), *frames, at_once=at_once)(writer, seen)
        await (then or hang)(writer, seen)

    return act


def text_frame(content: bytes) -> bytes:
    return Frame(Opcode.TEXT, content).serialize(mask=False)


async def hang(_: asyncio.StreamWriter, __: Seen) -> None:
    """Say nothing, for ever."""
    await asyncio.Event().wait()


async def hang_up(writer: asyncio.StreamWriter, _: Seen) -> None:
    """End the connection in good order."""
    writer.close()


async def reset(writer: asyncio.StreamWriter, _: Seen) -> None:
    """Break the connection with a TCP reset."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def then(*acts: Act) -> Act:
    """One act after the other."""

    async def act(writer: asyncio.StreamWriter, seen: Seen) -> None:
        for each in acts:
            await each(writer, seen)

    return act


def drip(first: bytes) -> Act:
    """Write `first`, then a letter now and then, for ever: a fault that is made of time."""

    async def act(writer: asyncio.StreamWriter, _: Seen) -> None:
        writer.write(first)
        while True:
            await writer.drain()
            await asyncio.sleep(0.01)
            writer.write(b"x")

    return act


async def read_request(reader: asyncio.StreamReader, begun: bytes = b"") -> Seen | None:
    """The next request, of which `begun` was read already; None when no more come."""
    try:
        head = (begun + await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    method, target, _ = first.split(" ")
    return Seen(method, target, headers, body)
