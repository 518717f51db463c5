"""The help as wide as the terminal, however narrow: words go below an option where they do not fit beside it."""

import shutil
from collections.abc import Iterable
from textwrap import wrap
from typing import Final

import click

_WIDEST: Final = 78
_NARROWEST: Final = 20


class NarrowHelp(click.HelpFormatter):
    """click's own never gets narrower than 50 columns, and keeps 30 of them for the names."""

    def __init__(self, indent_increment: int = 2, width: int | None = None, max_width: int | None = None) -> None:
        fitting = max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size().columns - 1))
        super().__init__(indent_increment, width or fitting, max_width)

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        room = self.width - self.current_indent
        folded = [("\n".join(self._folded(name, room)), words) for name, words in rows]
        super().write_dl(folded, min(col_max, self.width * 2 // 5), col_spacing)

    def _folded(self, name: str, room: int) -> list[str]:
        """A name in lines, the later ones deeper than the first."""
        later = " " * (2 * self.current_indent)
        lines = wrap(name, room, break_long_words=False, break_on_hyphens=False) or [""]
        return [lines[0], *(later + line for line in lines[1:])]


def use() -> None:
    """Write every command's help so, the server's too."""
    click.Context.formatter_class = NarrowHelp
