"""The part of a message that is laid out: long ones are cut before they cost time."""

from typing import Final, NamedTuple

CHARACTERS: Final = 4_000
LINES: Final = 200
LINE_CHARACTERS: Final = 2_000


class Excerpt(NamedTuple):
    """Lines to show, and how many lines or (in the last line shown) characters are left out."""

    lines: list[str]
    lines_left: int = 0
    characters_left: int = 0


def excerpt(text: str) -> Excerpt:
    """Return what is shown of `text`: at most 4,000 characters on 200 lines of 2,000 characters each."""
    lines = text.split("\n")
    if len(text) <= LINE_CHARACTERS and len(lines) <= LINES:
        return Excerpt(lines)
    shown: list[str] = []
    room, cut = CHARACTERS, 0
    for line in lines[:LINES]:
        if room <= 0:
            break
        part = line[: min(room, LINE_CHARACTERS)]
        shown.append(part)
        cut += len(line) - len(part)
        room -= len(part) + 1
    return Excerpt(shown, len(lines) - len(shown), cut)
