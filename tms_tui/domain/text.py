"""The one place where a stranger's text is made safe for a terminal."""

import re
import unicodedata
from collections.abc import Iterator
from typing import NewType, assert_never

from tms_tui.domain.text_tables import PLAIN, Kind, kind, may_join, may_vary, picture
from tms_tui.domain.value import Value

CleanText = NewType("CleanText", str)
"""Text that can be drawn as it is: line feeds and visible characters, nothing a terminal obeys."""

EMPTY = CleanText("(empty or invisible message)")
"""Stands for a message that has nothing to see."""


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


_MARKS_PER_BASE = 4
_JOINERS_PER_GRAPHEME = 8
_TAB = "    "
_RETURN_SIGN = "\u21b5"
_ELLIPSIS = "\u2026"
_DOTTED_CIRCLE = "\u25cc"
_BLANK_BRAILLE = "\u2800"

_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")
_ALL_PLAIN = re.compile(f"[{PLAIN}]*")
_RUNS = re.compile(f"[{PLAIN}]+|.", re.DOTALL)

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


def clean(raw: str) -> CleanText:
    """Return `raw` made safe, on as many lines as it has; `EMPTY` when nothing visible is left.

    Every line end becomes a line feed, TAB four spaces (columns depend on widths that only the painter
    knows). Other controls are shown as pictures, never deleted: the agent shall see that someone tried.
    Direction controls and hidden characters go. Never raises; cleaning twice changes nothing.
    """
    text = _neutralised(raw)[0]
    return EMPTY if _is_blank(text) else CleanText(text)


def clean_line(raw: str, limit: int = 200) -> CleanText:
    """Return `raw` made safe on one line of at most `limit` (>= 1) characters; "" when nothing is visible.

    Line ends inside show as a return sign, blanks around go, what is too long ends in an ellipsis.
    """
    text = _neutralised(raw)[0].strip()
    if _is_blank(text):
        return CleanText("")
    # Once more, for a mark that stood on a blank at the beginning.
    line = _neutralised(text)[0].replace("\n", _RETURN_SIGN)
    if len(line) > limit:
        line = line[: limit - 1].rstrip() + _ELLIPSIS
    return CleanText(line)


def tampering(raw: str) -> int:
    """How many characters of `raw` cleaning shows as a picture or drops; line ends and TAB do not count."""
    return _neutralised(raw)[1]


def for_clipboard(text: CleanText) -> str:
    """Return `text` without line ends at its end: pasted into a shell they would run it."""
    return text.rstrip("\n")


def links(text: CleanText) -> list[Link]:
    """Find the http, https and mailto addresses of `text` that lead where they seem to lead.

    Not linked: user names before the host, hosts that browsers read in another way than people (a
    backslash, a number for an address, look-alike dots), and whatever shows a neutralised control.
    """
    if ":" not in text:
        return []
    return list(_links(text))


def _neutralised(raw: str) -> tuple[str, int]:
    if raw.isascii() and raw.isprintable():
        return raw, 0
    if _ALL_PLAIN.fullmatch(raw):
        return raw, 0
    scribe = _Scribe()
    for run in _RUNS.findall(_LINE_ENDS.sub("\n", raw)):
        scribe.write(run)
    return "".join(scribe.written), scribe.neutralised


def _is_blank(text: str) -> bool:
    return not text or text.isspace() or not text.replace(_BLANK_BRAILLE, " ").strip()


class _Scribe:
    """Writes runs of text one after the other.

    What is let through depends only on what has been written before, so a second cleaning, which reads
    exactly that, lets all of it through again.
    """

    __slots__ = ("joiners", "last", "marks", "neutralised", "spacing_marks", "written")

    def __init__(self) -> None:
        self.written: list[str] = []
        self.last = "\n"
        self.neutralised = 0
        self.marks = self.spacing_marks = self.joiners = 0

    def write(self, run: str) -> None:
        """Take a run of plain characters, or one character of any kind."""
        which: Kind = "plain" if len(run) > 1 else kind(run)
        match which:
            case "plain":
                self._base(run)
            case "tab":
                self._base(_TAB)
            case "control":
                self.neutralised += 1
                self._base(picture(run))
            case "mark":
                self._mark(run)
            case "spacing mark":
                self._spacing_mark(run)
            case "joiner":
                self._joiner(run)
            case "selector":
                self._keep(run, allowed=may_vary(self.last, run))
            case "hidden":
                self.neutralised += 1
            case _:
                assert_never(which)

    def _base(self, run: str) -> None:
        if len(run) > 1 or self.last != "\u200d":
            self.joiners = 0
        self.marks = self.spacing_marks = 0
        self.written.append(run)
        self.last = run[-1]

    def _mark(self, mark: str) -> None:
        self._stand_on_something()
        self.marks += 1
        self._keep(mark, allowed=self.marks <= _MARKS_PER_BASE)

    def _spacing_mark(self, mark: str) -> None:
        # Counted apart: everyday Burmese has five on one letter, of which only two are stacked.
        self._stand_on_something()
        self.spacing_marks += 1
        self._keep(mark, allowed=self.spacing_marks <= _MARKS_PER_BASE)

    def _joiner(self, joiner: str) -> None:
        allowed = self.joiners < _JOINERS_PER_GRAPHEME and may_join(self.last)
        self.joiners += allowed
        self._keep(joiner, allowed=allowed)

    def _stand_on_something(self) -> None:
        if self.last == "\n":
            self._base(_DOTTED_CIRCLE)

    def _keep(self, character: str, *, allowed: bool) -> None:
        if allowed:
            self.written.append(character)
            self.last = character
        else:
            self.neutralised += 1


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
    return letters and unicodedata.normalize("NFKC", label.lower()) == label and _neutralised(label) == (label, 0)
