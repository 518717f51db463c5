"""The one place where a stranger's text is made safe for a terminal."""

import re
from typing import NewType, assert_never

from tms_tui.domain.text_tables import PLAIN, Kind, kind, may_join, may_vary, picture

CleanText = NewType("CleanText", str)
"""Text that can be drawn as it is: line feeds and visible characters, nothing a terminal obeys."""

EMPTY = CleanText("(empty or invisible message)")
"""Stands for a message that has nothing to see."""


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
