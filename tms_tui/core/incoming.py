"""What a terminal sends, sorted into keys, pastes and its own replies, of which none may reach a text."""

import re
from codecs import getincrementaldecoder
from collections.abc import Iterator
from typing import Final

from tms_tui.domain.value import Value

ESCAPE_AFTER: Final = 0.1
"""An escape that nothing follows within this is the key."""
SEQUENCE_WITHIN: Final = 0.5
"""The rest of a sequence that was begun must follow within this, or it is dropped."""
REPLY_WITHIN: Final = 1.0
PASTE_WITHIN: Final = 1.5
"""A paste whose end does not come is taken as it is once nothing came for this long."""
MOST_TYPED: Final = 16
"""Bytes in one read that may be keys: they do not keep a paste open that has no end."""
BURST_WITHIN: Final = 0.05
BURST: Final = 256
"""Characters in one read that no hand types: pasted in a terminal that does not mark pastes."""

_PASTE_END: Final = "\x1b[201~"
_MOUSE: Final = "\x1b[M"
_MOUSE_BYTES: Final = 3
"""Follow `_MOUSE`, and are of any value but that of a control."""
_PIECE: Final = re.compile(
    r"(?P<plain>[^\x1b]+)"
    r"|(?P<paste>\x1b\[200~)"
    r"|(?P<sequence>\x1b\[\[.|\x1b\[(?:[2-8]|[12]\d|3[0-4])\$(?![ -~])|\x1bO\d*[ -/:-~]|\x1b\[[0-?]*[ -/]*[@-Z\\-~])"
    r"|(?P<reply>\x1b[\]P_][^\x00-\x1f\x7f]*(?:\x07|\x1b\\))"
    r"|(?P<twice>\x1b(?=\x1b))"
    r"|(?P<alt>\x1b[^\x1b\[O\]P_])",
    re.DOTALL,
)
_UNFINISHED: Final = re.compile(
    r"(?P<escape>\x1b)"
    r"|(?P<letter>\x1b[\[O\]P_])"
    r"|(?P<sequence>\x1b(?:O\d*|\[\[|\[M[^\x00-\x1f]*|\[[0-?]*[ -/]*))"
    r"|(?P<reply>\x1b(?:\][0-9IlL]|P[0-9>!$+=?|@]|_G)[^\x00-\x1f\x7f]*\x1b?)"
    r"|(?P<unsure>\x1b[\]P_][^\x00-\x1f\x7f]*\x1b?)",
    re.DOTALL,
)
"""Of strings only those are waited for long that begin as a terminal's; the others may be letters typed with Alt."""
_PATIENCE: Final = {
    "escape": ESCAPE_AFTER,
    "letter": SEQUENCE_WITHIN,
    "sequence": SEQUENCE_WITHIN,
    "reply": REPLY_WITHIN,
    "unsure": ESCAPE_AFTER,
}
_BROKEN: Final = re.compile(r"\x1b(?:[\]P_][^\x00-\x1f\x7f]*|[\[O][0-?]*[ -/]*)?")
_LINES: Final = re.compile(r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")
_LINE_WITHIN: Final = re.compile(r"[\r\n][^\r\n]")


class Typed(Value):
    """Characters."""

    text: str


class Pressed(Value):
    """A whole sequence that may be a key's, or a reply that looks like one."""

    sequence: str


class Pasted(Value):
    """Text that was pasted, marked as such or not."""

    text: str


class EscapePressed(Value):
    """The escape key."""


class AltPressed(Value):
    """Alt and the key of a character."""

    character: str


Piece = Typed | Pressed | Pasted | EscapePressed | AltPressed


class Incoming:
    """Takes bytes as they are read and gives whole pieces. Times are monotonic seconds.

    A byte that is no UTF-8 becomes half a pair, as `has_lost_bytes` finds it.
    `finds_bursts`: much that comes at once was pasted.
    """

    def __init__(self, *, finds_bursts: bool = True) -> None:
        self._finds_bursts = finds_bursts
        self._decoder = getincrementaldecoder("utf-8")("surrogateescape")
        self._begun = ""
        self._paste: list[str] | None = None
        self._burst: list[str] = []
        self._at = 0.0

    def feed(self, data: bytes, at: float) -> Iterator[Piece]:
        """The pieces that one read completes."""
        if self._paste is None or len(data) > MOST_TYPED:
            self._at = at
        text = self._begun + self._decoder.decode(data)
        self._begun = ""
        if self._paste is None and self._is_burst(text):
            self._burst.append(text)
            return
        yield from self._end_burst()
        yield from self._cut(text)

    def tick(self, at: float) -> Iterator[Piece]:
        """What is complete because nothing followed it."""
        due = self.due
        if due is None or at < due:
            return
        begun, self._begun = self._begun, ""
        yield from self._end_burst()
        if self._paste is not None:
            yield self._end_paste(begun)
        elif begun:
            self._decoder.reset()  # the last byte of a mouse may look like the first of a character
            yield from _given_up(begun)

    @property
    def due(self) -> float | None:
        """When `tick` is to be called, unless more comes before."""
        if self._paste is not None:
            return self._at + PASTE_WITHIN
        if self._burst:
            return self._at + BURST_WITHIN
        return self._at + _PATIENCE[_kind_of(self._begun)] if self._begun else None

    def _is_burst(self, text: str) -> bool:
        """Whether so much comes at once, or lines one after the other, that it was never typed."""
        if not self._finds_bursts or not _LINES.fullmatch(text):
            return False
        return bool(self._burst) or len(text) >= BURST or _LINE_WITHIN.search(text) is not None

    def _end_burst(self) -> Iterator[Piece]:
        if self._burst:
            pasted = Pasted("".join(self._burst))
            self._burst.clear()
            yield pasted

    def _end_paste(self, text: str) -> Pasted:
        pasted = Pasted("".join((*(self._paste or ()), text)).replace("\x00", ""))
        self._paste = None
        return pasted

    def _cut(self, text: str) -> Iterator[Piece]:
        place = 0
        while place < len(text):
            if self._paste is not None:
                end = text.find(_PASTE_END, place)
                if end < 0:
                    self._hold_paste(text[place:])
                    return
                yield self._end_paste(text[place:end])
                place = end + len(_PASTE_END)
            elif text.startswith(_MOUSE, place):
                place = _behind_mouse(text, place + len(_MOUSE)) or self._hold(text, place)
            elif piece := _PIECE.match(text, place):
                place = piece.end()
                yield from self._sorted(piece.lastgroup or "", piece[0])
            elif _UNFINISHED.fullmatch(text, place):
                place = self._hold(text, place)
            elif broken := _BROKEN.match(text, place):  # what breaks a sequence off stands for itself
                place = broken.end()

    def _hold(self, text: str, place: int) -> int:
        """Keep the rest for when more comes; where the text ends."""
        self._begun = text[place:]
        return len(text)

    def _hold_paste(self, text: str) -> None:
        """Keep back what may be the beginning of the end."""
        kept = len(text)
        for length in range(min(len(_PASTE_END) - 1, len(text)), 0, -1):
            if _PASTE_END.startswith(text[-length:]):
                kept -= length
                break
        if self._paste is not None:
            self._paste.append(text[:kept])
        self._begun = text[kept:]

    def _sorted(self, kind: str, text: str) -> Iterator[Piece]:
        match kind:
            case "plain":
                yield Typed(text)
            case "paste":
                self._paste = []
            case "twice":
                yield EscapePressed()
            case "alt":
                yield AltPressed(text[1:])
            case "sequence":
                yield Pressed(text)


def _given_up(begun: str) -> Iterator[Piece]:
    """What was begun and not ended: an escape, a letter with Alt and what was typed behind it, or nothing."""
    kind = _kind_of(begun)
    if kind == "escape":
        yield EscapePressed()
    elif kind in {"letter", "unsure"}:
        yield AltPressed(begun[1])
        if rest := begun[2:].rstrip("\x1b"):
            yield Typed(rest)
        if len(begun) > 2 and begun.endswith("\x1b"):
            yield EscapePressed()


def _kind_of(begun: str) -> str:
    found = _UNFINISHED.fullmatch(begun)
    return found.lastgroup or "sequence" if found else "sequence"


def _behind_mouse(text: str, place: int) -> int | None:
    """Where the bytes that tell of a mouse end; None when not all of them have come."""
    taken = 0
    for at in range(place, len(text)):
        if taken >= _MOUSE_BYTES or text[at] < " ":
            return at
        taken += len(text[at].encode(errors="surrogateescape"))
    return len(text) if taken >= _MOUSE_BYTES else None
