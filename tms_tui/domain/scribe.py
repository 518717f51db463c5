"""Copies a stranger's text character by character, and leaves out or pictures what a terminal would obey or hide."""

import re
from typing import assert_never

from tms_tui.domain.text_tables import PLAIN, Kind, kind, may_join, may_vary, picture

_MARKS_PER_BASE = 4
_JOINERS_PER_GRAPHEME = 8
_TAB = "    "
_DOTTED_CIRCLE = "\u25cc"

_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")
_ALL_PLAIN = re.compile(f"[{PLAIN}]*")
_RUNS = re.compile(f"[{PLAIN}]+|.", re.DOTALL)


def neutralised(raw: str, *, keeps_private: bool = False) -> tuple[str, int]:
    """The text made harmless, and how many of its characters were pictured or dropped."""
    if _ALL_PLAIN.fullmatch(raw):
        return raw, 0
    scribe = _Scribe(keeps_private=keeps_private)
    for run in _RUNS.findall(_LINE_ENDS.sub("\n", raw)):
        scribe.write(run)
    return "".join(scribe.written), scribe.neutralised


class _Scribe:
    """Writes runs of text one after the other.

    What is let through depends only on what has been written before, so a second cleaning, which reads
    exactly that, lets all of it through again.
    """

    __slots__ = ("joiners", "keeps_private", "last", "marks", "neutralised", "spacing_marks", "written")

    def __init__(self, *, keeps_private: bool) -> None:
        self.keeps_private = keeps_private
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
            case "private":
                self._base(run if self.keeps_private else picture(run))
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
