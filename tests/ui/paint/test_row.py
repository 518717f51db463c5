"""A row looks the same as any strip, and takes fewer bytes."""

import io
import re

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import NoColor
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
