"""One visitor's line to the server, over the public visitors' API: what the customers' page does, without a page."""

import asyncio
import contextlib
import random
from types import TracebackType
from typing import Final, Self
from uuid import uuid4

import httpx
import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tms_tui.protocol import wire
from tms_tui.server.clock import Clock

BACK_OFF_CAPS: Final = (1.0, 2.0, 4.0, 8.0, 16.0)
BACK_OFF_FLOOR: Final = 0.2
PASSING: Final = frozenset({429, 500, 502, 503, 504})


class SessionOverError(Exception):
    """The session takes no more messages: its token is void, it is no longer there, or its customer is kept out."""


class RefusedTextError(Exception):
    """The server refused this very text; `code` is its machine word."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Ticket(msgspec.Struct):
    """What a visitor holds after a session was created."""

    session_id: str
    visitor_token: str

    def __repr__(self) -> str:
        return f"_Ticket({self.session_id})"


class Visitor:
    """A session from its creation on; `heard` receives what agents write, each message once, in order."""

    def __init__(self, url: str, profile: wire.VisitorSessionBody, *, clock: Clock) -> None:
        """`url` is the server's address, `http://host:port`; nothing is opened before `async with`."""
        self.heard: asyncio.Queue[wire.Message] = asyncio.Queue()
        self._url = url
        self._profile = profile
        self._clock = clock
        self._http = httpx.AsyncClient(base_url=url, timeout=10, trust_env=False)
        self._chance = random.Random()  # noqa: S311 - jitter is no secret
        self._ticket = _Ticket("", "")
        self._socket: ClientConnection | None = None
        self._connected = asyncio.Event()
        self._line: asyncio.Task[None] | None = None
        self._newest = 0
        self._losses = 0

    @property
    def session_id(self) -> str:
        return self._ticket.session_id

    async def __aenter__(self) -> Self:
        """Create the session and go online."""
        async with contextlib.AsyncExitStack() as opened:
            opened.push_async_callback(self._close)
            body = await self._ask("POST", "/v1/visitor/sessions", msgspec.json.encode(self._profile))
            self._ticket = msgspec.json.decode(body, type=_Ticket)
            await self.go_online()
            opened.pop_all()  # from here on `__aexit__` closes it
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def _close(self) -> None:
        await self.go_offline()
        await self._http.aclose()

    async def go_online(self) -> None:
        """Open the socket, and open it again whenever it is lost, until `go_offline`; returns once it is open."""
        if self._line is None:
            self._line = asyncio.create_task(self._hold_line(), name="visitor line")
        opening = asyncio.create_task(self._connected.wait())
        try:  # a line that ended is none to wait for: the session is over, as `say` will tell
            await asyncio.wait({opening, self._line}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            opening.cancel()

    async def go_offline(self) -> None:
        """Close the socket. What is written meanwhile is heard after the next `go_online`."""
        line, self._line = self._line, None
        if line is None:
            return
        line.cancel()
        await asyncio.wait([line])  # not `await line`: its end by our cancel would look like one of our own
        if not line.cancelled():
            line.result()

    async def say(self, content: str) -> wire.Message:
        """Send one message; a passing refusal or a lost answer is retried under the same id.

        Raises SessionOverError or RefusedTextError.
        """
        body = wire.VisitorSendBody(content=content, client_message_id=str(uuid4()))
        answer = await self._ask("POST", "/v1/visitor/messages", msgspec.json.encode(body))
        return msgspec.json.decode(answer, type=wire.Message)

    async def typing(self, *, on: bool) -> None:
        """Show or end "is typing"; it dies by itself after six seconds."""
        await self._push(wire.TYPING_START if on else wire.TYPING_STOP, b"{}")

    async def read(self, up_to: int) -> None:
        """Tell the agents that everything up to this `seq` was seen."""
        await self._push(wire.READ_RECEIPT, msgspec.json.encode({"up_to": up_to}))

    async def _push(self, kind: str, data: bytes) -> None:
        if self._socket is None:
            return
        frame = wire.ClientFrame(type=kind, data=msgspec.Raw(data))
        with contextlib.suppress(WebSocketException):  # not durable: a lost line loses it, as in a browser
            await self._socket.send(msgspec.json.encode(frame).decode())

    async def _ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        attempt = 0
        while (answer := await self._try(method, path, body)) is None or answer.status_code in PASSING:
            await self._clock.sleep(max(_retry_after(answer), self._delay(attempt)))
            attempt += 1
        return _accepted(answer)

    async def _try(self, method: str, path: str, body: bytes | None) -> httpx.Response | None:
        try:
            return await self._http.request(method, path, content=body, headers=self._headers())
        except httpx.TransportError:
            return None

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json"}
        if self._ticket.visitor_token:
            headers["Authorization"] = f"Bearer {self._ticket.visitor_token}"
        return headers

    def _delay(self, attempt: int) -> float:
        return self._chance.uniform(BACK_OFF_FLOOR, BACK_OFF_CAPS[min(attempt, len(BACK_OFF_CAPS) - 1)])

    async def _hold_line(self) -> None:
        with contextlib.suppress(SessionOverError):  # `say` tells the customer
            while True:
                with contextlib.suppress(OSError, WebSocketException):  # however it was lost: come back
                    await self._listen()
                await self._clock.sleep(self._delay(self._losses))
                self._losses += 1

    async def _listen(self) -> None:
        address = self._url.replace("http", "ws", 1) + "/v1/visitor/ws"
        async with connect(address, proxy=None, open_timeout=10, close_timeout=1) as socket:
            auth = {"type": wire.AUTH, "data": {"token": self._ticket.visitor_token}}
            await socket.send(msgspec.json.encode(auth).decode())
            try:
                async for text in socket:
                    await self._take(socket, msgspec.json.decode(text, type=wire.Frame))
            finally:
                self._socket = None
                self._connected.clear()

    async def _take(self, socket: ClientConnection, frame: wire.Frame) -> None:
        if frame.type == wire.CONNECTED:
            self._socket = socket
            await self._catch_up()
            self._losses = 0
            self._connected.set()
        elif frame.type == wire.CHAT_MESSAGE:
            self._hear(msgspec.json.decode(frame.data, type=wire.Message))

    async def _catch_up(self) -> None:
        more = True
        while more:
            body = await self._ask("GET", f"/v1/visitor/messages?after={self._newest}")
            page = msgspec.json.decode(body, type=wire.MessagesAnswer)
            for message in page.messages:
                self._hear(message)
            more = page.has_more and bool(page.messages)

    def _hear(self, message: wire.Message) -> None:
        if message.seq <= self._newest:
            return
        self._newest = message.seq
        if message.author_type == "agent":
            self.heard.put_nowait(message)


def _retry_after(answer: httpx.Response | None) -> float:
    said = answer.headers.get("Retry-After", "") if answer is not None else ""
    return float(said) if said.isdecimal() else 0.0


def _accepted(answer: httpx.Response) -> bytes:
    if answer.is_success:
        return answer.content
    code = msgspec.json.decode(answer.content, type=wire.ErrorBody).code
    if answer.status_code in {401, 403, 404, 410}:
        raise SessionOverError(code)
    raise RefusedTextError(code)
