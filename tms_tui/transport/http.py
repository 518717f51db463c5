"""One HTTP call at a time: what was sent, what came back, or at which point it failed."""

import asyncio
import logging
from collections.abc import Callable
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import TYPE_CHECKING, Final, Protocol
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
from tms_tui.transport.proxies import Proxy, proxy_for
from tms_tui.transport.trouble import misconfigured, unreached_words, untrusted, untrusted_failure, words_of

if TYPE_CHECKING:
    import httpx

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
        self._client: httpx.AsyncClient | None = None
        self._proxy: Proxy | None = None

    async def call(
        self, request: HttpRequest, token: Secret | None = None, within: float | None = None
    ) -> HttpAnswer | Failure:
        """Send once and read the whole answer, `within` seconds if that is given.

        A `Failure` says whether the request can have arrived.
        """
        try:
            if not await self.server.may_speak():
                return Failure(FailureKind.CLEARTEXT)
            client = self._ready()
        except OSError as error:
            return _unready(error)
        return await self._exchange(client, request, token, self._answer_within if within is None else within)

    async def aclose(self) -> None:
        """Close the connections. A later call opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _exchange(
        self, client: "httpx.AsyncClient", request: HttpRequest, token: Secret | None, within: float
    ) -> HttpAnswer | Failure:
        import httpx

        try:
            async with asyncio.timeout(within):
                return await self._answered(client, request, token)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return _failure(error, self._proxy)
        except TimeoutError:
            return Failure(FailureKind.NO_ANSWER, words=clean_line("no answer in time"))

    async def _answered(
        self, client: "httpx.AsyncClient", request: HttpRequest, token: Secret | None
    ) -> HttpAnswer | Failure:
        async with client.stream(
            request.method,
            request.path,
            params=request.params,
            content=request.body,
            headers=_headers(request),
            auth=_authorization(token),
        ) as response:
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > self._largest:
                    return Failure(FailureKind.UNREADABLE, response.status_code, words=clean_line("too long an answer"))
            return HttpAnswer(response.status_code, dict(response.headers), bytes(body))

    def _ready(self) -> "httpx.AsyncClient":
        if self._client is None:
            self._client = self._new_client()
        return self._client

    def _new_client(self) -> "httpx.AsyncClient":
        import httpx

        # Both log what passes through them, addresses with their queries included.
        for library in ("httpx", "httpcore"):
            logging.getLogger(library).setLevel(logging.WARNING)
        self._proxy = proxy_for(self.server)
        trusting_nobody = SSLContext(PROTOCOL_TLS_CLIENT)
        return httpx.AsyncClient(
            base_url=self.server.http_url,
            headers={"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "tms-chat"},
            verify=self.server.tls() or trusting_nobody,
            proxy=self._proxy.url if self._proxy else None,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(self._answer_within, connect=self._connect_within, pool=self._connect_within),
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
        )


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


def _headers(request: HttpRequest) -> dict[str, str]:
    headers = {"X-Request-Id": request.name or uuid4().hex}
    if request.body is not None:
        headers["Content-Type"] = "application/json"
    return headers


def _authorization(token: Secret | None) -> Callable[["httpx.Request"], "httpx.Request"]:
    """The one place where a token is turned into a header, so no other object ever holds one."""

    def authorize(request: "httpx.Request") -> "httpx.Request":
        if token is not None:
            request.headers["Authorization"] = f"Bearer {token.reveal()}"
        return request

    return authorize


def _unready(error: OSError) -> Failure:
    """Why nothing could even be tried: a setting of this machine, or a name that leads nowhere."""
    setting = misconfigured(error)
    if setting is not None:
        return Failure(FailureKind.MISCONFIGURED, words=setting)
    return Failure(FailureKind.NOT_REACHED, words=words_of(error))


def _failure(error: Exception, proxy: Proxy | None) -> Failure:
    import httpx

    if refused := untrusted(error):
        return untrusted_failure(refused)
    if isinstance(error, httpx.ProxyError):
        return Failure(FailureKind.NOT_REACHED, words=clean_line(f"{error}, through {proxy}"))
    unsent = (
        httpx.ConnectError,
        httpx.ConnectTimeout,
        httpx.PoolTimeout,
        httpx.UnsupportedProtocol,
        httpx.LocalProtocolError,
        httpx.InvalidURL,
    )
    if isinstance(error, unsent):
        return Failure(FailureKind.NOT_REACHED, words=unreached_words(error, proxy))
    return Failure(FailureKind.NO_ANSWER, words=words_of(error))
