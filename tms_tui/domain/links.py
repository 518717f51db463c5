"""Addresses in a stranger's text that lead where they seem to lead."""

import re
import unicodedata
from collections.abc import Iterator

from tms_tui.domain.text import CleanText, clean, tampering
from tms_tui.domain.value import Value


class Link(Value):
    """A web or mail address that stands in a text at `[start:end]`."""

    start: int
    end: int
    url: str
    """What to open: characters from "!" to "~" only, the rest percent-encoded."""
    host: str
    """In full and in ASCII: an internationalised name in its xn-- form. Ask with this before opening."""
    looks_like: str | None
    """The host as the eye reads it where that is not `host`, else None."""


# Without ASCII, IGNORECASE takes the long s and the kelvin sign for letters of a scheme; with it, \s is short.
_IN_ANY_CASE = re.ASCII | re.IGNORECASE
_URL_ENDS_AT = (
    r"\s\u00a0\u1680\u2000-\u200a\u202f\u205f<>\"\u00ab\u00bb\u2018-\u201f\u3000-\u303f\uff01-\uff0f\uff1a-\uff20"
)
_ADDRESS = re.compile(
    rf"(?<![a-z0-9+.-])(https?://|mailto:)[^{_URL_ENDS_AT}]{{1,2048}}+(?![^{_URL_ENDS_AT}])", _IN_ANY_CASE
)
_AFTER_WEB_SCHEME = re.compile(
    r"(?P<before>)(?P<host>\[[0-9a-f:.]{2,45}\]|[^/?#:\[]+)(?P<after>(?::[0-9]{1,5})?(?:[/?#].*)?)", _IN_ANY_CASE
)
_AFTER_MAIL_SCHEME = re.compile(r"(?P<before>[a-z0-9._+-]+@)(?P<host>[^@:/?#\[]+)(?P<after>)", _IN_ANY_CASE)
_SIGN_OF_TAMPERING = re.compile("[\u2400-\u2421\ufffd]")
_OPENER = {")": "(", "]": "[", "}": "{"}
_LABEL_LONGEST = 63
_LABEL = re.compile("[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile("[0-9]+|0x[0-9a-f]*")
_IPV4 = re.compile(r"(?:(?:0|[1-9][0-9]{0,2})\.){3}(?:0|[1-9][0-9]{0,2})")
_NOT_IN_URLS = re.compile(r"[^A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")


def links(text: CleanText) -> list[Link]:
    """Find the http, https and mailto addresses of `text` that lead where they seem to lead.

    Not linked: user names before the host, hosts that browsers read in another way than people (a
    backslash, a number for an address, look-alike dots), and whatever shows a neutralised control.
    """
    if ":" not in text:
        return []
    return list(_links(text))


def _links(text: str) -> Iterator[Link]:
    for match in _ADDRESS.finditer(text):
        written = _without_punctuation(match.group())
        opened = None if _SIGN_OF_TAMPERING.search(written) else _opened(match[1].lower(), written[len(match[1]) :])
        if opened is not None:
            yield Link(match.start(), match.start() + len(written), *opened)


def _without_punctuation(written: str) -> str:
    """Leave out the punctuation of the sentence around, and brackets that open before the address."""
    while written:
        opener = _OPENER.get(written[-1])
        dangling = opener is not None and written.count(opener) < written.count(written[-1])
        if not dangling and written[-1] not in ".,;:!?'":
            break
        written = written[:-1]
    return written


def _opened(scheme: str, address: str) -> tuple[str, str, str | None] | None:
    """Return url, host and what the host looks like; None for an address that is not to be trusted."""
    parts = (_AFTER_MAIL_SCHEME if scheme == "mailto:" else _AFTER_WEB_SCHEME).fullmatch(address)
    names = _host(parts["host"].lower()) if parts else None
    if parts is None or names is None:
        return None
    host, readable = names
    url = scheme + parts["before"] + host + _NOT_IN_URLS.sub(_percent_encoded, parts["after"])
    return url, host, readable if readable != host else None


def _percent_encoded(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match.group().encode())


def _host(written: str) -> tuple[str, str] | None:
    """Return the host as the network and as the eye knows it."""
    if written.startswith("["):
        return written, written
    labels = [_label(label) for label in written.split(".")]
    host = ".".join(ascii_form for ascii_form, _ in labels)
    if not all(_LABEL.fullmatch(ascii_form) for ascii_form, _ in labels) or len(host) > 253:
        return None
    # Browsers take a host that ends in a number for an address: 2130706433 is this very machine.
    if _NUMBER.fullmatch(labels[-1][0]) and not _IPV4.fullmatch(host):
        return None
    return host, ".".join(readable for _, readable in labels)


def _label(written: str) -> tuple[str, str]:
    """Return one label of a host in ASCII and readable; ("", "") for one that is not what it seems."""
    if len(written) > _LABEL_LONGEST:
        return "", ""
    readable = _punycode_decoded(written) if written.startswith("xn--") else written
    if readable.isascii():
        return ("", "") if written.startswith("xn--") else (written, written)
    ascii_form = "xn--" + readable.encode("punycode").decode("ascii")
    honest = _is_stable(readable) and written in {readable, ascii_form}
    return (ascii_form, readable) if honest else ("", "")


def _punycode_decoded(label: str) -> str:
    try:
        return label.removeprefix("xn--").encode("ascii").decode("punycode")
    except UnicodeError:
        return ""


def _is_stable(label: str) -> bool:
    """Whether all software agrees on `label`: lower-case letters, marks and digits, nothing foldable or hidden."""
    letters = all(character == "-" or unicodedata.category(character)[0] in "LMN" for character in label)
    return (
        letters
        and unicodedata.normalize("NFKC", label.lower()) == label
        and clean(label) == label
        and not tampering(label)
    )
