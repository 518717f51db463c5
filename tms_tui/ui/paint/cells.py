"""Text measured in terminal cells: wrapped, clipped and padded, never through the middle of a character."""

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from tms_tui.ui.paint.disputed import clusters, may_be_disputed, reach

_ELLIPSIS = "\u2026"
_BESIDE_TITLE = 2
"""Cells of an upper border, within its corners, that no title takes."""


def cells(text: str) -> int:
    """How many cells of a terminal `text`, one line, takes.

    Rich remembers four thousand texts that it measured; of what people write, hardly a line comes again.
    """
    return len(text) if text.isascii() and text.isprintable() else cell_len(text)


def wrap(line: str, width: int) -> list[str]:
    """Break a line (no line feeds) into rows of at most `width` (>= 2) cells, at blanks where there are any.

    Only the one blank at which a row ends is left out; a word longer than a row is cut between characters. What a
    terminal may give more cells than it has here never stands so near to the end that it would reach beyond.
    """
    if line.isascii():
        return _wrap_narrow(line, width)
    disputed = may_be_disputed(line)
    if not disputed and cells(line) <= width:
        return [line]
    return _wrap_wide(line, width, disputed=disputed)


def clip(line: str, width: int) -> str:
    """Return `line`, on one row, cut to `width` cells; what was cut ends in an ellipsis."""
    line = line.replace("\n", " ")
    if cells(line) <= width:
        return line
    if width < 1:
        return ""
    return set_cell_size(line, width - 1).rstrip() + _ELLIPSIS


def fit(line: str, width: int) -> str:
    """Return `line` clipped or padded with blanks to exactly `width` cells."""
    clipped = clip(line, width)
    return clipped + " " * (width - cells(clipped))


def fitting(titles: Sequence[str], width: int) -> str:
    """The first title there is room for in a border around `width` cells, or the last one; 0: not laid out yet."""
    room = width - _BESIDE_TITLE
    return next((title for title in titles if not width or cells(title) <= room), titles[-1])


def _wrap_narrow(line: str, width: int) -> list[str]:
    rows: list[str] = []
    start, end = 0, len(line)
    while end - start > width:
        blank = line.rfind(" ", start, start + width + 1)
        if blank > start:
            rows.append(line[start:blank])
            start = blank + 1
        else:
            rows.append(line[start : start + width])
            start += width
    rows.append(line[start:])
    return rows


def _wrap_wide(line: str, width: int, *, disputed: bool) -> list[str]:
    rows: list[str] = []
    start = used = 0
    blank: tuple[int, int] | None = None  # where the row may end, and the cells up to behind that blank
    last = 0
    for cluster, size in clusters(line):
        first, last = last, last + len(cluster)
        if cluster == " ":
            blank = (first, used + 1)
        room = min(width, reach(cluster, size)) if disputed else size
        while used and used + room > width:
            end, behind = blank if blank is not None else (first, used)
            rows.append(line[start:end])
            start, used, blank = end + (blank is not None), used - behind, None
        used += size
    rows.append(line[start:])
    return rows
