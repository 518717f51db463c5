"""A row looks the same as any strip, and takes fewer bytes."""

import gc
import io
import re
import tracemalloc
import weakref

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import MONOKAI
from textual.color import Color
from textual.filter import ANSIToTruecolor, NoColor
from textual.strip import Strip

from tms_tui.ui.paint.row import Row, blank_tail

CONSOLE = Console(file=io.StringIO(), color_system="truecolor", force_terminal=True)
STYLES = st.builds(
    Style,
    color=st.sampled_from([None, "#ff0000", "#00ff00"]),
    bgcolor=st.sampled_from([None, "#000010", "#101010"]),
    bold=st.sampled_from([None, True]),
    italic=st.sampled_from([None, True]),
    underline=st.sampled_from([None, True]),
)
SEGMENTS = st.lists(st.builds(Segment, st.text("ab ", min_size=1, max_size=4), st.none() | STYLES), max_size=8)
RED = Style(color="#ff0000")
WORDS = [Segment("12:30 "), Segment("customer Nora ", RED), Segment("where is my parcel" + " " * 40, RED)]
MANY = 200
SGR = re.compile(r"\x1b\[([\d;]*)m|(.)")


def cells(written: str) -> list[tuple[str, frozenset[str]]]:
    """Each letter with what a terminal would draw it in."""
    drawn: list[tuple[str, frozenset[str]]] = []
    now: dict[str, str] = {}
    for codes, letter in SGR.findall(written):
        if letter:
            drawn.append((letter, frozenset(now.values())))
            continue
        for code in re.findall(r"[34]8;2;\d+;\d+;\d+|\d+", codes):
            if code == "0":
                now.clear()
            else:
                now[code[:4] if ";" in code else code] = code
    assert not now, "the row leaves the terminal as it found it"
    return drawn


@given(SEGMENTS)
def test_it_looks_the_same(segments: list[Segment]) -> None:
    assert cells(Row(segments).render(CONSOLE)) == cells(Strip(segments).render(CONSOLE))


@given(SEGMENTS)
def test_it_is_never_longer(segments: list[Segment]) -> None:
    assert len(Row(segments).render(CONSOLE)) <= len(Strip(segments).render(CONSOLE))


@given(SEGMENTS, st.integers(0, 30), st.integers(0, 30))
def test_cropped_and_filtered_it_is_still_the_same(segments: list[Segment], start: int, end: int) -> None:
    row, strip = Row(segments), Strip(segments)
    assert cells(row.crop(start, end).render(CONSOLE)) == cells(strip.crop(start, end).render(CONSOLE))
    plain, background = NoColor(), Color.parse("black")
    filtered = row.apply_filter(plain, background)
    assert filtered == strip.apply_filter(plain, background)
    assert row.apply_filter(plain, background) is filtered


def test_a_colour_is_named_once() -> None:
    background = "#101010"
    row = Row(
        [
            Segment("a", Style(color="#ff0000", bgcolor=background)),
            Segment("b", Style(color="#00ff00", bgcolor=background)),
        ]
    )
    assert row.render(CONSOLE) == "\x1b[38;2;255;0;0;48;2;16;16;16ma\x1b[38;2;0;255;0mb\x1b[0m"


def test_blank_ends_are_known_by_what_can_be_seen_of_them() -> None:
    red, green = Style(color="#ff0000", bgcolor="#101010"), Style(color="#00ff00", bgcolor="#101010")
    assert blank_tail(Row([Segment("ab  ", red)])) == blank_tail(Row([Segment("x", red), Segment("yz  ", green)]))
    assert blank_tail(Row([Segment("ab  ", red)])) != blank_tail(Row([Segment("ab  ", Style(bgcolor="#202020"))]))
    assert blank_tail(Row([Segment("ab  ", red)])) != blank_tail(Row([Segment("ab  ", red + Style(underline=True))]))


@given(SEGMENTS, st.lists(st.integers(1, 40), unique=True).map(sorted))
def test_it_answers_all_that_a_strip_answers(segments: list[Segment], cuts: list[int]) -> None:
    """What the base keeps in its caches is made when asked for, here twice: the second answer comes from there."""
    row, strip = Row(segments), Strip(segments)
    for _ in range(2):
        assert row.divide(cuts) == strip.divide(cuts)
        assert row.crop_extend(1, 20, RED) == strip.crop_extend(1, 20, RED)
        assert row.adjust_cell_length(7, RED) == strip.adjust_cell_length(7, RED)
        assert row.apply_style(RED) == strip.apply_style(RED)
        assert row.apply_offsets(3, 4) == strip.apply_offsets(3, 4)
        assert row[1:5] == strip[1:5]
        assert (row.link_ids, row.cell_count, row.cell_length) == (strip.link_ids, strip.cell_count, strip.cell_length)
        assert row.simplify() == strip.simplify()
    assert row.divide(iter(cuts)) == strip.divide(iter(cuts))


def test_it_has_all_the_fields_of_a_strip_and_no_others() -> None:
    row, strip = Row([Segment("words")]), Strip([Segment("words")], 5)
    for name in Strip.__slots__:
        assert type(getattr(row, name)) is type(getattr(strip, name)), name
    assert not hasattr(row, "_another_cache")


def test_a_kept_row_weighs_little() -> None:
    assert weight(Row) < weight(Strip) / 2


def test_a_row_is_gone_when_nobody_holds_it() -> None:
    """Without a search for garbage: what was alive at `gc.freeze` would never be found by one."""
    row = Watched(WORDS)
    for part in (row, *row.divide([row.cell_length]), row.crop(0, row.cell_length)):
        looked_at(part)
    del part
    gone = weakref.ref(row)
    gc.disable()
    try:
        del row
        assert gone() is None
    finally:
        gc.enable()


class Watched(Row):
    __slots__ = ("__weakref__",)


def looked_at(row: Strip) -> Strip:
    """Filtered, cut and written as a paint does it."""
    dark = row.apply_filter(ANSIToTruecolor(MONOKAI), Color.parse("black"))
    for part in (*dark.divide([row.cell_length]), dark.crop(0, row.cell_length), dark.crop(0, 48)):
        part.render(CONSOLE)
    return row


def weight(kind: type[Strip]) -> int:
    """Bytes of some rows that were looked at."""
    looked_at(kind(WORDS))
    tracemalloc.start()
    try:
        kept = [looked_at(kind(WORDS)) for _ in range(MANY)]
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    return taken // len(kept)
