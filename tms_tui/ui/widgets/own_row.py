"""Shows rows that have just changed without waiting for the next frame.

The one place that reaches below Textual's public door: it writes to the driver. A frame would ask every widget on
those rows for all of its own, and cut them at each border: five times the work. TMS_CHAT_PAINT=stock switches it
off; a test fails when Textual's ground changes.
"""

import os
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from rich.control import Control
from textual.color import Color
from textual.errors import NoWidget
from textual.geometry import Offset, Region
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import TextArea

_SYNC_START: Final = "\x1b[?2026h"
_SYNC_END: Final = "\x1b[?2026l"


class _Caret(NamedTuple):
    """Where the caret was: its row in the wrapped text, how far that was scrolled, and how many rows it had."""

    row: int
    scroll_y: int
    rows: int


class OwnRow:
    """Writes the row of `area` that was edited; the frame that follows writes it again."""

    def __init__(self, area: TextArea) -> None:
        self._area = area
        self._enabled = is_enabled()

    def before_edit(self) -> _Caret:
        """Remember where the caret stands."""
        document = self._area.wrapped_document
        row = document.location_to_offset(self._area.cursor_location).y
        return _Caret(row, round(self._area.scroll_y), document.height)

    def after_edit(self, before: _Caret) -> None:
        """Write the caret's row, if the edit stayed on it."""
        area = self._area
        if self._enabled and self.before_edit() == before and area.has_focus and _is_uncovered(area):
            self._write(before.row - before.scroll_y)

    def _write(self, y: int) -> None:
        area, region = self._area, self._area.content_region
        if y in range(region.height):
            strip = self._filtered(area.render_line(y)).crop(0, region.width)
            _write(area, [(region.offset + Offset(0, y), strip)], area.cursor_screen_offset)

    def _filtered(self, strip: Strip) -> Strip:
        # A text area paints its ground into every segment; asking all around it for theirs would take longer.
        grounds = (style.bgcolor for _, style, _ in strip if style is not None and style.bgcolor is not None)
        ground = next(grounds, None)
        background = Color.from_rich_color(ground) if ground is not None else self._area.background_colors[1]
        for line_filter in self._area.get_line_filters():
            strip = strip.apply_filter(line_filter, background)
        return strip


def is_enabled() -> bool:
    """Whether rows may be written past the frames."""
    return os.environ.get("TMS_CHAT_PAINT") != "stock"


def write_regions(widget: Widget, regions: Sequence[Region]) -> bool:
    """Write parts of a widget without border, padding or children; False when only a frame can show them.

    The last row comes first, for there is the news when a conversation moved up by a row, and then once more at its
    place: a terminal that gives an emoji more cells than it has lets it run into the row below, to be painted over.
    """
    if not (_is_uncovered(widget) and _is_whole(widget)):
        return False
    origin, width = widget.region.offset, widget.region.width
    around = Region.from_union(regions)
    strips = widget.render_lines(Region(0, around.y, width, around.height))
    rows = [
        (origin + Offset(region.x, y), strips[y - around.y].crop(region.x, region.right))
        for region in regions
        for y in region.line_range
    ]
    _write(widget, rows if len(rows) == 1 else [rows[-1], *rows], widget.app.cursor_position)
    return True


def _is_uncovered(widget: Widget) -> bool:
    return widget.is_attached and widget.app.screen is widget.screen and not widget.app.is_headless


def _is_whole(widget: Widget) -> bool:
    """Whether it has a place, and all of it is to be seen there."""
    try:
        place = widget.screen.find_widget(widget)
    except NoWidget:  # its column is hidden
        return False
    return bool(place.region) and place.visible_region == place.region


def _write(widget: Widget, rows: Iterable[tuple[Offset, Strip]], cursor: Offset) -> None:
    app = widget.app
    driver = app._driver  # noqa: SLF001
    if driver is None:
        return
    written = [part for place, strip in rows for part in (_move_to(place), strip.render(app.console))]
    written.append(_move_to(widget.screen.outer_size.clamp_offset(cursor)))
    if app._sync_available:  # noqa: SLF001
        written = [_SYNC_START, *written, _SYNC_END]
    driver.write("".join(written))
    driver.flush()


def _move_to(place: Offset) -> str:
    return Control.move_to(*place).segment.text
