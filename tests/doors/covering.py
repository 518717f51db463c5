"""Covering arrays: few rows in which any two, or any three, values of different axes stand together."""

from collections.abc import Sequence
from itertools import combinations, product

Row = tuple[int, ...]
"""A value of each axis, by its number there."""
Together = tuple[tuple[int, int], ...]
"""Some axes by number, each with one of its values."""


def covering(sizes: Sequence[int], ways: int) -> list[Row]:
    """Rows over axes of these sizes so that every `ways` values of different axes stand together in one; repeatable.

    Axes are taken in one after the other, the longest first: each row there is gets the value that brings most of what
    is missing, and what still misses then gets rows of its own.
    """
    order = sorted(range(len(sizes)), key=lambda axis: -sizes[axis])
    first = order[:ways]
    rows = [dict(zip(first, values, strict=True)) for values in product(*(range(sizes[axis]) for axis in first))]
    for place in range(ways, len(order)):
        missing = _missing(sizes, order[:place], order[place], ways)
        _widen(rows, order[place], sizes[order[place]], order[:place], missing, ways)
        _lengthen(rows, missing)
    return [tuple(row.get(axis, number % sizes[axis]) for axis in range(len(sizes))) for number, row in enumerate(rows)]


def uncovered(rows: Sequence[Row], sizes: Sequence[int], ways: int) -> set[Together]:
    """What stands together in no row."""
    wanted = {
        tuple(zip(axes, values, strict=True))
        for axes in combinations(range(len(sizes)), ways)
        for values in product(*(range(sizes[axis]) for axis in axes))
    }
    return wanted - {tuple((axis, row[axis]) for axis in axes) for row in rows for axes in _axes(sizes, ways)}


def _axes(sizes: Sequence[int], ways: int) -> list[tuple[int, ...]]:
    return list(combinations(range(len(sizes)), ways))


def _missing(sizes: Sequence[int], before: Sequence[int], axis: int, ways: int) -> set[Together]:
    """What the new axis adds to what has to stand together."""
    return {
        tuple(sorted([*zip(others, values, strict=True), (axis, value)]))
        for others in combinations(before, ways - 1)
        for values in product(*(range(sizes[other]) for other in others))
        for value in range(sizes[axis])
    }


def _widen(
    rows: list[dict[int, int]], axis: int, size: int, before: Sequence[int], missing: set[Together], ways: int
) -> None:
    for number, row in enumerate(rows):
        best: set[Together] = set()
        chosen = number % size
        for step in range(size):
            value = (number + step) % size
            brings = missing & {
                tuple(sorted([*((other, row[other]) for other in others if other in row), (axis, value)]))
                for others in combinations(before, ways - 1)
            }
            if len(brings) > len(best):
                best, chosen = brings, value
        row[axis] = chosen
        missing -= best


def _lengthen(rows: list[dict[int, int]], missing: set[Together]) -> None:
    """Put what is missing into rows with room for it, or into new ones."""
    added: list[dict[int, int]] = []
    for together in sorted(missing):
        wanted = dict(together)
        fitting = next((row for row in added if all(row.get(axis, value) == value for axis, value in together)), None)
        if fitting is None:
            added.append(wanted)
        else:
            fitting.update(wanted)
    rows += added
    missing.clear()
