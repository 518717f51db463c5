"""A stranger at the door: calls, raw sockets and half a request from one address, with a tally of what came of each."""

import asyncio
import contextlib
import socket
import uuid
from typing import Final

import msgspec

from tests.load.caller import Answer, Caller
from tests.load.door import Door
from tests.load.wire import CLOSE, TEXT, frame, upgrade
from tms_tui.protocol import wire

PATIENCE: Final = 10.0
"""Seconds that a stranger waits for an answer."""
VISITORS: Final = "/v1/visitor/ws"
_LONGEST_CLOSE: Final = 127


class Tally(msgspec.Struct):
    """What was made, by kind, and what it was answered. `wrong`: what the server should have done otherwise."""

    made: dict[str, int] = {}
    answered: dict[str, int] = {}
    wrong: list[str] = []

    def make(self, kind: str, count: int = 1) -> None:
        self.made[kind] = self.made.get(kind, 0) + count

    def answer(self, kind: str, count: int = 1) -> None:
        self.answered[kind] = self.answered.get(kind, 0) + count


class Ticket(msgspec.Struct):
    """A conversation and the token for it."""

    session_id: str
    visitor_token: str


NO_TICKET: Final = Ticket("", "none")
"""Of somebody who got none."""


class RawConnection(asyncio.Protocol):
    """Says what it likes, at whatever length, and keeps of what it hears no more than how it ended."""

    def __init__(self, tally: Tally) -> None:
        self.upgraded: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        """The status that the upgrade was answered."""
        self.heard = asyncio.Event()
        """Something came after the upgrade, or nothing will."""
        self.ended = asyncio.Event()
        self._tally = tally
        self._transport: asyncio.Transport | None = None
        self._tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if not self.upgraded.done():
            data = self._shake(data)
        self._tail = (self._tail + data[-_LONGEST_CLOSE:])[-_LONGEST_CLOSE:]
        if data:
            self.heard.set()
            self._look_for_a_close()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's
        self._end("cut")

    @property
    def unsent(self) -> int:
        """Bytes that the server has not taken yet."""
        return self._transport.get_write_buffer_size() if self._transport else 0

    def say(self, raw: bytes) -> None:
        if self._transport is not None and not self.ended.is_set():
            self._transport.write(raw)

    def stop_reading(self) -> None:
        """For good; what the system would hold for it is made small, too."""
        if self._transport is not None and not self.ended.is_set():
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            self._transport.pause_reading()

    def close(self) -> None:
        """Without a word, and without counting it as an end that the server made."""
        self._over()
        if self._transport is not None:
            self._transport.abort()

    def _shake(self, data: bytes) -> bytes:
        """What came after the answer to the upgrade."""
        self._tail += data
        head, gap, rest = self._tail.partition(b"\r\n\r\n")
        if not gap:
            return b""
        self._tail = b""
        status = int(head.split(b" ", 2)[1])
        self.upgraded.set_result(status)
        return rest if status == 101 else b""

    def _look_for_a_close(self) -> None:
        # The last frame of a socket is its close, so that it ends where what was read ends.
        for size in range(2, min(126, len(self._tail) - 1)):
            if self._tail[-size - 2] == 0x80 | CLOSE and self._tail[-size - 1] == size:
                self._end(f"closed {int.from_bytes(self._tail[-size:][:2])}")
                self.close()
                return

    def _end(self, kind: str) -> None:
        if not self.ended.is_set():
            self._tally.answer(kind)
            self._over()

    def _over(self) -> None:
        self.ended.set()
        self.heard.set()
        if not self.upgraded.done():
            self.upgraded.set_exception(ConnectionResetError("closed before the upgrade"))
            self.upgraded.exception()  # looked at, for nobody may be waiting


class Stranger:
    """One connection for calls, made one at a time, and any number of others."""

    def __init__(self, door: Door, source: str, tally: Tally) -> None:
        self.tally = tally
        self.source = source
        self._door = door
        self._caller = Caller(door, source)
        self._raw: list[RawConnection] = []

    async def ask(
        self, method: str, path: str, body: bytes = b"", token: str = "", within: float = PATIENCE
    ) -> Answer | None:
        """None when there was no answer."""
        self.tally.make("calls")
        self._caller.token = token
        try:
            answer = await self._caller.ask(method, path, body, within)
        except OSError as lost:
            self.tally.answer("no answer in time" if isinstance(lost, TimeoutError) else "cut")
            return None
        self.tally.answer(str(answer.status))
        return answer

    async def start(self, **about: object) -> Ticket | None:
        """A conversation; None when it was refused."""
        answer = await self.ask("POST", "/v1/visitor/sessions", msgspec.json.encode({"name": "Stranger"} | about))
        return msgspec.json.decode(answer.body, type=Ticket) if answer and answer.status == 201 else None

    async def write(self, ticket: Ticket, content: str) -> Answer | None:
        body = {"content": content, "client_message_id": str(uuid.uuid4())}
        return await self.ask("POST", "/v1/visitor/messages", msgspec.json.encode(body), ticket.visitor_token)

    async def connect(self) -> RawConnection | None:
        """A connection on which nothing was said yet; None when it was not taken."""
        self.tally.make("connections")
        raw = RawConnection(self.tally)
        try:
            async with asyncio.timeout(PATIENCE):
                await self._door.connect(raw, self.source)
        except OSError:
            self.tally.answer("not connected")
            return None
        self.tally.answer("connected")
        self._raw.append(raw)
        return raw

    async def open(self, token: str = "") -> RawConnection | None:
        """A visitor's socket, introduced when there is a token; None when it was refused."""
        self.tally.make("sockets")
        raw = await self.connect()
        if raw is None:
            return None
        raw.say(upgrade(self._door, VISITORS))
        try:
            async with asyncio.timeout(PATIENCE):
                status = await raw.upgraded
        except OSError:
            raw.close()
            return None
        self.tally.answer(f"upgrade {status}")
        if status != 101:
            raw.close()
            return None
        return await self._introduced(raw, token) if token else raw

    async def _introduced(self, raw: RawConnection, token: str) -> RawConnection | None:
        raw.say(frame(TEXT, msgspec.json.encode({"type": wire.AUTH, "data": {"token": token}})))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await raw.heard.wait()
        if raw.ended.is_set():
            return None
        self.tally.answer("introduced")
        return raw

    def leave(self) -> None:
        for raw in self._raw:
            raw.close()
        self._caller.close()
