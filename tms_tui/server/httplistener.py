"""uvicorn's HTTP under deadlines: headers, bodies and answers must move on, or the connection closes."""

import asyncio
import logging
import uuid
from dataclasses import dataclass
from typing import Any, Final

import h11
import msgspec
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import STATUS_PHRASES, H11Protocol, RequestResponseCycle
from uvicorn.server import ServerState
from websockets.http11 import Request
from websockets.server import ServerProtocol

from tms_tui.protocol.wire import ErrorBody
from tms_tui.server.connections import Connections
from tms_tui.server.errors import SAFE_HEADERS

# A peer decides how often uvicorn's own warnings are said; what is cut is counted instead.
_LOGGER: Final = logging.getLogger("uvicorn.error.http")
_LOGGER.setLevel(logging.ERROR)


PIECES: Final = 2000
"""Chunks, or parts that came by themselves, of one body; 64 KiB in the smallest packets of the internet are 123."""


@dataclass(slots=True)
class _Awaited:
    """Something the peer has begun to send or to take: since when, and how many bytes of it there are."""

    since: float
    bytes: int = 0
    what: str = ""


class _CountedPieces(h11.Connection):
    """Reading a piece of a body takes as long for one byte as for all of it: of one request only so many are read."""

    def __init__(self, most_unfinished: int | None) -> None:
        unfinished = {} if most_unfinished is None else {"max_incomplete_event_size": most_unfinished}
        super().__init__(h11.SERVER, **unfinished)
        self._pieces = 0

    def next_event(self) -> Any:
        event = super().next_event()
        if isinstance(event, h11.Request):
            self._pieces = 0
        elif isinstance(event, h11.Data):
            self._pieces += 1
            if self._pieces > PIECES:
                raise h11.RemoteProtocolError("a body in too many pieces")
        return event


class TimedProtocol(H11Protocol):
    """uvicorn waits for ever for the rest of a request, and for whoever stops reading its answer; this one does not."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        connections: Connections,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.conn = _CountedPieces(config.h11_max_incomplete_event_size)
        self.logger = _LOGGER
        self._held = connections
        self._patience = connections.patience
        self._incoming: _Awaited | None = None
        self._outgoing: _Awaited | None = None

    @property
    def host(self) -> str | None:
        return self.client[0] if self.client else None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._incoming = _Awaited(self._now(), what="headers")
        if not self._held.entered(self):
            self._refuse(429, "too_many_connections", "Too many connections from your network. Come back.")

    def connection_lost(self, exc: Exception | None) -> None:
        self._held.left(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return  # refused, or given up
        super().data_received(data)
        self._follow(len(data))

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._follow(0)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        if not _can_be_upgraded(event):
            # What its protocol cannot read it would leave unanswered, for ever and uncounted.
            self._refuse(400, "bad_upgrade", "This is no WebSocket upgrade that can be read.")
            return
        if self.unsent() > 0:
            # Whoever opens a socket has read what came before it; beyond this point nobody watches what is unread.
            self.abort()
            return
        self._incoming = self._outgoing = None
        self._held.left(self)
        super().handle_websocket_upgrade(event)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - in the words of this server
        if self._can_answer():
            self._refuse(400, "bad_request", "This is no HTTP request that can be read.")
        else:
            self.abort()

    # What `Connections` asks of it.

    def waiting(self) -> bool:
        call = self._call()
        return call is None or (call.response_complete and self.conn.their_state is not h11.SEND_BODY)

    def arriving(self) -> bool:
        return self.conn.their_state is h11.SEND_BODY

    def unsent(self) -> int:
        return self.transport.get_write_buffer_size()

    def overdue(self, now: float) -> bool:
        return self._keeps_waiting(now) or self._does_not_read(now)

    def give_up(self) -> None:
        some = self._incoming is not None and (self._incoming.what == "body" or self._incoming.bytes > 0)
        if some and not self.transport.is_closing() and self._can_answer():
            self._refuse(408, "request_too_slow", "The request did not arrive in time.")
        else:
            self.abort()

    def abort(self) -> None:
        self.transport.abort()

    def _follow(self, received: int) -> None:
        """Keeps in mind what is still awaited of the request, since when, and how much of it came."""
        what = self._what_is_awaited()
        if what is None:
            self._incoming = None
        elif self._incoming is None or self._incoming.what != what:
            # What came with the headers is not counted: where they end in it is h11's secret.
            self._incoming = _Awaited(self._now(), received if what == "headers" else 0, what)
        else:
            self._incoming.bytes += received

    def _what_is_awaited(self) -> str | None:
        state = self.conn.their_state
        if state is h11.SEND_BODY:
            return "body"
        begun = self._call() is None or bool(self.conn.trailing_data[0])
        return "headers" if state is h11.IDLE and begun else None

    def _keeps_waiting(self, now: float) -> bool:
        if self._incoming is None:
            return False
        patience = self._patience
        if self._incoming.what == "headers":
            allowed = patience.headers
        else:
            allowed = min(patience.body_longest, patience.body + self._incoming.bytes / patience.pace)
        return now - self._incoming.since >= allowed

    def _does_not_read(self, now: float) -> bool:
        unsent = self.unsent()
        if unsent == 0:
            self._outgoing = None
            return False
        if self._outgoing is None or unsent > self._outgoing.bytes:
            self._outgoing = _Awaited(now, unsent)
        allowed = self._patience.answer + self._outgoing.bytes / self._patience.answer_pace
        return now - self._outgoing.since >= allowed

    def _call(self) -> RequestResponseCycle | None:
        """The request answered last, or under way; None before the first one."""
        return self.cycle

    def _can_answer(self) -> bool:
        return self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE)

    def _refuse(self, status: int, code: str, words: str) -> None:
        """The last words of this connection."""
        self._incoming = None
        call = self._call()
        if call is not None and not call.response_complete:
            call.disconnected = True
            call.message_event.set()
        body = msgspec.json.encode(ErrorBody(error=words, code=code))
        for event in (_head(status, len(body)), h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _now(self) -> float:
        return self._held.clock.monotonic()


def _can_be_upgraded(asked: h11.Request) -> bool:
    """Whether it has no body, few and short headers, the version and a key: nothing else gets a socket."""
    headers = b"".join(b"%b: %b\r\n" % one for one in asked.headers)
    read = ServerProtocol()
    read.receive_data(b"%b %b HTTP/1.1\r\n%b\r\n" % (asked.method, asked.target, headers))
    found = next(iter(read.events_received()), None)
    return isinstance(found, Request) and read.accept(found).status_code == 101


def _head(status: int, length: int) -> h11.Response:
    headers = {
        "Content-Type": "application/json",
        "Content-Length": str(length),
        "Connection": "close",
        "X-Request-Id": uuid.uuid4().hex,
        **SAFE_HEADERS,
    }
    if status == 429:
        headers["Retry-After"] = "1"
    return h11.Response(status_code=status, headers=list(headers.items()), reason=STATUS_PHRASES[status])
