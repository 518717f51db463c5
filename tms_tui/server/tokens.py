"""Tokens: JWTs signed and checked with one pinned algorithm, issuer and audience."""

import contextlib
import hashlib
import uuid
from collections.abc import Sequence
from typing import Any, Final

import jwt
import msgspec

from tms_tui.server.clock import Clock
from tms_tui.server.errors import unauthorized
from tms_tui.server.settings import ServerSettings

ALGORITHM: Final = "HS256"
REQUIRED: Final = ["iss", "aud", "sub", "exp", "iat", "jti", "token_type"]

ACCESS: Final = "access"
REFRESH: Final = "refresh"
VISITOR: Final = "visitor"

REMEMBERED: Final = 10_000
"""Of so many tokens it is remembered, by their hashes, that the signature was good."""


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """Who a token speaks for.

    `sid`: the sign-in it came from. For a visitor, `sub` is the conversation and `sid` the customer.
    """

    sub: str
    tenant_id: str
    token_type: str
    jti: str
    iat: float
    exp: float
    name: str = ""
    role: str = ""
    sid: str = ""
    epoch: int = 0
    """Of a visitor's token: of which of its conversation's epochs it is."""


class Tokens:
    """Issues by the first key, verifies by any of them, and by the clock handed in."""

    def __init__(self, keys: Sequence[bytes], settings: ServerSettings, clock: Clock) -> None:
        self.keys = keys
        self._settings = settings
        self._clock = clock
        self._proven: dict[bytes, Claims] = {}
        self._jwt = jwt.PyJWT(
            {
                "require": REQUIRED,
                "strict_aud": True,
                "enforce_minimum_key_length": True,
                # Times are judged below, by the clock handed in.
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            }
        )

    def issue(self, token_type: str, seconds: float, **claims: str | int) -> str:
        now = int(self._clock.now())
        payload: dict[str, Any] = {
            "iss": self._settings.issuer,
            "aud": self._settings.audience,
            "jti": str(uuid.uuid4()),
            "iat": now,
            "exp": int(now + seconds),
            "token_type": token_type,
        }
        return self._jwt_encode(payload | claims)

    def verify(self, token: str, token_type: str) -> Claims:
        """Raises the 401s `bad_token` and `token_expired`."""
        try:
            claims = self._claims(token)
        except (jwt.InvalidTokenError, msgspec.ValidationError, ValueError) as bad:
            raise unauthorized() from bad
        now, leeway = self._clock.now(), self._settings.leeway
        # Not by `iat`: a clock that was set back, or another node's that is ahead, makes no good signature bad.
        if claims.token_type != token_type:
            raise unauthorized()
        if claims.exp <= now - leeway:
            raise unauthorized("token_expired", "The sign-in has expired.")
        return claims

    def _claims(self, token: str) -> Claims:
        """What it says, once its signature was found good; times are judged each time anew."""
        digest = hashlib.blake2b(token.encode(), digest_size=32).digest()
        claims = self._proven.get(digest)
        if claims is None:
            claims = msgspec.convert(self._payload(token), Claims)
            self._proven[digest] = claims
            if len(self._proven) > REMEMBERED:
                del self._proven[next(iter(self._proven))]
        return claims

    def _payload(self, token: str) -> dict[str, Any]:
        """By the first key that signed it; which one is never asked of the token."""
        for key in self.keys[:-1]:
            with contextlib.suppress(jwt.InvalidSignatureError):  # one of the others may have signed it
                return self._decoded(token, key)
        return self._decoded(token, self.keys[-1])

    def _decoded(self, token: str, key: bytes) -> dict[str, Any]:
        return self._jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            issuer=self._settings.issuer,
            audience=self._settings.audience,
        )

    def _jwt_encode(self, payload: dict[str, Any]) -> str:
        return jwt.encode(payload, self.keys[0], algorithm=ALGORITHM)
