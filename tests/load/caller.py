"""HTTP at the least cost: one connection that is kept, one call at a time."""

import asyncio
from typing import NamedTuple

from tests.load.door import Door


class Answer(NamedTuple):
    """`retry_after` in seconds; 0 when the server named none."""

    status: int
    body: bytes
    retry_after: float


class _Reply(asyncio.Protocol):
    """Collects one answer at a time. Answers have a length; none of this server's is chunked."""

    def __init__(self) -> None:
        self.waiting: asyncio.Future[Answer] | None = None
        self.lost = False
        self._held = b""

    def data_received(self, data: bytes) -> None:
        self._held += data
        head, gap, rest = self._held.partition(b"\r\n\r\n")
        if not gap:
            return
        lines = head.split(b"\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in lines[1:])
        length = int(fields.get(b"content-length", b"0"))
        if len(rest) < length:
            return
        self._held = rest[length:]
        answer = Answer(int(lines[0].split(b" ", 2)[1]), rest[:length], float(fields.get(b"retry-after", b"0")))
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's
        self.lost = True
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(ConnectionResetError("closed before the answer"))


class Caller:
    """Raises OSError (TimeoutError included) when there is no answer."""

    def __init__(self, door: Door, source: str, token: str = "") -> None:
        self.token = token
        self._door = door
        self._source = source
        self._reply = _Reply()
        self._transport: asyncio.Transport | None = None

    async def ask(self, method: str, path: str, body: bytes = b"", within: float = 10) -> Answer:
        try:
            async with asyncio.timeout(within):
                transport = await self._opened()
                self._reply.waiting = asyncio.get_running_loop().create_future()
                transport.write(self._request(method, path, body))
                return await self._reply.waiting
        except BaseException:
            self.close()  # the answer may still come, and must not be taken for that of the next call
            raise

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    async def _opened(self) -> asyncio.Transport:
        if self._transport is None or self._reply.lost or self._transport.is_closing():
            self.close()
            self._reply = _Reply()
            self._transport = await self._door.connect(self._reply, self._source)
        return self._transport

    def _request(self, method: str, path: str, body: bytes) -> bytes:
        bearer = f"Authorization: Bearer {self.token}\r\n" if self.token else ""
        host = f"Host: localhost:{self._door.port}\r\n"
        of_body = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
        head = f"{method} {path} HTTP/1.1\r\n{host}{bearer}{of_body}\r\n"
        return head.encode() + body
