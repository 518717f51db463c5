"""From which web pages browsers may call this server: one rule for HTTP and for sockets."""

from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import SplitResult, urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response

from tms_tui.server.errors import Refusal

METHODS: Final = "GET, POST, PUT, PATCH, DELETE"
ASKED_WITH: Final = "Authorization, Content-Type, X-Request-Id"
READABLE: Final = "Retry-After, X-Request-Id"
REMEMBERED: Final = "600"
"""Seconds a browser may go by one preflight; an origin taken away is refused after it at the latest."""
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


class Origins:
    """The origins an operator allows, and always the server's own."""

    def __init__(self, allowed: Iterable[str]) -> None:
        """Raises ValueError for what is no origin."""
        self._allowed = frozenset(normalised(one) for one in allowed)

    def require(self, connection: HTTPConnection) -> None:
        """Raises 403 for a call from a foreign page; what sends no Origin is no page, or reads only."""
        origin = connection.headers.get("origin")
        if origin is not None and origin not in self._allowed and not _own(origin, connection):
            raise Refusal(403, "origin_refused", "Pages of this origin may not connect here.")

    def headers(self, origin: str | None) -> Mapping[str, str]:
        """What lets a page of an allowed origin read the answer; nothing for any other."""
        if origin not in self._allowed:
            return {}
        return {
            "Access-Control-Allow-Origin": str(origin),
            "Access-Control-Expose-Headers": READABLE,
            "Vary": "Origin",
        }

    def preflight(self, connection: HTTPConnection) -> Response | None:
        """The answer to a browser that asks before it calls; None for any other call. Raises the 403."""
        if connection.scope["method"] != "OPTIONS" or "access-control-request-method" not in connection.headers:
            return None
        self.require(connection)
        headers = {
            "Access-Control-Allow-Methods": METHODS,
            "Access-Control-Allow-Headers": ASKED_WITH,
            "Access-Control-Max-Age": REMEMBERED,
        }
        return Response(status_code=204, headers=headers)


def normalised(text: str) -> str:
    """An origin as browsers send it: no slash at the end, no default port, in lower case. Raises ValueError."""
    place = _split(text)
    host = (place.hostname or "").encode("idna").decode().lower()
    shown = f"[{host}]" if ":" in host else host
    port = "" if place.port in (None, _DEFAULT_PORTS[place.scheme]) else f":{place.port}"
    return f"{place.scheme}://{shown}{port}"


def _split(text: str) -> SplitResult:
    try:
        place = urlsplit(text.strip())
        whole = place.scheme in _DEFAULT_PORTS and bool(place.hostname) and place.port != 0
        (place.hostname or "").encode("idna")
    except (ValueError, UnicodeError):  # brackets without an address, no port, no host name
        whole = False
    if not whole or place.username is not None or place.path not in ("", "/") or place.query or place.fragment:
        words = f"{text!r} is no origin. Give scheme and host alone, as in https://www.example.com"
        raise ValueError(words)
    return place


def _own(origin: str, connection: HTTPConnection) -> bool:
    """Whether a page came from the very address it connects to."""
    return origin.partition("://")[2] == connection.headers.get("host", "")
