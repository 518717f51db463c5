"""Whose call it is behind proxies: what a trusted hop says counts, what a stranger writes does not."""

import pytest
from starlette.types import Scope

from tms_tui.server.proxies import UNREADABLE, Proxies


def _told(proxies: Proxies, peer: str, *forwarded: str) -> str:
    """The address a call from `peer` counts for, with these X-Forwarded-For headers on it."""
    headers = [(b"x-forwarded-for", one.encode()) for one in forwarded]
    scope: Scope = {"type": "http", "client": (peer, 4711), "headers": headers}
    proxies.resolve(scope)
    host: str = scope["client"][0]
    return host


def test_without_trusted_proxies_the_peer_counts_whatever_it_writes() -> None:
    assert _told(Proxies(), "203.0.113.9", "198.51.100.1") == "203.0.113.9"


def test_a_stranger_beside_the_proxy_is_not_believed() -> None:
    assert _told(Proxies(["10.77.0.2"]), "10.77.0.3", "198.51.100.1") == "10.77.0.3"


def test_a_trusted_proxy_names_the_customer() -> None:
    assert _told(Proxies(["10.77.0.2"]), "10.77.0.2", "198.51.100.1") == "198.51.100.1"


def test_a_trusted_proxy_that_names_nobody_counts_itself() -> None:
    assert _told(Proxies(["10.77.0.2"]), "10.77.0.2") == "10.77.0.2"


@pytest.mark.parametrize(
    "forwarded",
    [
        ("1.1.1.1, 198.51.100.1",),
        ("1.1.1.1", "198.51.100.1"),
        ("1.1.1.1, 198.51.100.1, 10.77.0.9",),
        ("10.77.0.9, 198.51.100.1:51234",),
    ],
)
def test_what_the_customer_wrote_left_of_it_is_not_believed(forwarded: tuple[str, ...]) -> None:
    assert _told(Proxies(["10.77.0.0/24"]), "10.77.0.2", *forwarded) == "198.51.100.1"


@pytest.mark.parametrize(
    ("written", "counted"),
    [
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
        ("fe80::1%eth0", "fe80::1"),
    ],
)
def test_every_spelling_of_an_address_is_one_address(written: str, counted: str) -> None:
    assert _told(Proxies(["10.77.0.2"]), "10.77.0.2", written) == counted


@pytest.mark.parametrize("written", ["unknown", "_hidden", "198.51.100.1, ", "198.51.100.300", "\x00"])
def test_what_is_no_address_counts_as_one_caller_and_not_as_the_proxy(written: str) -> None:
    assert _told(Proxies(["10.77.0.2"]), "10.77.0.2", written) == UNREADABLE


def test_a_proxy_that_is_reached_over_ipv6_sockets_is_the_same_proxy() -> None:
    assert _told(Proxies(["10.77.0.2"]), "::ffff:10.77.0.2", "198.51.100.1") == "198.51.100.1"


@pytest.mark.parametrize("place", ["example.com", "10.77.0.2/99", "*", ""])
def test_what_is_no_place_is_refused_when_the_server_starts(place: str) -> None:
    with pytest.raises(ValueError, match="is no proxy's address"):
        Proxies([place])
