"""Whom a call comes from: the peer, or behind a trusted proxy the address that proxy vouches for."""

import ipaddress
from collections.abc import Iterable
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Scope

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
UNREADABLE: Final = "unreadable"
"""The address of a caller whose proxy names something that is none."""


class Proxies:
    """The hops whose X-Forwarded-For is believed."""

    def __init__(self, trusted: Iterable[str] = ()) -> None:
        """Raises ValueError for what is neither an address nor a network."""
        self._networks = [trusted_place(one) for one in trusted]

    def trusts(self, host: str) -> bool:
        address = _address(host)
        return address is not None and self._trusts(address)

    def resolve(self, scope: Scope) -> None:
        """Puts the customer's address in place of the peer's, when the peer is a trusted proxy that names one."""
        peer = scope.get("client")
        if not self._networks or not peer or not self.trusts(peer[0]):
            return
        hops = ",".join(Headers(scope=scope).getlist("x-forwarded-for"))
        if hops.strip():
            scope["client"] = (self._customer(hops.split(",")), 0)

    def _customer(self, hops: list[str]) -> str:
        """Read from the right, where the nearest hop wrote: the first address that is no proxy of ours."""
        address: Address | None = None
        for hop in reversed(hops):
            address = _address(_host(hop.strip()))
            if address is None or not self._trusts(address):
                break
        return UNREADABLE if address is None else str(address)

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self._networks)


def trusted_place(text: str) -> Network:
    """An address or a network of proxies. Raises ValueError."""
    try:
        return ipaddress.ip_network(text.strip())
    except ValueError:
        words = (
            f"{text!r} is no proxy's address. Give an address or a network, as in 10.77.0.2 or 10.77.0.0/24: "
            "whoever is named may say whom a call comes from"
        )
        raise ValueError(words) from None


def _host(hop: str) -> str:
    """Without a port: an IPv6 address that has one stands in brackets."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


def _address(host: str) -> Address | None:
    """An IPv4 address that is spelt as IPv6, as on a socket that takes both, is that IPv4 address."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
