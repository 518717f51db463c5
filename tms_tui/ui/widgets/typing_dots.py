"""Who types: one line with three moving dots, still while motion is off, without a timer while nobody types."""

from collections.abc import Sequence
from typing import Final

from rich.segment import Segment
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from tms_tui import wording
from tms_tui.ui.paint.cells import fit

_STEP: Final = 0.4
_FRAMES: Final = (".  ", ".. ", "...")
_STILL: Final = "..."


class TypingDots(Widget):
    """Names all who type. Always one row high, so that nothing moves when somebody begins."""

    DEFAULT_CSS = """
    TypingDots { height: 1; width: 1fr; color: $text-muted; }
    """

    def __init__(self, *, reduced_motion: bool = False, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._still = reduced_motion
        self._words = ""
        self._frame = 0
        self._timer: Timer | None = None

    @property
    def moving(self) -> bool:
        """Whether a timer runs."""
        return self._timer is not None

    def show_names(self, names: Sequence[str]) -> None:
        """Say who types now; nobody when empty."""
        words = wording.typing(list(names))
        if words == self._words:
            return
        self._words = words
        self._run(moving=bool(words) and not self._still)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        dots = _STILL if self._still else _FRAMES[self._frame]
        said = f" {self._words} {dots}" if self._words and y == 0 else ""
        return Strip([Segment(fit(said, self.size.width), self.rich_style)], self.size.width)

    def _run(self, *, moving: bool) -> None:
        if moving and self._timer is None:
            self._timer = self.set_interval(_STEP, self._step)
        elif not moving and self._timer is not None:
            self._timer.stop()
            self._timer = None
            self._frame = 0

    def _step(self) -> None:
        self._frame = (self._frame + 1) % len(_FRAMES)
        self.refresh()
