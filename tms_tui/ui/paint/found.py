"""The hits of a search on rows that are painted already: a sign before the message, a line under the words."""

from collections.abc import Iterator

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tms_tui.domain.folding import places
from tms_tui.ui.paint.cells import cells
from tms_tui.ui.paint.entry import columns
from tms_tui.ui.paint.look import Look
from tms_tui.ui.paint.row import Row

_UNDERLINED = Style(underline=True)


def marked(rows: list[Strip], words: str, look: Look) -> list[Strip]:
    """The rows of a message that holds `words`; the pointer of a selected one stays where the sign would stand."""
    return [Row(list(_marked(row, words, look.signs.hit if number == 0 else " "))) for number, row in enumerate(rows)]


def _marked(row: Strip, words: str, sign: str) -> Iterator[Segment]:
    space = columns(row.cell_length)
    margin, at = 1 + space.time + space.author, 0
    for text, style, _ in row:
        if at == 0:
            yield Segment(sign + text[1:] if text.startswith(" ") else text, style)
        elif at <= margin:
            yield Segment(text, style)
        else:
            yield from _underlined(text, style, words)
        at += cells(text)


def _underlined(text: str, style: Style | None, words: str) -> Iterator[Segment]:
    place = 0
    for start, end in places(text, words):
        yield from (Segment(text[place:start], style),) if start > place else ()
        yield Segment(text[start:end], (style or Style()) + _UNDERLINED)
        place = end
    if place < len(text):
        yield Segment(text[place:], style)
