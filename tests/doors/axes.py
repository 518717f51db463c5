"""What a door can be opened with: terminals, looks, sizes and streams; and the cells that stand for all of them."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from tests.doors.covering import covering

TERMS: Final = ("xterm-256color", "screen", "tmux-256color", "linux", "vt100", "dumb", "none")
"""Values of TERM; `none`: there is no such variable."""
LOOKS: Final[Mapping[str, Mapping[str, str]]] = {
    "NO_COLOR": {"NO_COLOR": "1"},
    **{theme: {"TMS_CHAT_THEME": theme} for theme in ("dark", "light", "high-contrast", "ansi")},
    "ascii": {"TMS_CHAT_ASCII": "1"},
    "reduced motion": {"TMS_CHAT_REDUCED_MOTION": "1"},
}
SIZES: Final[Mapping[str, tuple[int, int]]] = {
    "160x48": (48, 160),
    "80x24": (24, 80),
    "60x20": (20, 60),
    "40x10": (10, 40),
}
STREAMS: Final[Mapping[str, str]] = {
    "a terminal": "",
    "a pipe": '>"$PIPE"',
    "</dev/null": "</dev/null",
    "<&-": "<&-",
    ">/dev/full": ">/dev/full",
    ">&-": ">&-",
    "2>/dev/full": "2>/dev/full",
    "2>&-": "2>&-",
}
"""What a shell is told; everything else stays at the terminal."""


class Cell(NamedTuple):
    """One command, or first screen, in one surrounding; each by its name."""

    command: str
    term: str
    look: str
    size: str
    stream: str

    @property
    def environment(self) -> dict[str, str]:
        """The variables of the terminal and the look."""
        colours = {"COLORTERM": "truecolor"} if self.term in {"xterm-256color", "tmux-256color"} else {}
        return {**({} if self.term == "none" else {"TERM": self.term}), **colours, **LOOKS[self.look]}

    @property
    def reads_terminal(self) -> bool:
        """Whether standard input is the terminal."""
        return self.stream not in {"</dev/null", "<&-"}

    @property
    def loses_output(self) -> bool:
        """Whether standard output takes nothing."""
        return self.stream in {">/dev/full", ">&-"}

    @property
    def loses_talk(self) -> bool:
        """Whether standard error takes nothing."""
        return self.stream in {"2>/dev/full", "2>&-"}

    @property
    def draws(self) -> bool:
        """Whether a desk can be drawn: the terminal has a name, and takes output and errors."""
        return self.term not in {"dumb", "none"} and self.stream in {"a terminal", "</dev/null", "<&-"}

    def __str__(self) -> str:
        return f"{self.command} [{self.term}, {self.look}, {self.size}, {self.stream}]"


def cells(commands: Sequence[str], ways: int) -> list[Cell]:
    """Cells in which any `ways` values of different axes stand together; repeatable."""
    axes = (tuple(commands), TERMS, tuple(LOOKS), tuple(SIZES), tuple(STREAMS))
    rows = covering([len(axis) for axis in axes], ways)
    return sorted(Cell(*(axis[value] for axis, value in zip(axes, row, strict=True))) for row in rows)
