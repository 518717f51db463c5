"""A widget made of whole rows: repaints only the rows that changed, and never lays anything out."""

from collections.abc import Sequence
from itertools import groupby, takewhile
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Offset, Region
from textual.strip import Strip
from textual.widget import Widget

from tms_tui.ui.paint.cells import cells, fit
from tms_tui.ui.paint.look import ASCII, PARTS, Look, Signs
from tms_tui.ui.paint.row import Row, blank_tail
from tms_tui.ui.widgets.own_row import is_enabled, write_regions
from tms_tui.wording.ways import USUAL, Ways

_NO_CELLS: Final = (0, 0)
_GRAIN: Final = 16
"""Cells by which partly painted rows grow, so that their cropped forms can be used again."""


class LineCanvas(Widget, inherit_bindings=False):
    """Base of the transcript and the session list. Has neither border nor padding: wrap it for those.

    A subclass builds all visible rows in `_build_rows` and calls `repaint` whenever they may have changed.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"canvas--{part}" for part in PARTS}
    DEFAULT_CSS = """
    LineCanvas {
        width: 1fr;
        height: 1fr;
        background: $background;
        color: $foreground;
        & > .canvas--dim { color: $text-muted; }
        & > .canvas--customer { color: $text-accent; text-style: bold; }
        & > .canvas--agent { color: $text-secondary; }
        & > .canvas--you { color: $text-primary; }
        & > .canvas--note { color: $text-warning; text-style: italic; }
        & > .canvas--system { color: $text-muted; }
        & > .canvas--alert { color: $text-error; text-style: bold; }
        & > .canvas--selected { color: $text; text-style: bold; }
        &:focus > .canvas--selected {
            color: $block-cursor-foreground; background: $block-cursor-background; text-style: bold;
        }
    }
    """

    def __init__(self, *, ascii_only: bool = False, ways: Ways = USUAL, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._signs = ASCII if ascii_only else Signs()
        self._ways = ways
        self._look: Look | None = None
        self._rows: list[Strip] = []
        self._writes_itself = is_enabled()

    def repaint(self) -> None:
        """Build the rows anew and paint those that differ from what stands on the screen."""
        if not self.size:
            return
        before, self._rows = self._rows, self._built()
        if len(before) != len(self._rows):
            self.refresh()
            return
        regions = _regions([_changed_cells(*pair) for pair in zip(before, self._rows, strict=True)])
        self._place_cursor()
        if regions and not (self._writes_itself and write_regions(self, regions)):
            self.refresh(*regions)

    def render_lines(self, crop: Region) -> list[Strip]:
        if len(self._rows) != self.size.height or (self._rows and self._rows[0].cell_length != self.size.width):
            self._rows = self._built()
        rows = self._rows[crop.y : crop.bottom]
        filters = self.get_line_filters()
        if filters:
            background = self.background_colors[1]
            for line_filter in filters:
                rows = [row.apply_filter(line_filter, background) for row in rows]
        if crop.column_span != (0, self.size.width):
            rows = [row.crop(*crop.column_span) for row in rows]
        return rows

    def render_line(self, y: int) -> Strip:
        return self.render_lines(Region(0, y, self.size.width, 1))[0]

    def notify_style_update(self) -> None:
        super().notify_style_update()
        if self._look is not None and self.is_attached:
            # The styles of the parts are settled only after this: painted now, a focus would be seen at the next one.
            self.call_next(self._look_again)

    def _look_again(self) -> None:
        self._forget_look()
        self.repaint()

    def on_resize(self) -> None:
        self.repaint()

    def on_focus(self) -> None:
        self._forget_look()
        self.repaint()
        self._place_cursor()

    def on_blur(self) -> None:
        self._forget_look()
        self.repaint()

    @property
    def look(self) -> Look:
        """The styles of this widget as its theme and focus have them now."""
        if self._look is None:
            parts = {part: self.get_component_rich_style(f"canvas--{part}") for part in PARTS}
            self._look = Look(base=self.rich_style, signs=self._signs, ways=self._ways, **parts)
        return self._look

    def _build_rows(self, width: int, height: int) -> list[Strip]:
        """Return the visible rows, at most `height`, each exactly `width` cells."""
        raise NotImplementedError

    def _cursor_row(self) -> int | None:
        """Return the row of the selection, if it is visible."""
        raise NotImplementedError

    def _forget_look(self) -> None:
        """Drop the styles, and whatever was painted with them."""
        self._look = None

    def _place_cursor(self) -> None:
        """Put the terminal's own cursor on the selection, where screen readers and braille lines read."""
        row = self._cursor_row()
        if self.has_focus and row is not None and self.app.screen is self.screen:
            self.app.cursor_position = self.region.offset + Offset(0, row)

    def _built(self) -> list[Strip]:
        width, height = self.size
        rows = self._build_rows(width, height)
        rows += [self._blank(width, self.look.base)] * (height - len(rows))
        return rows

    @staticmethod
    def _blank(width: int, style: Style) -> Strip:
        return Row([Segment(" " * width, style)], width)

    @staticmethod
    def _line(words: str, width: int, style: Style) -> Strip:
        return Row([Segment(fit(words, width), style)], width)


def _changed_cells(before: Strip, row: Strip) -> tuple[int, int]:
    """Which cells of a row are to be painted again: not what both begin with, nor the blanks that both end in."""
    if row is before:
        return _NO_CELLS
    if row.cell_length != before.cell_length:
        return 0, row.cell_length
    start, end = _same_beginning(before, row), row.cell_length
    (blanks_before, seen_before), (blanks, seen) = blank_tail(before), blank_tail(row)
    if seen == seen_before:
        used = end - min(blanks, blanks_before)
        end = min(end, -(-used // _GRAIN) * _GRAIN)
    return (start, end) if start < end else _NO_CELLS


def _same_beginning(before: Strip, row: Strip) -> int:
    """The cells of the segments that both begin with: of messages of one author often all but the words."""
    same = takewhile(lambda pair: pair[0] == pair[1], zip(before, row, strict=False))
    return sum(cells(segment.text) for segment, _ in same)


def _regions(spans: Sequence[tuple[int, int]]) -> list[Region]:
    regions: list[Region] = []
    y = 0
    for (start, end), rows in groupby(spans):
        height = len(list(rows))
        if start < end:
            regions.append(Region(start, y, end - start, height))
        y += height
    return regions
