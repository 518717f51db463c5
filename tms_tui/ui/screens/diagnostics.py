"""What happened on the line so far, as a page that follows what happens while it is read."""

from collections.abc import Callable, Iterator
from functools import partial
from textwrap import wrap
from typing import Final

from textual.content import Content

from tms_tui import wording
from tms_tui.core import select
from tms_tui.core.state import State
from tms_tui.ui.paint.sparkline import sparkline
from tms_tui.ui.screens.reading import Reading
from tms_tui.wording.diagnostics import diagnosis
from tms_tui.wording.ways import USUAL, Ways

_LABEL: Final = 14
_WIDTH: Final = 76
"""Columns in a terminal of 80."""
_BARS: Final = 60


class Diagnostics(Reading):
    """Draws again when told to look, and only when it has something else to say: nothing ticks."""

    def __init__(self, state: Callable[[], State], *, ascii_only: bool = False, ways: Ways = USUAL) -> None:
        self._state = state
        self._page = partial(page, ascii_only=ascii_only, ways=ways)
        self._shown = self._page(state())
        super().__init__("Diagnostics", Content(self._shown))

    def look_again(self) -> None:
        """Something may have changed."""
        now = self._page(self._state())
        if now != self._shown and self.is_attached:
            self._shown = now
            self.show_text(Content(now))


def page(state: State, *, ascii_only: bool, ways: Ways) -> str:
    """The connection's figures, and what happened on it, newest first; long lines go on below their own words."""
    return "\n".join(part for line in _lines(state, ascii_only=ascii_only, ways=ways) for part in _wrapped(line))


def _lines(state: State, *, ascii_only: bool, ways: Ways) -> Iterator[str]:
    sign, words = wording.badge(select.badge(state), ascii_only=ascii_only, ways=ways)
    found = diagnosis(state, f"{sign} {words}")
    for name, figure in found.figures:
        yield f"{name:<{_LABEL}}{figure}"
        if name == "Delivery" and state.health.deliveries:
            bars = sparkline(state.health.deliveries, _BARS, ascii_only=ascii_only)
            yield f"{'':<{_LABEL}}{bars}"
            yield f"{'':<{_LABEL}}from a message's storing to its being here, newest last"
    for section in found.sections:
        yield ""
        yield section.title
        for one in section.happened:
            yield f"  {one.at}  {one.words}" if one.at else f"  {one.words}"
        if not section.happened:
            yield f"  {section.none}"


def _wrapped(line: str) -> list[str]:
    return wrap(line, _WIDTH, subsequent_indent=" " * _LABEL) or [""]
