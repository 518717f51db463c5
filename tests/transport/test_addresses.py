"""Addresses that people type: what they mean, and why some are refused."""

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tms_tui.domain.text import clean_line
from tms_tui.transport.addresses import BadAddress, ServerAddress


@pytest.mark.parametrize(
    ("typed", "http_url", "socket_url"),
    [
        ("https://chat.example.com", "https://chat.example.com:443", "wss://chat.example.com:443"),
        (" HTTPS://Chat.Example.com./ ", "https://chat.example.com:443", "wss://chat.example.com:443"),
        (
            "https://chat.example.com:8443/desk/",
            "https://chat.example.com:8443/desk",
            "wss://chat.example.com:8443/desk",
        ),
        ("https://m\u00fcller.example", "https://xn--mller-kva.example:443", "wss://xn--mller-kva.example:443"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443", "wss://[2001:db8::1]:8443"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080", "ws://127.0.0.1:8080"),
        ("http://127.9.9.9", "http://127.9.9.9:80", "ws://127.9.9.9:80"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x", "ws://[::1]:8080/x"),
        ("http://localhost", "http://localhost:80", "ws://localhost:80"),
        ("chat.example.com", "https://chat.example.com:443", "wss://chat.example.com:443"),
        ("Chat.Example.com:8443/desk", "https://chat.example.com:8443/desk", "wss://chat.example.com:8443/desk"),
        ("192.168.1.7:8080", "https://192.168.1.7:8080", "wss://192.168.1.7:8080"),
        ("2001:db8::1", "https://[2001:db8::1]:443", "wss://[2001:db8::1]:443"),
        ("localhost.example.com", "https://localhost.example.com:443", "wss://localhost.example.com:443"),
        ("localhost:8765", "http://localhost:8765", "ws://localhost:8765"),
        ("127.0.0.1:8080/x", "http://127.0.0.1:8080/x", "ws://127.0.0.1:8080/x"),
        ("[::1]:8765", "http://[::1]:8765", "ws://[::1]:8765"),
        ("::1", "http://[::1]:80", "ws://[::1]:80"),
    ],
)
def test_what_an_address_means(typed: str, http_url: str, socket_url: str) -> None:
    address = ServerAddress.parse(typed)
    assert (address.http_url, address.socket_url) == (http_url, socket_url)
    assert not address.exposed


@pytest.mark.parametrize(
    ("typed", "advice"),
    [
        ("", "https://chat.example.com"),
        ("https:chat.example.com", "Type one like https://chat.example.com"),
        ("http:/chat.example.com", "Type one like https://chat.example.com"),
        ("chat.example.com:web", "port"),
        ("anna@chat.example.com", "@"),
        ("http://chat.example.com", "Type https://chat.example.com instead"),
        ("http://192.168.1.7:8080", "Type https://192.168.1.7:8080 instead"),
        ("http://127.1", "not encrypted"),
        ("http://2130706433", "not encrypted"),
        ("http://localhost.example.com", "not encrypted"),
        ("ws://localhost:8080", "Type http://localhost:8080"),
        ("wss://chat.example.com/v1", "Type https://chat.example.com/v1"),
        ("ftp://chat.example.com", "https://"),
        ("https://anna:pw@chat.example.com", "@"),
        ("https://chat.example.com/?token=x", "without what follows"),
        ("https://chat.example.com#x", "without what follows"),
        ("https://", "names no server"),
        ("https://chat example.com", "blank"),
        ("https://chat.exam\x1bple.com", "control character"),
        ("https://chat.example.com:0", "port"),
        ("https://chat.example.com:70000", "port"),
        ("https://chat.example.com:web", "port"),
        ("https://[::1", "not an address"),
        ("https://a..\u00fc", "names no server"),
        ("https://%2e", "names no server"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_type(typed: str, advice: str) -> None:
    with pytest.raises(BadAddress) as refusal:
        ServerAddress.parse(typed)
    assert advice in refusal.value.words
    assert "anna:pw" not in refusal.value.words


def test_cleartext_can_be_allowed_and_is_then_shown() -> None:
    address = ServerAddress.parse("http://chat.example.com:8080", allow_cleartext=True)
    assert address.exposed
    assert address.tls() is None


def test_the_origin_always_names_the_port() -> None:
    assert ServerAddress.parse("https://chat.example.com/desk").origin == "https://chat.example.com:443"
    assert ServerAddress.parse("https://chat.example.com/desk").authority == "chat.example.com"


async def test_who_may_be_spoken_to() -> None:
    insecure = ServerAddress(secure=False, host="chat.example.com", port=80)
    assert not await insecure.may_speak()
    assert await ServerAddress(secure=True, host="chat.example.com", port=443).may_speak()
    assert await ServerAddress(secure=False, host="chat.example.com", port=80, allow_cleartext=True).may_speak()
    assert await ServerAddress(secure=False, host="127.0.0.1", port=80).may_speak()
    assert await ServerAddress(secure=False, host="localhost", port=80).may_speak()


@given(st.text(max_size=40) | st.text(max_size=30).map(lambda rest: "https://" + rest))
@example("127.0.0.0")
def test_anything_typed_is_an_address_or_a_clean_sentence(typed: str) -> None:
    with suppress(BadAddress):
        address = ServerAddress.parse(typed)
        assert address.secure or address.loopback
        assert 0 < address.port < 65536
        return
    with pytest.raises(BadAddress) as refusal:
        ServerAddress.parse(typed)
    assert refusal.value.words == clean_line(refusal.value.words, 400) != ""
