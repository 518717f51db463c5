"""The proxy that the environment puts between this machine and a server."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Final
from urllib.parse import SplitResult, urlsplit

from tms_tui.transport.addresses import ServerAddress
from tms_tui.transport.trust import BadSetting

_VARIABLES: Final = (("https_proxy", "HTTPS_PROXY"), ("all_proxy", "ALL_PROXY"))
"""Who names a proxy, the first one that does counts; of each pair the first spelling, even when it is empty."""
_EXCEPT: Final = ("no_proxy", "NO_PROXY")
_SPOKEN: Final = "only http:// and https:// proxies can be used"


@dataclass(frozen=True, slots=True)
class Proxy:
    """`url` can hold a password; `name` is `host:port`, to be shown, and `variable` is who names it."""

    url: str = field(repr=False)
    name: str
    variable: str = ""

    def __str__(self) -> str:
        return f"the proxy {self.name} of {self.variable}"


def proxy_for(server: ServerAddress) -> Proxy | None:
    """The proxy to use, by the usual variables; None for this machine and for whatever is not encrypted.

    A token would be readable for the proxy on an unencrypted way. Raises BadSetting.
    """
    if not server.secure or server.loopback:
        return None
    variable, url = next(filter(lambda found: found[1], map(_value, _VARIABLES)), ("", ""))
    return None if not url or _is_excepted(server) else _checked(variable, url, server)


def _value(names: tuple[str, str], environment: Mapping[str, str] = os.environ) -> tuple[str, str]:
    """The name that stands in the environment, and what it says."""
    name = next((name for name in names if name in environment), names[-1])
    return name, environment.get(name, "").strip()


def _is_excepted(server: ServerAddress) -> bool:
    """Whether NO_PROXY names the server: `*`, a host and all below it, an address, or a network like 10.0.0.0/8."""
    entries = (entry.strip() for entry in _value(_EXCEPT)[1].split(","))
    return any(_names(entry, server) for entry in entries if entry)


def _names(entry: str, server: ServerAddress) -> bool:
    if entry == "*" or _holds(entry, server.host):
        return True
    try:
        parts = urlsplit(f"//{entry}")
        port, name = parts.port, parts.hostname or ""
    except ValueError:
        return False
    if port not in (None, server.port):
        return False
    name = name.removeprefix("*").lstrip(".").rstrip(".")
    return bool(name) and (_holds(name, server.host) or f".{server.host}".endswith(f".{name}"))


def _holds(network: str, host: str) -> bool:
    """Whether an address lies in a network, or is the one; False for names: whom they lead to is the proxy's affair."""
    try:
        return ip_address(host) in ip_network(network.strip("[]"), strict=False)
    except ValueError:
        return False


def _checked(variable: str, url: str, server: ServerAddress) -> Proxy:
    remedy = f"Correct it, or name {server.host} in NO_PROXY."
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        port = parts.port
    except ValueError:
        raise BadSetting(f"{variable} does not hold the address of a proxy. {remedy}") from None
    if parts.scheme.startswith("socks"):
        raise BadSetting(f"{variable} names a SOCKS proxy ({_name(parts)}), and {_SPOKEN}. {remedy}")
    if not parts.hostname or not url.isprintable() or port == 0:
        raise BadSetting(f"{variable} does not hold the address of a proxy. {remedy}")
    if parts.scheme not in ("http", "https"):
        raise BadSetting(f"{variable} names a {parts.scheme}:// proxy ({_name(parts)}), and {_SPOKEN}. {remedy}")
    return Proxy(parts.geturl(), _name(parts), variable)


def _name(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2]
