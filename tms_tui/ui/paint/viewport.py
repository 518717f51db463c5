"""Where a reader stands in a list of entries that are some rows high each: pure arithmetic, no drawing.

The place is told from the bottom edge (an entry, and how many of its rows lie below the edge), so that it
costs only what is visible, however much is held above.
"""

from collections.abc import Callable
from typing import NamedTuple

HeightOf = Callable[[int], int]
"""Rows (>= 1) of the entry at an index."""


class Place(NamedTuple):
    """The entry at the bottom edge, and how many of its rows are hidden below the edge."""

    bottom: int
    below: int = 0


class Slice(NamedTuple):
    """Rows `first` up to (without) `last` of the entry at index `entry`."""

    entry: int
    first: int
    last: int


def fill(place: Place, count: int, height_of: HeightOf, height: int) -> tuple[Place, list[Slice]]:
    """Return what is visible on `height` rows, top to bottom, and the place put right: no blank rows below
    while there are entries to show there."""
    if count == 0 or height <= 0:
        return Place(0), []
    bottom = min(max(place.bottom, 0), count - 1)
    below = min(max(place.below, 0), height_of(bottom) - 1)
    slices, left = _upwards(bottom, below, height_of, height)
    if left:
        bottom, below = _downwards(slices, left, count, height_of)
    return Place(bottom, below), slices


def scrolled(place: Place, rows: int, count: int, height_of: HeightOf) -> Place:
    """Return the place `rows` further down (negative: up), within the entries."""
    bottom, below = place.bottom, place.below - rows
    while below < 0 and bottom < count - 1:
        bottom += 1
        below += height_of(bottom)
    while bottom > 0 and below >= height_of(bottom):
        below -= height_of(bottom)
        bottom -= 1
    return Place(bottom, max(0, min(below, height_of(bottom) - 1)))


def topped(index: int, count: int, height_of: HeightOf, height: int) -> Place:
    """Return the place at which the entry at `index` begins on the top row, if enough follows it."""
    rows = 0
    for bottom in range(index, count):
        rows += height_of(bottom)
        if rows >= height:
            return Place(bottom, rows - height)
    return Place(count - 1)


def bottomed(index: int, height_of: HeightOf, height: int) -> Place:
    """Return the place at which the entry at `index` ends on the bottom row, or begins on the top row if it is
    higher than the view."""
    return Place(index, max(0, height_of(index) - height))


def _upwards(bottom: int, below: int, height_of: HeightOf, left: int) -> tuple[list[Slice], int]:
    slices: list[Slice] = []
    index, hidden = bottom, below
    while index >= 0 and left > 0:
        last = height_of(index) - hidden
        first = max(0, last - left)
        slices.append(Slice(index, first, last))
        left -= last - first
        index, hidden = index - 1, 0
    slices.reverse()
    return slices, left


def _downwards(slices: list[Slice], left: int, count: int, height_of: HeightOf) -> Place:
    index, first, last = slices.pop()
    while True:
        height = height_of(index)
        more = min(height - last, left)
        slices.append(Slice(index, first, last + more))
        left -= more
        if not left or index == count - 1:
            return Place(index, height - last - more)
        index, first, last = index + 1, 0, 0
