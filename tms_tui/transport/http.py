"""One HTTP call at a time: what was sent, what came back, or at which point it failed."""

import asyncio
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import quote, urlencode
from uuid import uuid4

from tms_tui.domain import policy
from tms_tui.domain.effects import Request
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.events import Answer, AskFailed
from tms_tui.domain.secret import Secret
from tms_tui.domain.text import clean_line
from tms_tui.protocol.dialect import V1, Dialect
from tms_tui.protocol.refusals import HttpAnswer
from tms_tui.protocol.rest import HttpRequest, read, spell
from tms_tui.transport.addresses import ServerAddress
from tms_tui.transport.connections import Connections, Stream, drop
from tms_tui.transport.proxies import proxy_for
from tms_tui.transport.trouble import unreached_words, untrusted, words_of

if TYPE_CHECKING:
    from tms_tui.transport.exchange import Exchange

ANSWER_LARGEST: Final = 16 * 1024 * 1024
"""Bytes in one answer; a larger one is left unread."""

CONNECTIONS: Final = 6


class Bearer(Protocol):
    """Who holds the access token."""

    def bearer(self, origin: str) -> Secret | None:
        """The token, for the server it came from; None when there is none."""
        ...


class HttpCaller:
    """Calls one server. It never retries, never follows a redirect, and keeps its connections until `aclose`."""

    def __init__(
        self,
        server: ServerAddress,
        *,
        connect_within: float = policy.CONNECT_WITHIN,
        answer_within: float = policy.REQUEST_WITHIN,
        largest: int = ANSWER_LARGEST,
    ) -> None:
        self.server = server
        self._largest = largest
        self._connect_within = connect_within
        self._answer_within = answer_within
        self._turns = asyncio.Semaphore(CONNECTIONS)
        self._connections = Connections(server)

    async def call(self, request: HttpRequest, token: Secret | None = None) -> HttpAnswer | Failure:
        """Send once and read the whole answer. A `Failure` says whether the request can have arrived."""
        from tms_tui.transport import exchange

        try:
            one = exchange.Exchange(
                request.method,
                _target(self.server, request),
                _headers(self.server, request, token),
                request.body or b"",
                largest=self._largest,
            )
        except exchange.UNSPEAKABLE:
            return Failure(FailureKind.NOT_REACHED, words=clean_line("the request cannot be written as HTTP"))
        async with self._turns:
            stream = await self._connected()
            return stream if isinstance(stream, Failure) else await self._asked(stream, one)

    async def aclose(self) -> None:
        """Close the connections. A later call opens new ones."""
        await self._connections.aclose()

    async def _connected(self) -> Stream | Failure:
        proxy = None
        try:
            async with asyncio.timeout(self._connect_within):
                if not await self.server.may_speak():
                    return Failure(FailureKind.CLEARTEXT)
                proxy = proxy_for(self.server)
                return await self._connections.take(proxy)
        except OSError as error:
            if refused := untrusted(error):
                return Failure(FailureKind.UNTRUSTED, words=words_of(refused))
            return Failure(FailureKind.NOT_REACHED, words=unreached_words(error, proxy))

    async def _asked(self, stream: Stream, one: "Exchange") -> HttpAnswer | Failure:
        from tms_tui.transport import exchange

        whole = False
        try:
            async with asyncio.timeout(self._answer_within):
                answer = await one.run(*stream)
            whole = one.reusable
        except exchange.TooLongError as error:
            return Failure(FailureKind.UNREADABLE, error.status, words=clean_line("too long an answer"))
        except exchange.BROKEN as error:
            return Failure(FailureKind.NO_ANSWER, words=words_of(error))
        finally:
            if whole:
                self._connections.keep(stream)
            else:
                await drop(stream)
        return answer


class HttpRest:
    """The server's HTTP side: requests in domain terms, each asked once."""

    def __init__(
        self, server: ServerAddress, tokens: Bearer, *, caller: HttpCaller | None = None, dialect: Dialect = V1
    ) -> None:
        self._server = server
        self._tokens = tokens
        self._caller = caller or HttpCaller(server)
        self._dialect = dialect

    async def ask(self, request: Request) -> Answer:
        """Ask once. Every outcome is an answer: what was asked for, or `AskFailed`."""
        token = self._tokens.bearer(self._server.origin)
        answer = await self._caller.call(spell(request, self._dialect), token)
        return AskFailed(request, answer) if isinstance(answer, Failure) else read(request, answer)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._caller.aclose()


def _target(server: ServerAddress, request: HttpRequest) -> str:
    query = f"?{urlencode(request.params)}" if request.params else ""
    return quote(server.prefix + request.path, safe="/%:@!$&'()*+,;=~") + query


def _headers(server: ServerAddress, request: HttpRequest, token: Secret | None) -> dict[str, str]:
    """The one place where a token is turned into a header."""
    headers = {
        "Host": server.authority,
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": "tms-chat",
        "X-Request-Id": uuid4().hex,
    }
    if request.body is not None:
        headers |= {"Content-Type": "application/json", "Content-Length": str(len(request.body))}
    if token is not None:
        headers["Authorization"] = f"Bearer {token.reveal()}"
    return headers
