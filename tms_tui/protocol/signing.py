"""Signing in, renewing, another password and signing out, as HTTP."""

from typing import Any

import msgspec

from tms_tui.domain.errors import Failure
from tms_tui.domain.model import User
from tms_tui.domain.policy import TOKEN_LONGEST
from tms_tui.domain.secret import Secret
from tms_tui.domain.value import Value
from tms_tui.protocol import shapes, wire
from tms_tui.protocol.dialect import V1, Dialect
from tms_tui.protocol.reading import COUNT_LARGEST, UnreadableError, parse, whole
from tms_tui.protocol.refusals import HttpAnswer, failure_of, unreadable
from tms_tui.protocol.rest import HttpRequest
from tms_tui.protocol.times import http_date


class Tokens(Value):
    """What a sign-in or a renewal gives. `lifetime` of the access token in seconds, by the server's clock."""

    access: Secret
    refresh: Secret
    lifetime: float
    user: User | None = None
    server_time: float | None = None
    """When the answer was given, by the server's clock, to the second."""


def login_request(email: str, password: Secret, dialect: Dialect = V1) -> HttpRequest:
    """Exchange e-mail and password for tokens."""
    body = wire.LoginBody(email=email, password=password.reveal())
    return HttpRequest("POST", dialect.login, body=msgspec.json.encode(body))


def refresh_request(refresh: Secret, name: str, dialect: Dialect = V1) -> HttpRequest:
    """Exchange the refresh token for new tokens; it works once, and soon after again under the same name."""
    body = wire.RefreshBody(refresh_token=refresh.reveal(), request_id=name)
    return HttpRequest("POST", dialect.refresh, body=msgspec.json.encode(body), name=name)


def logout_request(dialect: Dialect = V1) -> HttpRequest:
    """End the tokens."""
    return HttpRequest("POST", dialect.logout)


def password_request(current: Secret, new: Secret, dialect: Dialect = V1) -> HttpRequest:
    """Change the agent's own password."""
    body = wire.PasswordBody(current=current.reveal(), new=new.reveal())
    return HttpRequest("POST", dialect.password, body=msgspec.json.encode(body))


def read_tokens(answer: HttpAnswer) -> Tokens | Failure:
    """The tokens that `answer` brings, or why there are none."""
    if not 200 <= answer.status < 300:
        return failure_of(answer)
    try:
        return _tokens(parse(answer.body, _TOKENS), http_date(answer.headers.get("date")))
    except UnreadableError:
        return unreadable(answer)


def read_done(answer: HttpAnswer) -> Failure | None:
    """None when the server did what was asked, else why not."""
    return None if 200 <= answer.status < 300 else failure_of(answer)


def _tokens(shape: wire.TokenAnswer, server_time: float | None) -> Tokens:
    return Tokens(
        access=Secret(_header_safe(shape.access_token)),
        refresh=Secret(_header_safe(shape.refresh_token)),
        lifetime=_lifetime(shape.access_token) or float(whole(max(0, shape.expires_in))),
        user=None if shape.user is None else shapes.user(shape.user),
        server_time=server_time,
    )


def _header_safe(token: str) -> str:
    if 0 < len(token) <= TOKEN_LONGEST and token.isascii() and token.isprintable() and " " not in token:
        return token
    raise UnreadableError("bad_token", "a token that fits no header")


def _lifetime(token: str) -> float | None:
    """From issue to end, both by the server's clock, so a wrong clock here does no harm; None if not said.

    The signature is the server's own affair: nothing is granted on what is read here.
    """
    from base64 import urlsafe_b64decode

    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = parse(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)), _CLAIMS)
    except (UnreadableError, ValueError):
        return None
    issued, ends = claims.get("iat"), claims.get("exp")
    if not isinstance(issued, int | float) or not isinstance(ends, int | float):
        return None
    return float(ends - issued) if 0 <= issued < ends <= COUNT_LARGEST else None


_TOKENS = msgspec.json.Decoder(wire.TokenAnswer)
_CLAIMS = msgspec.json.Decoder(dict[str, Any])
