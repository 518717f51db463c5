"""Bars as high as their figures, in block characters or plain ones, never braille."""

from hypothesis import given
from hypothesis import strategies as st

from tms_tui.ui.paint.sparkline import sparkline

FIGURES = st.lists(st.floats(0.0, 1e6), max_size=100)


@given(FIGURES, st.integers(1, 80), st.booleans())
def test_as_many_bars_as_there_is_room_for(values: list[float], width: int, ascii_only: bool) -> None:
    drawn = sparkline(values, width, ascii_only=ascii_only)
    assert len(drawn) == min(len(values), width)
    assert all(one in "_.-:=+*#" if ascii_only else "\u2581" <= one <= "\u2588" for one in drawn)


@given(st.lists(st.floats(0.001, 1e6), min_size=2, max_size=60))
def test_a_higher_figure_is_never_a_lower_bar(values: list[float]) -> None:
    drawn = sparkline(values, 60)
    pairs = sorted(zip(values, drawn, strict=True))
    assert [bar for _, bar in pairs] == sorted(bar for _, bar in pairs)
    assert max(drawn) == "\u2588"


def test_the_newest_stand_at_the_right_and_the_oldest_are_left_out() -> None:
    assert sparkline([99.0, 0.0, 4.0, 8.0], 3, ascii_only=True) == "_=#"


def test_nothing_measured_is_nothing_drawn() -> None:
    assert sparkline([], 10) == ""
    assert sparkline([0.0, 0.0], 10) == "\u2581\u2581"
