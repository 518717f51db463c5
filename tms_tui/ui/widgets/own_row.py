"""Shows the row of a text area that was just edited without waiting for the next frame.

The one place that reaches below Textual's public door: it writes to the driver. The ordinary frame follows and
writes the same row again, so whatever goes wrong here is put right within a frame. TMS_CHAT_PAINT=stock
switches it off; a test fails when Textual's ground changes.
"""

import os
from typing import Final, NamedTuple

from rich.control import Control
from textual.geometry import Offset
from textual.strip import Strip
from textual.widgets import TextArea

_SYNC_START: Final = "\x1b[?2026h"
_SYNC_END: Final = "\x1b[?2026l"


class _Caret(NamedTuple):
    """Where the caret was: its row on the screen, and how far the text was scrolled."""

    y: int
    scroll_y: int
    height: int


class OwnRow:
    """Writes one row of `area` to the terminal."""

    def __init__(self, area: TextArea) -> None:
        self._area = area
        self._enabled = os.environ.get("TMS_CHAT_PAINT") != "stock"

    def before_edit(self) -> _Caret:
        """Remember where the caret stands."""
        area = self._area
        return _Caret(area.cursor_screen_offset.y, round(area.scroll_y), area.wrapped_document.height)

    def after_edit(self, before: _Caret) -> None:
        """Write the caret's row, if the edit stayed on it."""
        if self._enabled and self.before_edit() == before and self._is_uncovered():
            self._write(before.y)

    def _is_uncovered(self) -> bool:
        area = self._area
        return area.is_attached and area.has_focus and area.screen.is_current and not area.app.is_headless

    def _write(self, y: int) -> None:
        area, app = self._area, self._area.app
        driver = app._driver  # noqa: SLF001
        region = area.content_region
        if driver is None or y not in range(region.y, region.bottom):
            return
        strip = self._filtered(area.render_line(y - region.y)).crop(0, region.width)
        row = [
            Control.move_to(region.x, y).segment.text,
            strip.render(app.console),
            Control.move_to(*self._caret()).segment.text,
        ]
        if app._sync_available:  # noqa: SLF001
            row = [_SYNC_START, *row, _SYNC_END]
        driver.write("".join(row))
        driver.flush()

    def _filtered(self, strip: Strip) -> Strip:
        area = self._area
        background = area.background_colors[1]
        for line_filter in area.get_line_filters():
            strip = strip.apply_filter(line_filter, background)
        return strip

    def _caret(self) -> Offset:
        area = self._area
        return area.screen.outer_size.clamp_offset(area.cursor_screen_offset)
