"""The reader's place: what is visible is contiguous, fills the view, and never skips."""

from hypothesis import given
from hypothesis import strategies as st

from tms_tui.ui.paint.viewport import Place, Slice, bottomed, fill, scrolled, topped

HEIGHTS = st.lists(st.integers(1, 9), min_size=1, max_size=20)


def rows_of(slices: list[Slice]) -> list[tuple[int, int]]:
    return [(part.entry, row) for part in slices for row in range(part.first, part.last)]


def all_rows(heights: list[int]) -> list[tuple[int, int]]:
    return [(entry, row) for entry, height in enumerate(heights) for row in range(height)]


@given(HEIGHTS, st.integers(0, 25), st.integers(0, 12), st.integers(1, 30))
def test_the_view_is_full_and_contiguous(heights: list[int], bottom: int, below: int, height: int) -> None:
    _, slices = fill(Place(bottom, below), len(heights), heights.__getitem__, height)
    everything, shown = all_rows(heights), rows_of(slices)
    assert len(shown) == min(height, len(everything))
    start = everything.index(shown[0])
    assert shown == everything[start : start + len(shown)]


@given(HEIGHTS, st.integers(0, 25), st.integers(0, 12), st.integers(1, 30))
def test_the_place_given_back_shows_the_same(heights: list[int], bottom: int, below: int, height: int) -> None:
    place, slices = fill(Place(bottom, below), len(heights), heights.__getitem__, height)
    again, same = fill(place, len(heights), heights.__getitem__, height)
    assert (again, same) == (place, slices)


@given(HEIGHTS, st.integers(0, 19), st.integers(-30, 30), st.integers(1, 30))
def test_scrolling_moves_by_that_many_rows(heights: list[int], bottom: int, by: int, height: int) -> None:
    count, everything = len(heights), all_rows(heights)
    place, slices = fill(Place(min(bottom, count - 1)), count, heights.__getitem__, height)
    _, after = fill(scrolled(place, by, count, heights.__getitem__), count, heights.__getitem__, height)
    last, moved = everything.index(rows_of(slices)[-1]), everything.index(rows_of(after)[-1])
    assert moved == max(min(height, len(everything)) - 1, min(last + by, len(everything) - 1))


@given(HEIGHTS, st.data(), st.integers(1, 30))
def test_an_entry_brought_to_an_edge_stands_there(heights: list[int], data: st.DataObject, height: int) -> None:
    count, height_of = len(heights), heights.__getitem__
    entry = data.draw(st.integers(0, count - 1))
    _, at_top = fill(topped(entry, count, height_of, height), count, height_of, height)
    assert (entry, 0) in rows_of(at_top)
    _, at_bottom = fill(bottomed(entry, height_of, height), count, height_of, height)
    assert (entry, 0) in rows_of(at_bottom)


def test_an_empty_list_shows_nothing() -> None:
    assert fill(Place(3, 2), 0, lambda _: 1, 10) == (Place(0), [])
