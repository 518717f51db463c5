"""Rows of a transcript's entries, painted when they are first looked at and kept while nothing about them changes."""

import time
from collections.abc import Sequence
from typing import Final, NamedTuple

from textual.strip import Strip

from tms_tui import wording
from tms_tui.core import finding, select
from tms_tui.core.state import State
from tms_tui.domain.entries import Delivery, Entry, GapMark, PendingSend
from tms_tui.domain.model import AuthorType, Message
from tms_tui.ui.paint.entry import entry_rows, ruled
from tms_tui.ui.paint.found import marked
from tms_tui.ui.paint.look import Look

_KEPT: Final = 300
"""Entries whose rows are kept; when there are more, all are forgotten and painted again as needed."""


class _Painted(NamedTuple):
    """Rows of an entry. Holding the entry keeps its identity from being given to another."""

    entry: Entry
    rows: list[Strip]


class RowStore:
    """Rows by index. Call `prepare` before asking, whenever entries, selection, width or look may have changed."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._entries: Sequence[Entry] = ()
        self._selected = -1
        self._width = 0
        self._look = Look()
        self._wanted = ""
        self._namesakes = state.namesakes
        self._painted: dict[tuple[int, Delivery | None, bool], _Painted] = {}
        self._day_lines: dict[str, Strip] = {}

    def prepare(self, entries: Sequence[Entry], selected: int, width: int, look: Look) -> None:
        """Take what to paint (`selected` is an index) and how."""
        if width != self._width or look is not self._look or len(self._painted) > _KEPT:
            self._painted.clear()
            self._day_lines.clear()
        if self._namesakes is not self._state.namesakes:
            self._namesakes = self._state.namesakes
            self._painted.clear()
        self._entries, self._selected, self._width, self._look = entries, selected, width, look

    def mark(self, words: str) -> None:
        """Mark what holds these words from now on; nothing when there are none."""
        if words != self._wanted:
            self._wanted = words
            self._painted.clear()

    def rows(self, index: int) -> list[Strip]:
        """Rows of the entry at `index`, the line of a new day before it included."""
        entry = self._entries[index]
        rows = self._entry_rows(entry, selected=index == self._selected)
        day_line = self._day_line(index)
        return rows if day_line is None else [day_line, *rows]

    def height(self, index: int) -> int:
        """How many rows `rows` has."""
        return len(self.rows(index))

    def has_day_line(self, index: int) -> bool:
        """Whether the first of the rows is the line of a new day."""
        return self._day_line(index) is not None

    def _entry_rows(self, entry: Entry, *, selected: bool) -> list[Strip]:
        delivery = select.delivery(self._state, entry)
        key = (id(entry), delivery, selected)
        painted = self._painted.get(key)
        if painted is None:
            mine = isinstance(entry, Message) and select.is_mine(self._state, entry)
            account = self._account(entry) if self._namesakes else ""
            rows = entry_rows(entry, delivery, self._width, self._look, mine=mine, selected=selected, account=account)
            if self._wanted and isinstance(entry, Message) and finding.holds(entry, self._wanted):
                rows = marked(rows, self._wanted, self._look)
            painted = self._painted[key] = _Painted(entry, rows)
        return painted.rows

    def _account(self, entry: Entry) -> str:
        if not isinstance(entry, Message) or entry.author.type is not AuthorType.AGENT:
            return ""
        return select.account(self._state, entry.author.name, entry.author.id)

    def _day_line(self, index: int) -> Strip | None:
        at = _written_at(self._entries[index])
        if at is None:
            return None
        before = self._written_before(index)
        if before is not None and (before == at or time.localtime(before)[:3] == time.localtime(at)[:3]):
            return None
        words = wording.day(at)
        line = self._day_lines.get(words)
        if line is None:
            line = self._day_lines[words] = ruled(words, self._width, self._look.system)
        return line

    def _written_before(self, index: int) -> float | None:
        """When the entry before was written, be there a gap or two in between."""
        for earlier in range(index - 1, max(-1, index - 4), -1):
            at = _written_at(self._entries[earlier])
            if at is not None:
                return at
        return None


def _written_at(entry: Entry) -> float | None:
    """When a message was written, seconds since the epoch; gaps belong to no day."""
    match entry:
        case Message():
            return entry.created_at
        case PendingSend():
            return entry.draft.asked_at
        case GapMark():
            return None
