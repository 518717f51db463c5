"""A server that takes everything and does nothing: the same attack on it shows what making the attack costs by itself.

`python -m tests.load.sink PORT [CERTIFICATE]` is its process.
"""

import asyncio
import contextlib
import ssl
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import msgspec

from tests.load.door import Door
from tests.server.balancers import CERTIFICATE
from tests.server.programs import free_port

_UPGRADED: Final = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n"
)
_BODY: Final = msgspec.json.encode(
    {
        "session_id": "00000000-0000-4000-8000-000000000000",
        "visitor_token": "x",
        "access_token": "x",
        "messages": [],
        "has_more": False,
        "seen_up_to": 0,
    }
)
_HELLO: Final = b'\x81\x14{"type":"connected"}'


class _Sink(asyncio.Protocol):
    """Upgrades what wants to be, answers each other call with the same body, and drops what sockets say."""

    def __init__(self) -> None:
        self._held = b""
        self._upgraded = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        if self._upgraded:
            return
        self._held += data
        while not self._upgraded and (call := self._whole_call()) is not None:
            self._upgraded = b"\r\nupgrade:" in call.lower()
            status = b"201 Created" if call.startswith(b"POST /v1/visitor") else b"200 OK"
            plain = b"HTTP/1.1 %b\r\ncontent-length: %d\r\n\r\n%b" % (status, len(_BODY), _BODY)
            self._transport.write(_UPGRADED + _HELLO if self._upgraded else plain)

    def _whole_call(self) -> bytes | None:
        """The head of the next call, once its body is here, too."""
        head, gap, rest = self._held.partition(b"\r\n\r\n")
        if not gap:
            return None
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        length = int(fields.get(b"content-length", b"0"))
        if len(rest) < length:
            return None
        self._held = rest[length:]
        return head


async def _serve(port: int, certificate: str | None) -> None:
    trust = None
    if certificate:
        trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trust.load_cert_chain(certificate)
    server = await asyncio.get_running_loop().create_server(_Sink, "127.0.0.1", port, ssl=trust, backlog=2048)
    async with server:
        await server.serve_forever()


@contextlib.asynccontextmanager
async def sink(like: Door) -> AsyncIterator[Door]:
    """A sink in a process of its own, with TLS when that door has it."""
    door = Door(free_port(), like.trust)
    certificate: tuple[Path, ...] = (CERTIFICATE,) if like.trust else ()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.load.sink", str(door.port), *map(str, certificate)
    )
    try:
        async with asyncio.timeout(20):
            while not await door.opens():  # noqa: ASYNC110 - another process sets no event of ours
                await asyncio.sleep(0.05)
        yield door
    finally:
        process.terminate()
        await process.wait()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None))
