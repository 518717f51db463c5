"""The proxy that the environment puts between this machine and a server."""

from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from tms_tui.transport.addresses import ServerAddress


class BadProxy(OSError):  # noqa: N818 - it says what is wrong: the proxy
    """The environment names a proxy that cannot be used; a kind of connection that does not come about."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """`url` can hold a password; `name` is `host:port`, to be shown."""

    url: str = field(repr=False)
    name: str


def proxy_for(server: ServerAddress) -> Proxy | None:
    """The proxy to use, by the usual variables; None for this machine and for whatever is not encrypted.

    A token would be readable for the proxy on an unencrypted way. Raises BadProxy.
    """
    if not server.secure or server.loopback:
        return None
    from urllib.request import getproxies, proxy_bypass

    named = getproxies()
    url = named.get("https") or named.get("all")
    return None if not url or proxy_bypass(server.authority) else _checked(url)


def _checked(url: str) -> Proxy:
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        port = parts.port
    except ValueError:
        raise BadProxy("the proxy named in the environment is not an address") from None
    if parts.scheme not in ("http", "https"):
        raise BadProxy("the proxy named in the environment is of a kind that is not supported")
    if not parts.hostname or not url.isprintable() or port == 0:
        raise BadProxy("the proxy named in the environment is not an address")
    return Proxy(parts.geturl(), _name(parts))


def _name(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2]
