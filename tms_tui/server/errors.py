"""What is refused, in which words: every error body of the server is made here."""

import logging
from typing import Any, Final

import msgspec
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route

from tms_tui.protocol.wire import ErrorBody

logger = logging.getLogger(__name__)

SAFE_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
"""Of every answer: it is neither kept by what it passes through nor taken for another type than it says."""


class Refusal(Exception):  # noqa: N818 - it names an answer, not a fault of the server
    """An answer other than the one asked for: status, machine word, words for people."""

    def __init__(
        self,
        status: int,
        code: str,
        words: str,
        *,
        details: Any = None,
        retry_after: float | None = None,
        body: msgspec.Struct | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.words = words
        self.details = details
        self.retry_after = retry_after
        self.body = body

    def response(self) -> Response:
        body = self.body or ErrorBody(error=self.words, code=self.code, details=self.details)
        answer = Response(msgspec.json.encode(body), self.status, media_type="application/json")
        if self.retry_after is not None:
            answer.headers["Retry-After"] = str(max(1, round(self.retry_after + 0.5)))
        if self.status == 401:
            answer.headers["WWW-Authenticate"] = "Bearer"
        return answer


def not_found() -> Refusal:
    """The one answer for what is not there and for what another tenant owns."""
    return Refusal(404, "not_found", "There is nothing here under this address.")


def gone() -> Refusal:
    """Whoever keeps anything of it has to drop it."""
    return Refusal(410, "session_erased", "This conversation was removed.")


def invalid(field: str, words: str) -> Refusal:
    return Refusal(422, "invalid_field", words, details={"field": field})


def unauthorized(code: str = "bad_token", words: str = "Sign in to go on.") -> Refusal:
    return Refusal(401, code, words)


def too_many(retry_after: float, code: str = "too_many_requests") -> Refusal:
    return Refusal(429, code, "Too many at once. Try again in a moment.", retry_after=retry_after)


async def on_http_error(request: Request, error: Exception) -> Response:
    """The router's own refusals (no such path, wrong method) in the words of this server."""
    status: int = getattr(error, "status_code", 500)
    if status == 405:
        answer = Refusal(405, "method_not_allowed", "This address does not take that method.").response()
        answer.headers["Allow"] = ", ".join(sorted(_methods(request)))
        return answer
    return not_found().response() if status == 404 else Refusal(status, "refused", "Refused.").response()


def _methods(request: Request) -> set[str]:
    # The router names those of the first route alone, where an address may have several.
    here = [one for one in request.app.routes if isinstance(one, Route) and one.path_regex.match(request.url.path)]
    return {method for route in here for method in route.methods or ()}


async def on_store_failure(connection: HTTPConnection, error: Exception) -> Response:
    """Locked, full, gone: come back. A socket has no such answer, so it goes on to the outermost."""
    if connection.scope["type"] != "http":
        raise error
    logger.error("store failed error=%s", type(error).__name__)
    words = "The database cannot be used right now. Nothing was stored. Try again."
    return Refusal(503, "store_unavailable", words, retry_after=2).response()


async def on_too_long(_request: Request, _error: Exception) -> Response:
    words = "The search took too long. Use more letters or a narrower search, and try again in a moment."
    return Refusal(503, "search_too_long", words, retry_after=5).response()


async def on_crash(_request: Request, _error: Exception) -> Response:
    words = "The server failed at this. The operator's log names it by the request id."
    return Refusal(500, "server_error", words).response()
