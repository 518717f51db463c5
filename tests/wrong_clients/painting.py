"""How a message is painted: as the product does it, and by a client that reads markup from customers."""

from typing import Final

from textual.content import Content
from textual.strip import Strip

from tms_tui.domain.model import Message
from tms_tui.domain.text import clean
from tms_tui.domain.value import replace
from tms_tui.ui.paint.entry import entry_rows
from tms_tui.ui.paint.look import ASCII, Look

WIDTH: Final = 100
_LOOK: Final = Look(signs=ASCII)


def true(message: Message) -> list[Strip]:
    """As the desk paints it."""
    return entry_rows(message, None, WIDTH, _LOOK)


def markup_on(message: Message) -> list[Strip]:
    """As a stock widget takes a string, unless it is told otherwise."""
    return true(replace(message, text=clean(Content.from_markup(message.text).plain)))
