"""The network a call comes from: what limits count by, so that one /64 of IPv6 is one customer."""

import ipaddress
from typing import Final

from starlette.requests import HTTPConnection

UNKNOWN: Final = "unknown"
IPV6_PREFIX: Final = 64


def network_of(connection: HTTPConnection) -> str:
    """Name of the peer's network; behind a trusted proxy the peer is the customer."""
    return network(connection.client.host) if connection.client else UNKNOWN


def network(address: str) -> str:
    """An IPv4 address as it is, IPv6 by /64 (a mapped IPv4 address counts as IPv4); `unknown` for anything else."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return UNKNOWN
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, IPV6_PREFIX), strict=False))
