"""Text whose width terminals dispute: which it is, how far it may reach, and the columns behind it by number."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import Final, NamedTuple

from rich.cells import cell_len, split_graphemes

_ZERO_WIDTH: Final = "\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f"
_SIGNS: Final = (
    "\u1100-\u11ff\u20d0-\u20ff\u231a\u231b\u23e9-\u23f3\u25fd\u25fe\u2600-\u27bf\u2b1b\u2b1c\u2b50\u2b55"
    "\u2e3a\u2e3b\u4dc0-\u4dff\ud7b0-\ud7ff\ue000-\uf8ff\ufdfd\U00010000-\U0001ffff\U00040000-\U0010ffff"
)
"""Emoji, of which each version of Unicode widened some; letters in pieces; what fonts draw as they like."""
_ALONE: Final = re.compile(f"[{_ZERO_WIDTH}{_SIGNS}]")
_CANDIDATE: Final = re.compile(f"[\u0900-\u1cff\ua800-\uabff{_ZERO_WIDTH}{_SIGNS}]")
"""Besides, the scripts with marks that stand beside their letter."""
_REGIONAL: Final = re.compile("[\U0001f1e6-\U0001f1ff]")
_MOVE: Final = re.compile(r"\x1b\[(\d+);(\d+)H")
_TOKEN: Final = re.compile(r"[^\x00-\x1f\x7f]+|\x1b\[[0-?]*[ -/]*[@-~]|.", re.DOTALL)


class Cluster(NamedTuple):
    """What is drawn as one character, and the cells it has here."""

    text: str
    width: int


def may_be_disputed(text: str) -> bool:
    """Whether it is worth a closer look; quick."""
    return not text.isascii() and _CANDIDATE.search(text) is not None


@lru_cache(maxsize=2048)
def is_disputed(cluster: str) -> bool:
    """Whether terminals give a cluster different widths: multiplexers know less of emoji than what shows them."""
    if _ALONE.match(cluster) or unicodedata.category(cluster[0]) == "Mc":
        return True
    return any(_ALONE.match(mark) or unicodedata.category(mark) != "Mn" for mark in cluster[1:])


def reach(cluster: str, width: int) -> int:
    """The most cells that any terminal gives a cluster which has `width` here."""
    if not is_disputed(cluster):
        return width
    return max(width, sum(2 for part in cluster if cell_len(part)))


def clusters(text: str) -> Iterator[Cluster]:
    """A line cut into clusters; the two letters of a flag are one."""
    held: Cluster | None = None
    for start, end, width in split_graphemes(text)[0]:
        cluster = Cluster(text[start:end], width)
        is_regional = _REGIONAL.fullmatch(cluster.text) is not None
        if held is not None and is_regional:
            cluster, held = Cluster(held.text + cluster.text, held.width + width), None
            yield cluster
            continue
        if held is not None:
            yield held
        held = cluster if is_regional else None
        if held is None:
            yield cluster
    if held is not None:
        yield held


def addressed(written: str) -> str:
    """What is written to a terminal, with the column behind each disputed cluster addressed by number.

    The cells of such a cluster are blanked first: a terminal that gives it fewer leaves the others as they were.
    """
    if not may_be_disputed(written):
        return written
    before, *moves = _MOVE.split(written)
    parts = [before]
    for row, column, segment in zip(moves[::3], moves[1::3], moves[2::3], strict=True):
        parts.append(f"\x1b[{row};{column}H")
        parts.append(_segment(segment, row, int(column)) if may_be_disputed(segment) else segment)
    return "".join(parts)


def _segment(segment: str, row: str, column: int) -> str:
    parts: list[str] = []
    for token in _TOKEN.findall(segment):
        if token[0] < " " or token[0] == "\x7f":  # colours; a line's end comes last
            parts.append(token)
        elif may_be_disputed(token):
            text, width = _run(token, row, column)
            parts.append(text)
            column += width
        else:
            parts.append(token)
            column += len(token) if token.isascii() else cell_len(token)
    return "".join(parts)


def _run(text: str, row: str, column: int) -> tuple[str, int]:
    """A run of text in one style, and its cells."""
    parts, start = [], column
    for contested, group in groupby(clusters(text), key=lambda cluster: is_disputed(cluster.text)):
        found = list(group)
        width = sum(cluster.width for cluster in found)
        if contested and width:
            parts.append(f"{' ' * width}{_move(row, column)}")
        parts.append(_each_addressed(found, row, column) if contested else "".join(cluster.text for cluster in found))
        column += width
    return "".join(parts), column - start


def _each_addressed(found: list[Cluster], row: str, column: int) -> str:
    parts: list[str] = []
    for text, width in found:
        column += width
        parts.append(f"{text}{_move(row, column)}")
    return "".join(parts)


def _move(row: str, column: int) -> str:
    return f"\x1b[{row};{column}H"
