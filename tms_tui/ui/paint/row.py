"""A strip that names each colour once: over ssh the colours of a row weigh more than its text."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS, Console
from rich.segment import Segment
from rich.style import Style
from textual.cache import FIFOCache
from textual.color import Color
from textual.filter import LineFilter
from textual.strip import Strip

from tms_tui.ui.paint.cells import cells


class _Codes(NamedTuple):
    """What a style is to the terminal; empty: nothing to say."""

    attributes: str
    colour: str
    background: str


_NOTHING = _Codes("", "", "")
_CACHES: Final = frozenset(name for name in Strip.__slots__ if name.endswith("_cache")) - {"_render_cache"}
_CACHED: Final = 4


class Row(Strip):
    """Looks like any strip, and stays one of these when filtered or cropped. Links are left to the base.

    Hundreds are kept, so it weighs little: of what was asked of it, it remembers the last, and never itself, which
    only a search for garbage could free.
    """

    __slots__ = ("_cropped", "_filtered", "_length", "_written")

    def __init__(self, segments: list[Segment], cell_length: int | None = None) -> None:
        # Not the base's: it makes seven caches, more than a kilobyte, and a row is seldom asked for what they hold.
        self._segments = list(segments)
        if cell_length is None:
            cell_length = sum([cells(text) for text, _, control in segments if not control])
        self._cell_length = self._length = cell_length
        self._render_cache = self._link_ids = self._cell_count = None
        self._cropped: tuple[tuple[int, int | None], Strip] | None = None
        self._filtered: tuple[tuple[LineFilter, Color], Strip | None] | None = None
        self._written: str | None = None

    def __getattr__(self, name: str) -> FIFOCache[object, object]:
        """Make a cache of the base's when it is first wanted."""
        if name not in _CACHES:
            raise AttributeError(name)
        cache = FIFOCache[object, object](_CACHED)
        setattr(self, name, cache)
        return cache

    def apply_filter(self, filter: LineFilter, background: Color) -> Strip:  # noqa: A002
        key = (filter, background)
        if self._filtered is None or self._filtered[0] != key:
            segments = filter.apply(self._segments, background)
            filtered = None if segments == self._segments else Row(segments, self._length)
            self._filtered = (key, filtered)
        return self._filtered[1] or self

    def crop(self, start: int, end: int | None = None) -> Strip:
        if start <= 0 and (end is None or end >= self._length):
            return self
        key = (start, end)
        if self._cropped is None or self._cropped[0] != key:
            cropped = Strip(self._segments, self._length).crop(start, end)
            self._cropped = (key, Row(list(cropped), cropped.cell_length))
        return self._cropped[1]

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        length = self._length
        within = [cut for cut in cuts if cut <= length]
        return [self] if within == [length] else super().divide(within)

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
