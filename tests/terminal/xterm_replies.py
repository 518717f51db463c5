"""What an xterm answers when a program asks it something."""

import re
from collections.abc import Iterator
from typing import Final, Protocol

from tests.terminal.vt_screen import VtScreen

_CELL_WIDTH, _CELL_HEIGHT = 8, 16
_QUERY: Final = re.compile(
    rb"\x1b\[(?P<attributes>[>=]?)0?c"
    rb"|\x1b\[(?P<status>[56])n"
    rb"|\x1b\[(?P<mode>\??\d+)\$p"
    rb"|\x1b\[1(?P<size>[468])t"
    rb"|\x1b\](?P<colour>1[012]);\?(?:\x07|\x1b\\)"
    rb"|\x1b\[>0?(?P<version>q)"
    rb"|\x1bP\+(?P<capability>q)[0-9A-Fa-f;]*\x1b\\"
)
_LONGEST_QUERY: Final = 64
_RESET: Final = 2
_UNKNOWN: Final = 0
_MODES: Final = {b"?2026": _RESET, b"?2004": _RESET}


class HasScreen(Protocol):
    @property
    def screen(self) -> VtScreen:
        """The screen as it stands now."""


class XtermReplies:
    """Finds the questions in a program's output, also those cut by the end of a read, and answers them."""

    def __init__(self) -> None:
        self._begun = b""

    def to(self, data: bytes, terminal: HasScreen) -> Iterator[bytes]:
        """The replies to what `data` asks, in order."""
        if not self._begun and b"\x1b" not in data:
            return
        text, end = self._begun + data, 0
        for query in _QUERY.finditer(text):
            end = query.end()
            kind = query.lastgroup or ""
            yield _reply(kind, query[kind], terminal)
        rest = text[end:][-_LONGEST_QUERY:]
        self._begun = rest[rest.rfind(b"\x1b") :] if b"\x1b" in rest else b""


def pixels(rows: int, cols: int) -> tuple[int, int]:
    """Width and height of a window of that many cells."""
    return cols * _CELL_WIDTH, rows * _CELL_HEIGHT


def _reply(kind: str, body: bytes, terminal: HasScreen) -> bytes:
    if kind == "attributes":
        return {b"": b"\x1b[?64;1;2;22c", b">": b"\x1b[>41;379;0c"}.get(body, b"")
    if kind == "status":
        return b"\x1b[0n" if body == b"5" else _cursor_report(terminal.screen)
    if kind == "mode":
        return b"\x1b[%s;%d$y" % (body, _MODES.get(body, _UNKNOWN))
    if kind == "size":
        return _size_report(body, terminal.screen)
    if kind == "colour":
        shade = b"0000/0000/0000" if body == b"11" else b"e5e5/e5e5/e5e5"
        return b"\x1b]%s;rgb:%s\x1b\\" % (body, shade)
    return b"\x1bP>|XTerm(379)\x1b\\" if kind == "version" else b"\x1bP0+r\x1b\\"


def _cursor_report(screen: VtScreen) -> bytes:
    row, col = screen.cursor
    return b"\x1b[%d;%dR" % (row + 1, col + 1)


def _size_report(asked: bytes, screen: VtScreen) -> bytes:
    width, height = pixels(screen.rows, screen.cols)
    first, second = {
        b"4": (height, width),
        b"6": (_CELL_HEIGHT, _CELL_WIDTH),
        b"8": (screen.rows, screen.cols),
    }[asked]
    return b"\x1b[%s;%d;%dt" % (asked, first, second)
