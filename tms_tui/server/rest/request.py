"""What every route needs: the caller, the body, the query, and answers in JSON."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response

from tms_tui.server.errors import Refusal, invalid, not_found, unauthorized
from tms_tui.server.logs import REQUEST_ID
from tms_tui.server.services import Services, services
from tms_tui.server.settings import BODY_BYTES
from tms_tui.server.store.agents import AgentRow
from tms_tui.server.talk import Speaker
from tms_tui.server.texts import is_uuid
from tms_tui.server.tokens import ACCESS, Claims

Body = TypeVar("Body", bound=msgspec.Struct)
MOST_AT_ONCE: Final = 200
JSON: Final = "application/json"
_WHOLE = re.compile(r"\d{1,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Caller:
    """The agent whose access token came with the call."""

    agent: AgentRow
    claims: Claims

    @property
    def id(self) -> str:
        return self.agent.id

    @property
    def tenant_id(self) -> str:
        return self.agent.tenant_id

    @property
    def speaker(self) -> Speaker:
        return Speaker("agent", self.agent.id, self.agent.name)


Handler = Callable[[Request, Services, Caller], Awaitable[Response]]


def signed_in(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """A route for agents alone: 401 before anything else is looked at."""

    async def endpoint(request: Request) -> Response:
        served = services(request)
        return await handler(request, served, await caller(request, served))

    return endpoint


async def caller(connection: HTTPConnection, served: Services) -> Caller:
    """Who calls, by the bearer token, noted in the scope as `user`; raises the 401s."""
    who = await known_caller(served, served.tokens.verify(bearer(connection), ACCESS))
    connection.scope["user"] = who.agent
    return who


async def known_caller(served: Services, claims: Claims) -> Caller:
    """The claims' agent, while that sign-in stands."""
    return Caller(await served.signins.agent(claims), claims)


def bearer(connection: HTTPConnection) -> str:
    """The token of the Authorization header; raises 401 without one."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise unauthorized("no_token", "Sign in to go on.")
    return token.strip()


async def body(request: Request, shape: type[Body]) -> Body:
    """The JSON body in its shape; raises 415 for another type, 413 over 64 KiB, 422 for what cannot be read."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        # A page of any origin may send forms and plain text unasked; JSON only after a preflight.
        words = f"Send the body as JSON, with the header Content-Type: {JSON}."
        raise Refusal(415, "unsupported_media_type", words)
    raw = bytearray()
    try:
        async for part in request.stream():
            raw += part
            if len(raw) > BODY_BYTES:
                words = f"The body is larger than {BODY_BYTES} bytes."
                raise Refusal(413, "body_too_large", words)
    except ClientDisconnect as gone:
        raise Refusal(408, "request_too_slow", "The request did not arrive in time.") from gone
    try:
        return msgspec.json.decode(raw, type=shape)
    except msgspec.ValidationError as wrong:
        raise Refusal(422, "invalid_body", "The body has not the shape asked for.", details=str(wrong)) from wrong
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as unreadable:
        raise Refusal(422, "invalid_body", "The body is not JSON that can be stored.") from unreadable


def answer(shape: msgspec.Struct, status: int = 200) -> Response:
    return Response(msgspec.json.encode(shape), status, media_type=JSON)


def given_id(request: Request, in_body: str | None) -> str | None:
    """The name its maker gave the call, the same when it is made again; None without a fit one.

    In the body it stands for sure: proxies give the header a name of their own.
    """
    asked = in_body or request.headers.get("x-request-id", "")
    return asked if REQUEST_ID.fullmatch(asked) else None


def session_id(request: Request) -> str:
    """The path's conversation; what is no UUID cannot exist."""
    value: str = request.path_params["session_id"]
    if not is_uuid(value):
        raise not_found()
    return value


def whole(request: Request, name: str) -> int | None:
    """A non-negative whole number from the query, or None; raises 422."""
    value = request.query_params.get(name)
    if value is None:
        return None
    if not _WHOLE.fullmatch(value):
        raise invalid(name, "This must be a whole number.")
    return int(value)


def limit(request: Request, *, default: int = 50, most: int = MOST_AT_ONCE) -> int:
    value = whole(request, "limit")
    if value is None:
        return default
    if not 1 <= value <= most:
        raise invalid("limit", f"This must be from 1 to {most}.")
    return value
