"""What a terminal sends, sorted into keys, pastes and its own replies, of which none may reach a text."""

import re
import sys
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
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
_PIECE: Final = re.compile(
    r"(?P<plain>[^\x1b]+)"
    r"|(?P<paste>\x1b\[200~)"
    r"|(?P<mouse>\x1b\[M...)"
    r"|(?P<key>\x1b\[\[.|\x1b\[\d+\$|\x1bO[^\x1b]|\x1b\[(?!M)[0-?]*[ -/]*[@-Z\\-~])"
    r"|(?P<reply>\x1b(?:\][0-9IlL]|P[0-9>!$+=?|]|_G)[^\x00-\x1f\x7f]*(?:\x07|\x1b\\))"
    r"|(?P<twice>\x1b(?=\x1b))"
    r"|(?P<alt>\x1b(?![\[O]|\][0-9IlL]|P[0-9>!$+=?|]|_G|[\]P_]\Z)[^\x1b])",
    re.DOTALL,
)
_UNFINISHED: Final = re.compile(
    r"(?P<escape>\x1b)"
    r"|(?P<sequence>\x1b(?:O|\[\[?|\[M.{0,2}|\[[0-?]*[ -/]*|[\]P_]))"
    r"|(?P<reply>\x1b(?:\][0-9IlL]|P[0-9>!$+=?|]|_G)[^\x00-\x1f\x7f]*\x1b?)",
    re.DOTALL,
)
_PATIENCE: Final = {"escape": ESCAPE_AFTER, "sequence": SEQUENCE_WITHIN, "reply": REPLY_WITHIN}
_BROKEN: Final = re.compile(r"\x1b(?:[\]P_][^\x00-\x1f\x7f]*|[\[O][0-?]*[ -/]*)?")
_COMPOSED: Final = re.compile(r"\x1b\[0?;;([\d:]+)u")
"""Text of an input method, in a terminal that reports each key by number."""
_LINES: Final = re.compile(r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")
_LINE_WITHIN: Final = re.compile(r"[\r\n][^\r\n]")


class Typed(Value):
    """Characters, or the one whole sequence of a key."""

    text: str


class Pasted(Value):
    """Text that was pasted, marked as such or not."""

    text: str


class EscapePressed(Value):
    """The escape key."""


class AltPressed(Value):
    """Alt and the key of a character."""

    character: str


Piece = Typed | Pasted | EscapePressed | AltPressed


class Incoming:
    """Takes bytes as they are read and gives whole pieces. Times are monotonic seconds.

    A byte that is no UTF-8 becomes a replacement character. Of the sequences those are keys that `is_key` accepts;
    the others are replies to questions, and dropped.
    """

    def __init__(self, is_key: Callable[[str], bool]) -> None:
        self._is_key = is_key
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._begun = ""
        self._paste: list[str] | None = None
        self._burst: list[str] = []
        self._at = 0.0

    def feed(self, data: bytes, at: float) -> Iterator[Piece]:
        """The pieces that one read completes."""
        if self._paste is None or len(data) > MOST_TYPED:
            self._at = at
        text = self._begun + self._decode(data)
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
        yield from self._end_burst()
        if self._paste is not None:
            yield self._end_paste(self._begun)
        elif self._begun == "\x1b":
            yield EscapePressed()
        self._begun = ""

    @property
    def due(self) -> float | None:
        """When `tick` is to be called, unless more comes before."""
        if self._paste is not None:
            return self._at + PASTE_WITHIN
        if self._burst:
            return self._at + BURST_WITHIN
        unfinished = _UNFINISHED.fullmatch(self._begun)
        return self._at + _PATIENCE[unfinished.lastgroup or "sequence"] if unfinished else None

    def _is_burst(self, text: str) -> bool:
        """Whether so much comes at once, or lines one after the other, that it was never typed."""
        if not _LINES.fullmatch(text):
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
            elif piece := _PIECE.match(text, place):
                place = piece.end()
                yield from self._sorted(piece.lastgroup or "", piece[0])
            elif _UNFINISHED.fullmatch(text, place):
                self._begun = text[place:]
                return
            elif broken := _BROKEN.match(text, place):  # what breaks a sequence off stands for itself
                place = broken.end()

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
        if kind == "paste":
            self._paste = []
        elif kind == "twice":
            yield EscapePressed()
        elif kind == "alt":
            yield AltPressed(text[1:])
        elif composed := _COMPOSED.fullmatch(text):
            yield Typed("".join(filter(str.isprintable, map(_character, composed[1].split(":")))))
        elif kind == "plain" or (kind == "key" and self._is_key(text)):
            yield Typed(text)


def _character(number: str) -> str:
    is_one = number and len(number) < 8 and int(number) <= sys.maxunicode
    return chr(int(number)) if is_one else ""
