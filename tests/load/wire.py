"""A WebSocket client at the least cost: what the server sends is whole, unmasked text, and that is all it reads."""

import asyncio
import base64
import os
import struct
from collections.abc import Callable
from typing import Final

from tests.load.door import Door

TEXT: Final = 1
CLOSE: Final = 8
PING: Final = 9
PONG: Final = 10
LOST: Final = 1006

Take = Callable[[bytes], None]


class RefusedUpgradeError(OSError):
    """The answer to an upgrade was none."""

    def __init__(self, status: int, retry_after: float) -> None:
        super().__init__(f"refused with {status}")
        self.status = status
        self.retry_after = retry_after


class Wire(asyncio.Protocol):
    """`take` gets each text as it comes."""

    def __init__(self, take: Take) -> None:
        loop = asyncio.get_running_loop()
        self.upgraded: asyncio.Future[None] = loop.create_future()
        self.ended: asyncio.Future[int] = loop.create_future()
        """The code it was closed with; 1006 when it was just gone."""
        self._take = take
        self._transport: asyncio.Transport | None = None
        self._held = b""
        self._code = LOST

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's
        if not self.upgraded.done():
            self.upgraded.set_exception(ConnectionResetError("closed before the upgrade"))
        if not self.ended.done():
            self.ended.set_result(self._code)

    def data_received(self, data: bytes) -> None:
        self._held += data
        if not self.upgraded.done():
            self._shake()
        if self.upgraded.done() and self.upgraded.exception() is None:
            self._read()

    def say(self, opcode: int, payload: bytes) -> None:
        assert self._transport is not None
        self._transport.write(frame(opcode, payload))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _shake(self) -> None:
        head, gap, rest = self._held.partition(b"\r\n\r\n")
        if not gap:
            return
        status = int(head.split(b" ", 2)[1])
        if status == 101:
            self._held = rest
            self.upgraded.set_result(None)
            return
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        self.upgraded.set_exception(RefusedUpgradeError(status, float(fields.get(b"retry-after", b"0"))))
        self.close()

    def _read(self) -> None:
        held, at = self._held, 0
        while len(held) - at >= 2:
            length, begin = held[at + 1], at + 2
            if length == 126 and len(held) >= at + 4:
                (length,), begin = struct.unpack_from("!H", held, at + 2), at + 4
            elif length == 127 and len(held) >= at + 10:
                (length,), begin = struct.unpack_from("!Q", held, at + 2), at + 10
            elif length >= 126:
                break
            if len(held) < begin + length:
                break
            self._framed(held[at], held[begin : begin + length])
            at = begin + length
        self._held = held[at:]

    def _framed(self, first: int, payload: bytes) -> None:
        assert first & 0x80, "the server sends whole messages"
        opcode = first & 0x0F
        if opcode == TEXT:
            self._take(payload)
        elif opcode == PING:
            self.say(PONG, payload)
        elif opcode == CLOSE:
            self._code = struct.unpack("!H", payload[:2])[0] if payload else 1005
            self.say(CLOSE, payload[:2])
            self.close()
        else:
            assert opcode == PONG, opcode


def frame(opcode: int, payload: bytes = b"", *, last: bool = True) -> bytes:
    """As a client sends it, masked with zeros: the mask guards old proxies, of which there are none here.

    `last`: no fragment of the message follows.
    """
    length = len(payload)
    size = bytes((0x80 | length,)) if length < 126 else struct.pack("!BH", 0x80 | 126, length)
    return bytes((0x80 * last | opcode,)) + size + bytes(4) + payload


async def dial(door: Door, source: str, path: str, take: Take, token: str = "", within: float = 10) -> Wire:
    """An upgraded socket. Raises OSError, RefusedUpgradeError among them."""
    wire = Wire(take)
    try:
        async with asyncio.timeout(within):
            transport = await door.connect(wire, source)
            transport.write(upgrade(door, path, token))
            await wire.upgraded
    except BaseException:
        wire.close()
        raise
    return wire


def upgrade(door: Door, path: str, token: str = "") -> bytes:
    """The request that asks for a socket."""
    bearer = f"Authorization: Bearer {token}\r\n" if token else ""
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET {path} HTTP/1.1\r\nHost: localhost:{door.port}\r\n{bearer}Connection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    ).encode()
