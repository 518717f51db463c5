"""An emulated terminal screen, text only: what a person would read, whatever escape codes drew it."""

import codecs
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Final

_PARAMETERS: Final = re.compile("[0-9;:]*")
_PIECE: Final = re.compile(
    r"(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
    r"|\x1b\[(?P<csi>[0-?]*[ -/]*[@-~])"
    r"|\x1b\](?P<osc>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|\x1b[PX^_][^\x1b]*\x1b\\"
    r"|\x1b(?P<esc>[ -/]*[0-OQ-WYZ\\`-~])"
    r"|(?P<control>[\x00-\x1a\x1c-\x1f\x7f-\x9f])"
)
_UNFINISHED: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?|[PX^_][^\x1b]*\x1b?|[ -/]*)")
_ALTERNATE_SCREEN: Final = {47, 1047, 1049}
_SHOW_CURSOR: Final = 25


@lru_cache(maxsize=4096)
def cell_width(char: str) -> int:
    """Columns that a character takes: 0, 1 or 2."""
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


class VtScreen:
    """Feed it a program's output, read its rows. Rows and columns count from 0; `width_of` a character in cells.

    `modes` holds the DEC private modes now set (25: cursor shown, 1049: alternate screen, 2004: bracketed
    paste, ...; those kept are given back), `title` the last window title, `bells` how often the bell rang.
    """

    def __init__(self, rows: int, cols: int, width_of: Callable[[str], int] = cell_width) -> None:
        self.rows, self.cols = rows, cols
        self._width_of = width_of
        self.modes: set[int] = {_SHOW_CURSOR}
        self.title = ""
        self.bells = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._unfinished = ""
        self._cells = self._blank()
        self._main: tuple[list[list[str]], int, int] | None = None
        self._row = self._col = 0
        self._top, self._bottom = 0, rows - 1
        self._saved = (0, 0)
        self._kept_modes: dict[int, bool] = {}
        self._last = " "
        self._touched: set[int] = set()

    @property
    def cursor(self) -> tuple[int, int]:
        """Row and column of the cursor."""
        return self._row, min(self._col, self.cols - 1)

    def line(self, row: int) -> str:
        """One row, as wide as the screen; a wide character's second cell adds nothing."""
        return "".join(self._cells[row])

    def lines(self) -> list[str]:
        """All rows, blanks at their ends removed."""
        return [self.line(row).rstrip() for row in range(self.rows)]

    def text(self) -> str:
        """The whole screen, one row a line."""
        return "\n".join(self.lines())

    def find(self, text: str) -> tuple[int, int] | None:
        """Row and column (of the row's string) where `text` first stands."""
        places = ((row, self.line(row).find(text)) for row in range(self.rows))
        return next((place for place in places if place[1] >= 0), None)

    def take_touched(self) -> set[int]:
        """Rows written to since the last call."""
        touched, self._touched = self._touched, set()
        return touched

    def resize(self, rows: int, cols: int) -> None:
        """Cut or pad at the right and at the bottom, without reflow."""
        kept = [(line + [" "] * cols)[:cols] for line in self._cells[:rows]]
        self.rows, self.cols = rows, cols
        self._cells = kept + self._blank()[len(kept) :]
        self._top, self._bottom = 0, rows - 1
        self._go(self._row, self._col)
        self._touched = set(range(rows))

    def feed(self, data: bytes) -> None:
        """Draw one piece of output; it may end inside a character or an escape sequence."""
        text = self._unfinished + self._decoder.decode(data)
        place = 0
        while place < len(text):
            if piece := _PIECE.match(text, place):
                place = piece.end()
                if kind := piece.lastgroup:
                    self._draw(kind, piece[kind])
            elif _UNFINISHED.fullmatch(text, place):
                break
            else:  # an escape that leads nowhere: a terminal drops it and prints what follows
                place += 1
        self._unfinished = text[place:]

    def _draw(self, kind: str, body: str) -> None:
        if kind == "text":
            self._print(body)
        elif kind == "csi":
            self._csi(body)
        elif kind == "control":
            self._control(body)
        elif kind == "osc":
            code, _, value = body.partition(";")
            self.title = value if code in {"0", "2"} else self.title
        elif action := _ESCAPES.get(body):
            action(self, [])

    def _print(self, text: str) -> None:
        self._last = text[-1]
        if not text.isascii():
            for char in text:
                self._print_char(char, self._width_of(char))
            return
        while text:
            if self._col >= self.cols:
                self._wrap()
            fits = text[: self.cols - self._col]
            self._cells[self._row][self._col : self._col + len(fits)] = fits
            self._touched.add(self._row)
            self._col += len(fits)
            text = text[len(fits) :]

    def _print_char(self, char: str, width: int) -> None:
        if width == 0:
            self._cells[self._row][max(0, min(self._col, self.cols) - 1)] += char
            return
        if self._col + width > self.cols:
            self._wrap()
        self._cells[self._row][self._col : self._col + width] = [char, ""][:width]
        self._touched.add(self._row)
        self._col += width

    def _wrap(self) -> None:
        self._col = 0
        self._feed_line()

    def _control(self, char: str) -> None:
        if char == "\r":
            self._col = 0
        elif char in "\n\v\f":
            self._feed_line()
        elif char == "\b":
            self._go(self._row, self.cursor[1] - 1)
        elif char == "\t":
            self._go(self._row, (self._col // 8 + 1) * 8)
        elif char == "\a":
            self.bells += 1

    def _go(self, row: int, col: int) -> None:
        self._row = max(0, min(row, self.rows - 1))
        self._col = max(0, min(col, self.cols - 1))

    def _move_rows(self, count: int) -> None:
        """Up or down, held by the scroll region when the cursor stands in it."""
        inside = self._top <= self._row <= self._bottom
        low, high = (self._top, self._bottom) if inside else (0, self.rows - 1)
        self._go(max(low, min(self._row + count, high)), self._col)

    def _save(self) -> None:
        self._saved = self.cursor

    def _feed_line(self) -> None:
        if self._row == self._bottom:
            self._scroll(self._top, 1)
        elif self._row < self.rows - 1:
            self._row += 1

    def _scroll(self, top: int, count: int) -> None:
        """Move the rows from `top` to the region's end: up for a positive count, down for a negative one."""
        height = self._bottom - top + 1
        blank = [[" "] * self.cols for _ in range(min(abs(count), height))]
        region = self._cells[top : self._bottom + 1]
        moved = region[len(blank) :] + blank if count > 0 else blank + region[: height - len(blank)]
        self._cells[top : self._bottom + 1] = moved
        self._touched.update(range(top, self._bottom + 1))

    def _feed_line_back(self) -> None:
        if self._row == self._top:
            self._scroll(self._top, -1)
        else:
            self._go(self._row - 1, self._col)

    def _reset(self) -> None:
        self._cells, self.modes = self._blank(), {_SHOW_CURSOR}
        self._region([1, self.rows])

    def _csi(self, body: str) -> None:
        final = body[-1]
        if body[0] == "?" and final in "hl":
            for number in filter(str.isdecimal, body[1:-1].split(";")):
                self._set_mode(int(number), on=final == "h")
        elif body[0] == "?" and final in "sr":
            for number in filter(str.isdecimal, body[1:-1].split(";")):
                self._keep_mode(int(number), back=final == "r")
        elif (action := _ACTIONS.get(final)) and _PARAMETERS.fullmatch(body, 0, len(body) - 1):
            action(self, [int(part.partition(":")[0] or 0) for part in body[:-1].split(";")])

    def _set_mode(self, mode: int, *, on: bool) -> None:
        if mode in _ALTERNATE_SCREEN and on != bool(self.modes & _ALTERNATE_SCREEN):
            self._swap_screens(alternate=on)
        (self.modes.add if on else self.modes.discard)(mode)

    def _keep_mode(self, mode: int, *, back: bool) -> None:
        if back:
            self._set_mode(mode, on=self._kept_modes.get(mode, False))
        else:
            self._kept_modes[mode] = mode in self.modes

    def _swap_screens(self, *, alternate: bool) -> None:
        if alternate:
            self._main = (self._cells, *self.cursor)
            self._cells = self._blank()
        elif self._main:
            self._cells, row, col = self._main
            self.resize(self.rows, self.cols)
            self._go(row, col)
        self._top, self._bottom = 0, self.rows - 1
        self._touched = set(range(self.rows))

    def _region(self, numbers: list[int]) -> None:
        top, bottom = _at(numbers, 0) - 1, (_at(numbers, 1, self.rows)) - 1
        if top < bottom < self.rows:
            self._top, self._bottom = top, bottom
            self._go(0, 0)

    def _erase(self, row: int, start: int, end: int) -> None:
        self._cells[row][start:end] = [" "] * (min(end, self.cols) - start)
        self._touched.add(row)

    def _erase_line(self, numbers: list[int]) -> None:
        row, col = self.cursor
        start, end = [(col, self.cols), (0, col + 1), (0, self.cols)][min(numbers[0], 2)]
        self._erase(row, start, end)

    def _erase_screen(self, numbers: list[int]) -> None:
        whole = [range(self._row + 1, self.rows), range(self._row), range(self.rows)][min(numbers[0], 2)]
        for row in whole:
            self._erase(row, 0, self.cols)
        if numbers[0] < 2:
            self._erase_line(numbers)

    def _shift_cells(self, count: int) -> None:
        """Open `count` blanks at the cursor, or for a negative count take that many cells out."""
        row, col = self.cursor
        line = self._cells[row]
        tail = [" "] * count + line[col:] if count > 0 else line[col - count :] + [" "] * -count
        self._cells[row] = (line[:col] + tail + [" "] * self.cols)[: self.cols]
        self._touched.add(row)

    def _shift_lines(self, count: int) -> None:
        if self._top <= self._row <= self._bottom:
            self._scroll(self._row, count)
            self._col = 0

    def _blank(self) -> list[list[str]]:
        return [[" "] * self.cols for _ in range(self.rows)]


def _at(numbers: list[int], place: int, default: int = 1) -> int:
    """The parameter at `place`; absent and 0 both mean the default."""
    return (numbers[place] if place < len(numbers) else 0) or default


_Action = Callable[[VtScreen, list[int]], None]

_TABLE: Final[list[tuple[str, _Action]]] = [
    ("Hf", lambda s, n: s._go(_at(n, 0) - 1, _at(n, 1) - 1)),
    ("A", lambda s, n: s._move_rows(-_at(n, 0))),
    ("Be", lambda s, n: s._move_rows(_at(n, 0))),
    ("Ca", lambda s, n: s._go(s._row, s._col + _at(n, 0))),
    ("D", lambda s, n: s._go(s._row, s.cursor[1] - _at(n, 0))),
    ("E", lambda s, n: s._go(s._row + _at(n, 0), 0)),
    ("F", lambda s, n: s._go(s._row - _at(n, 0), 0)),
    ("G`", lambda s, n: s._go(s._row, _at(n, 0) - 1)),
    ("d", lambda s, n: s._go(_at(n, 0) - 1, s._col)),
    ("J", VtScreen._erase_screen),
    ("K", VtScreen._erase_line),
    ("X", lambda s, n: s._erase(s._row, s.cursor[1], min(s.cursor[1] + _at(n, 0), s.cols))),
    ("@", lambda s, n: s._shift_cells(_at(n, 0))),
    ("P", lambda s, n: s._shift_cells(-_at(n, 0))),
    ("L", lambda s, n: s._shift_lines(-_at(n, 0))),
    ("M", lambda s, n: s._shift_lines(_at(n, 0))),
    ("S", lambda s, n: s._scroll(s._top, _at(n, 0))),
    ("T", lambda s, n: s._scroll(s._top, -_at(n, 0))),
    ("b", lambda s, n: s._print(s._last * _at(n, 0))),
    ("r", VtScreen._region),
    ("s", lambda s, _: s._save()),
    ("u", lambda s, _: s._go(*s._saved)),
]
_ACTIONS: Final = {final: action for finals, action in _TABLE for final in finals}
_ESCAPES: Final[dict[str, _Action]] = {
    "7": _ACTIONS["s"],
    "8": _ACTIONS["u"],
    "D": lambda s, _: s._feed_line(),
    "E": lambda s, _: s._wrap(),
    "M": lambda s, _: s._feed_line_back(),
    "c": lambda s, _: s._reset(),
}
