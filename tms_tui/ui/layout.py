"""Which columns stand beside each other at which width, and in how many rows frames are shared."""

from enum import StrEnum
from typing import Final

from tms_tui.ui.keys import Pane

WIDE: Final = 120
MIDDLE: Final = 80
SHORT: Final = 18
"""Below this many rows the composer's upper line closes the talk's frame: two more rows are read."""


class Column(StrEnum):
    """A part of the desk that comes and goes as a whole."""

    LIST = "list"
    CHAT = "chat"
    PANEL = "panel"


_COLUMNS: Final = {
    Pane.LIST: Column.LIST,
    Pane.TRANSCRIPT: Column.CHAT,
    Pane.COMPOSER: Column.CHAT,
    Pane.PANEL: Column.PANEL,
}
_OUTWARD: Final = {
    Pane.COMPOSER: Pane.TRANSCRIPT,
    Pane.PANEL: Pane.TRANSCRIPT,
    Pane.TRANSCRIPT: Pane.LIST,
    Pane.LIST: Pane.LIST,
}


def visible(width: int, pane: Pane, *, panel: bool) -> frozenset[Column]:
    """The columns shown in `width` cells while `pane` has the focus; `panel`: whether a wide desk shows it."""
    column = _COLUMNS[pane]
    if width >= WIDE:
        return frozenset({Column.LIST, Column.CHAT, Column.PANEL} if panel else {Column.LIST, Column.CHAT})
    if width >= MIDDLE:
        return frozenset({Column.LIST, Column.PANEL if column is Column.PANEL else Column.CHAT})
    return frozenset({column})


def outward(pane: Pane) -> Pane:
    """One step towards the list."""
    return _OUTWARD[pane]


def beside(pane: Pane, by: int, *, panel: bool) -> Pane:
    """The next (`by` 1) or previous (-1) pane, round and round; `panel`: whether the customer panel takes part."""
    panes = [one for one in Pane if panel or one is not Pane.PANEL]
    at = panes.index(pane) if pane in panes else 0
    return panes[(at + by) % len(panes)]
