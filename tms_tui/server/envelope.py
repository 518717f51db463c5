"""Around every request: its id, headers for every answer, one log line without secrets, the answer to a crash."""

import logging
import time
import traceback
import uuid
from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tms_tui.server.audit import PATH_SHOWN
from tms_tui.server.errors import SAFE_HEADERS, Refusal, not_found
from tms_tui.server.logs import REQUEST_ID, SparingLog, request_id
from tms_tui.server.metrics import METHODS
from tms_tui.server.services import Services

Life = Callable[[], AbstractAsyncContextManager[None]]
logger = logging.getLogger(__name__)
_API = "/v1/"
_LINE = "request id=%s method=%s path=%r status=%d ms=%.1f"
_SECRETS = frozenset({"token", "access_token", "refresh_token", "visitor_token"})


class Envelope:
    """ASGI around ASGI. `life` opens and closes what it works with, for a host that runs no lifespan.

    `sockets` are the paths that can be upgraded.
    """

    def __init__(self, app: ASGIApp, served: Services, life: Life, sockets: Collection[str]) -> None:
        self.sockets = sockets
        self.services = served
        self.failures = SparingLog(logger, served.clock)
        self.refused = SparingLog(logger, served.clock)
        self.life = life
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        self.services.proxies.resolve(scope)
        await _Exchange(scope, send, self).run(self._app, receive)


class _Exchange:
    def __init__(self, scope: Scope, send: Send, around: Envelope) -> None:
        served = around.services
        self._scope = scope
        self._sockets = around.sockets
        self._failures = around.failures
        self._refused = around.refused
        self._send = send
        self._metrics = served.metrics
        self._audit = served.audit
        self._origins = served.origins
        self._status = 0
        headers = Headers(scope=scope)
        self._origin = headers.get("origin")
        asked = headers.get("x-request-id", "")
        self._id = asked if REQUEST_ID.fullmatch(asked) else uuid.uuid4().hex
        self._started = time.perf_counter()

    async def run(self, app: ASGIApp, receive: Receive) -> None:
        request_id.set(self._id)
        try:
            await self._answered(app, receive)
        except Refusal as refusal:
            self._audit.refused(HTTPConnection(self._scope), refusal)
            await self._refuse(refusal, receive)
        except Exception as error:  # noqa: BLE001 - the outermost: reported as a line of the log, not a trace
            self._report(error)
            words = "The server cannot be used right now. Come back."
            await self._refuse(Refusal(503, "server_error", words, retry_after=2), receive)
        finally:
            self._log()

    async def _answered(self, app: ASGIApp, receive: Receive) -> None:
        """Raises the refusals that hold for every address."""
        if _carries_secret(self._scope):
            words = "A token in an address ends up in logs. Send it in the Authorization header."
            raise Refusal(400, "token_in_url", words)
        if self._scope["type"] == "http" and self._scope["path"].startswith(_API):
            called = HTTPConnection(self._scope)
            preflight = self._origins.preflight(called)
            if preflight is not None:
                await preflight(self._scope, receive, self.send)
                return
            self._origins.require(called)
        if self._scope["type"] == "websocket" and self._scope["path"] not in self._sockets:
            raise not_found()  # the router would close it, which arrives as a bare 403
        await app(self._scope, receive, self.send)

    async def send(self, message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            self._status = message["status"]
            self._mark(MutableHeaders(scope=message))
        elif message["type"] == "websocket.accept":
            self._status = 101
            MutableHeaders(scope=message)["X-Request-Id"] = self._id
        await self._send(message)

    def _mark(self, headers: MutableHeaders) -> None:
        headers["X-Request-Id"] = self._id
        for name, value in SAFE_HEADERS.items():
            headers.setdefault(name, value)
        headers.update(self._origins.headers(self._origin))

    async def _refuse(self, refusal: Refusal, receive: Receive) -> None:
        if self._status == 0:
            await refusal.response()(self._scope, receive, self.send)

    def _log(self) -> None:
        seconds = time.perf_counter() - self._started
        asked = self._scope.get("method", "WS")
        method = asked if asked in METHODS else "other"
        self._metrics.requests.labels(method, str(self._status)).inc()
        if self._scope["type"] == "http":
            self._metrics.request_seconds.observe(seconds)
        said = (self._id, method, self._scope["path"][:PATH_SHOWN], self._status, seconds * 1000)
        if self._is_a_stranger_refused():
            self._refused.say(logging.INFO, str(self._status), _LINE, *said)
        else:
            logger.info(_LINE, *said)

    def _is_a_stranger_refused(self) -> bool:
        """Anybody can cause as many of these as they like."""
        return not 100 <= self._status < 400 and "user" not in self._scope

    def _report(self, error: Exception) -> None:
        # The exception's own words may quote what a customer wrote, so only its kind and place are kept.
        places = traceback.extract_tb(error.__traceback__)
        place = f"{places[-1].filename}:{places[-1].lineno}" if places else "unknown"
        kind = type(error).__name__
        self._failures.say(logging.ERROR, f"{kind} {place}", "failed id=%s error=%s at=%s", self._id, kind, place)


def _carries_secret(scope: Scope) -> bool:
    query = scope["query_string"].decode("latin-1")
    return any(name.lower() in _SECRETS for name, _ in parse_qsl(query, keep_blank_values=True))
