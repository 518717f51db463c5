"""The last announcement, until the next one, and beside it what stands there for good."""

from textual.content import Content

from tms_tui.ui.widgets.line import Line

_LEAST = 30
"""Cells that the announcement keeps for itself."""


class EventLine(Line):
    """Holds what was said last, so that it can be read again at any time. `standing` is never overwritten."""

    DEFAULT_CSS = "EventLine { padding: 0 1; background: $surface; color: $foreground; }"

    def __init__(self, standing: str = "", *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._standing = Content(standing)

    def render(self) -> Content:
        width, aside = max(1, self.size.width), self._standing.cell_length
        if not aside or width < aside + _LEAST:
            return super().render()
        said = self._content.truncate(width - aside - 2, ellipsis=True)
        return said.pad_right(width - aside - said.cell_length) + self._standing
