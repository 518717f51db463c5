"""A strip that names each colour once: over ssh the colours of a row weigh more than its text."""

from functools import lru_cache
from typing import NamedTuple

from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS, Console
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.strip import Strip


class _Codes(NamedTuple):
    """What a style is to the terminal; empty: nothing to say."""

    attributes: str
    colour: str
    background: str


_NOTHING = _Codes("", "", "")


class Row(Strip):
    """Looks like any strip, and stays one of these when filtered or cropped. Links are left to the base."""

    __slots__ = ("_cropped", "_filtered", "_written")

    def __init__(self, segments: list[Segment], cell_length: int | None = None) -> None:
        super().__init__(segments, cell_length)
        self._cropped: dict[tuple[int, int | None], Strip] = {}
        self._filtered: dict[tuple[LineFilter, Color], Strip] = {}
        self._written: str | None = None

    def apply_filter(self, filter: LineFilter, background: Color) -> Strip:  # noqa: A002
        key = (filter, background)
        if key not in self._filtered:
            self._filtered[key] = Row(filter.apply(list(self), background), self.cell_length)
        return self._filtered[key]

    def crop(self, start: int, end: int | None = None) -> Strip:
        key = (start, end)
        if key not in self._cropped:
            cropped = super().crop(start, end)
            self._cropped[key] = self if cropped is self else Row(list(cropped), cropped.cell_length)
        return self._cropped[key]

    def render(self, console: Console) -> str:
        if self._written is None:
            if any(style is not None and style.link for _, style, _ in self):
                return super().render(console)
            self._written = _written(self, COLOR_SYSTEMS.get(console.color_system or "", ColorSystem.TRUECOLOR))
        return self._written


def blank_tail(row: Strip) -> tuple[int, tuple[object, ...]]:
    """How many blank cells a row ends in, and what can be seen of them: background, lines, inversion."""
    segments = list(row)
    if not segments:
        return 0, ()
    text, style, _ = segments[-1]
    seen = (style.bgcolor, style.reverse, style.underline, style.strike) if style is not None else ()
    return len(text) - len(text.rstrip(" ")), seen


def _written(row: Strip, system: ColorSystem) -> str:
    written: list[str] = []
    now = _NOTHING
    for text, style, _ in row:
        codes = _codes(style, system) if style is not None else _NOTHING
        if codes != now:
            written.append(f"\x1b[{_change(now, codes)}m")
            now = codes
        written.append(text)
    if now != _NOTHING:
        written.append("\x1b[0m")
    return "".join(written)


def _change(now: _Codes, codes: _Codes) -> str:
    """The shortest way from one style to another; attributes can only be taken back all together."""
    drops = codes.attributes != now.attributes or any(old and not new for old, new in zip(now, codes, strict=True))
    if drops and now != _NOTHING:
        return ";".join(("0", *filter(None, codes)))
    return ";".join(new for old, new in zip(now, codes, strict=True) if new and (drops or new != old))


@lru_cache(maxsize=512)
def _codes(style: Style, system: ColorSystem) -> _Codes:
    return _Codes(
        Strip.render_ansi(style.without_color, system),
        Strip.render_ansi(Style(color=style.color), system),
        Strip.render_ansi(Style(bgcolor=style.bgcolor), system),
    )
