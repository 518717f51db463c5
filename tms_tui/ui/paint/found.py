"""The hits of a search on rows that are painted already: a sign before the message, a line under the words."""

import re
from collections.abc import Iterator

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tms_tui.ui.paint.cells import cells
from tms_tui.ui.paint.entry import columns
from tms_tui.ui.paint.look import Look
from tms_tui.ui.paint.row import Row

_UNDERLINED = Style(underline=True)


def marked(rows: list[Strip], words: str, look: Look) -> list[Strip]:
    """The rows of a message that holds `words`; the pointer of a selected one stays where the sign would stand."""
    wanted = re.compile(re.escape(words), re.IGNORECASE)
    return [Row(list(_marked(row, wanted, look.signs.hit if number == 0 else " "))) for number, row in enumerate(rows)]


def _marked(row: Strip, wanted: re.Pattern[str], sign: str) -> Iterator[Segment]:
    space = columns(row.cell_length)
    margin, at = 1 + space.time + space.author, 0
    for text, style, _ in row:
        if at == 0:
            yield Segment(sign + text[1:] if text.startswith(" ") else text, style)
        elif at <= margin:
            yield Segment(text, style)
        else:
            yield from _underlined(text, style, wanted)
        at += cells(text)


def _underlined(text: str, style: Style | None, wanted: re.Pattern[str]) -> Iterator[Segment]:
    place = 0
    for found in wanted.finditer(text):
        yield from (Segment(text[place : found.start()], style),) if found.start() > place else ()
        yield Segment(found.group(), (style or Style()) + _UNDERLINED)
        place = found.end()
    if place < len(text):
        yield Segment(text[place:], style)
