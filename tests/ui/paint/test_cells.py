"""Wrapping loses nothing and never goes past the edge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cached_cell_len, cell_len

from tms_tui.domain.text import clean
from tms_tui.ui.paint.cells import cells, clip, fit, wrap

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "word",
                "a",
                " ",
                "  ",
                "字幕",
                "é",
                "e\u0301",
                FAMILY,
                "\U0001f44d\U0001f3fd",
                "\u2764\ufe0f",
                "#\ufe0f\u20e3",
            ]
        ),
        st.text(max_size=3),
    ),
    max_size=60,
).map("".join)


def one_line(raw: str) -> str:
    return clean(raw).replace("\n", " ")


@given(PIECES.map(one_line), st.integers(2, 60))
def test_no_row_is_wider_than_the_width(line: str, width: int) -> None:
    assert all(cell_len(row) <= width for row in wrap(line, width))


@given(PIECES.map(one_line), st.integers(2, 60))
def test_only_blanks_at_row_ends_are_left_out(line: str, width: int) -> None:
    rows = wrap(line, width)
    shown = "".join(rows)
    assert shown.replace(" ", "") == line.replace(" ", "")
    assert len(line) - len(shown) <= len(rows) - 1


@pytest.mark.parametrize(
    ("line", "width", "rows"),
    [
        ("", 10, [""]),
        ("short", 10, ["short"]),
        ("my card was refused", 8, ["my card", "was", "refused"]),
        ("exactly ten", 7, ["exactly", "ten"]),
        ("unbreakable", 4, ["unbr", "eaka", "ble"]),
        ("    indented text", 10, ["   ", "indented", "text"]),
        ("字幕字幕", 5, ["字幕", "字幕"]),
        ("a 字幕 b", 5, ["a", "字幕", "b"]),
    ],
)
def test_rows(line: str, width: int, rows: list[str]) -> None:
    assert wrap(line, width) == rows


@given(st.text(max_size=40).map(one_line), st.integers(0, 30))
def test_fit_is_exact(line: str, width: int) -> None:
    assert cell_len(fit(line, width)) == width


def test_a_clipped_line_says_so() -> None:
    assert clip("Jonas Weber", 8) == "Jonas W\u2026"
    assert clip("two\nlines", 20) == "two lines"


@given(st.text(max_size=40))
def test_cells_are_counted_as_a_terminal_does(text: str) -> None:
    assert cells(text) == cell_len(text)


def test_what_people_wrote_is_not_remembered() -> None:
    before = cached_cell_len.cache_info().currsize
    for number in range(100):
        fit(f"{number} words that nobody wrote before", 60)
    assert cached_cell_len.cache_info().currsize == before
