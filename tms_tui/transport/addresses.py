"""Where the server is: what a person types, checked, and the URLs that follow from it."""

import asyncio
import re
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from ssl import SSLContext
from typing import Self
from urllib.parse import SplitResult, urlsplit

from tms_tui.domain.text import CleanText, clean_line
from tms_tui.domain.value import Value
from tms_tui.transport.trust import trust

_SCHEMES = {"https": 443, "http": 80}
_SOCKET_SCHEMES = {"wss": "https", "ws": "http"}
_HALF_A_SCHEME = re.compile(r"(https?|wss?|mailto|ftp):(?!\d)", re.IGNORECASE)


class BadAddress(ValueError):  # noqa: N818 - it says what is wrong: the address
    """What was typed leads nowhere safe; `words` say why and what to type instead."""

    def __init__(self, words: CleanText) -> None:
        super().__init__(words)
        self.words = words


class ServerAddress(Value):
    """One server: `host` in ASCII without brackets, `prefix` "" or beginning with "/" and not ending with it."""

    secure: bool
    host: str
    port: int
    prefix: str = ""
    allow_cleartext: bool = False
    ca_file: Path | None = None
    """Further certificate authorities to trust, PEM."""

    @classmethod
    def parse(cls, typed: str, *, allow_cleartext: bool = False, ca_file: Path | None = None) -> Self:
        """Read `[http(s)://]host[:port][/prefix]`. Unencrypted addresses are for this machine alone, unless allowed.

        Without a scheme it is https, and http for this machine, where servers are tried out. Raises BadAddress.
        """
        parts = _split(typed.strip())
        host, port = _host(parts, typed), _port(parts, typed)
        address = cls(parts.scheme == "https", host, port, parts.path.rstrip("/"), allow_cleartext, ca_file)
        if not (address.secure or address.allow_cleartext or address.loopback):
            raise _bad(
                f"{typed} is not encrypted, and a password would travel in the clear. "
                f"Type https://{address.authority}{address.prefix} instead."
            )
        return address

    @property
    def authority(self) -> str:
        """`host`, and `:port` where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = _SCHEMES["https" if self.secure else "http"]
        return host if self.port == usual else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """`scheme://host:port`: what tokens and kept passwords belong to."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}"

    @property
    def http_url(self) -> str:
        """What the paths of requests are appended to."""
        return self.origin + self.prefix

    @property
    def socket_url(self) -> str:
        """What the path of the socket is appended to: the same place, as `ws` or `wss`."""
        return "ws" + self.http_url.removeprefix("http")

    @property
    def loopback(self) -> bool:
        """Whether this names the machine itself, as far as the name tells."""
        return self.host == "localhost" or _is_loopback(self.host)

    @property
    def exposed(self) -> bool:
        """Whether what is said can be read on the way: to be shown all the time."""
        return not self.secure and not self.loopback

    async def may_speak(self) -> bool:
        """Whether it is safe, or allowed, to talk to where the name leads now. Raises OSError: it leads nowhere."""
        if self.secure or self.allow_cleartext or self.host != "localhost":
            return self.secure or self.allow_cleartext or self.loopback
        found = await asyncio.get_running_loop().getaddrinfo(self.host, self.port)
        return all(_is_loopback(str(place[0])) for *_, place in found)

    def tls(self) -> SSLContext | None:
        """The system's trusted authorities and `ca_file`, TLS 1.2 at least; None for an unencrypted address.

        Raises BadSetting when `ca_file` cannot be used.
        """
        return trust(self.ca_file) if self.secure else None


def _split(typed: str) -> SplitResult:
    if not typed:
        raise _bad("The server's address is empty. Type one like https://chat.example.com")
    if not typed.isprintable() or " " in typed:
        raise _bad(f"{typed} holds a blank or a control character. Type an address like https://chat.example.com")
    whole = typed if "://" in typed else _completed(typed)
    try:
        parts = urlsplit(whole)
    except ValueError:
        raise _bad(f"{typed} is not an address. Type one like https://chat.example.com") from None
    _refuse_oddities(parts, typed)
    return parts


def _refuse_oddities(parts: SplitResult, typed: str) -> None:
    if parts.scheme in _SOCKET_SCHEMES:
        raise _bad(f"Type {_SOCKET_SCHEMES[parts.scheme]}://{parts.netloc}{parts.path}: the socket is found from it.")
    if parts.scheme not in _SCHEMES:
        raise _bad(f"{parts.scheme}:// is not spoken here. Type an address that begins with https://")
    if "@" in parts.netloc:
        raise _bad("A name or password does not belong in the address. Type it without the part before the @ sign.")
    if parts.query or parts.fragment or typed.endswith(("?", "#")):
        raise _bad(
            f"Type the address without what follows the ? or # sign: {parts.scheme}://{parts.netloc}{parts.path}"
        )


def _host(parts: SplitResult, typed: str) -> str:
    name = (parts.hostname or "").removesuffix(".")
    try:
        host = name if name.isascii() else name.encode("idna").decode()
    except UnicodeError:
        host = ""
    if not host or "%" in host or not all(character.isalnum() or character in "-._:" for character in host):
        raise _bad(f"{typed} names no server. Type an address like https://chat.example.com")
    return host


def _port(parts: SplitResult, typed: str) -> int:
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise _bad(f"The port in {typed} is not a number from 1 to 65535.")
    return port or _SCHEMES[parts.scheme]


def _completed(typed: str) -> str:
    """What was typed without saying how to connect, with the scheme that goes without saying."""
    if _HALF_A_SCHEME.match(typed):
        raise _bad(f"{typed} is not an address. Type one like https://chat.example.com")
    if _is_bare_ipv6(typed):
        typed = f"[{typed}]"
    host = typed.partition("/")[0]
    host = host.rpartition("]")[0].strip("[") if host.startswith("[") else host.partition(":")[0]
    is_here = host.lower() == "localhost" or _is_loopback(host)
    return f"{'http' if is_here else 'https'}://{typed}"


def _is_bare_ipv6(typed: str) -> bool:
    try:
        IPv6Address(typed)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _bad(words: str) -> BadAddress:
    return BadAddress(clean_line(words, 400))
