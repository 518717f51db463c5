"""Keys typed open-loop: each at its hour, whether or not the program keeps up."""

import random
from collections.abc import Callable
from typing import Final

from tests.bench.seat import Seat
from tests.bench.sightings import Wanted
from tests.terminal.pty_driver import now

_LETTERS: Final = "bcdfghjklmnpqrstvwxz"  # no vowels: what is typed looks like no word of a message
_CONTEXT: Final = 6
_PAUSE: Final = 0.3


def letters(count: int) -> str:
    """Random letters, no two alike side by side."""
    text = random.choice(_LETTERS)
    while len(text) < count:
        text += random.choice(_LETTERS.replace(text[-1], ""))
    return text


def type_run(
    seat: Seat, length: int, gap: float, at_key: int = -1, action: Callable[[], None] | None = None
) -> list[Wanted]:
    """Type one line of letters, a key each `gap` seconds give or take a quarter, then empty the line again.

    `action` is called just before key number `at_key`. Each key is known by the six letters that end with it,
    so the first five go uncounted.
    """
    terminal, text = seat.terminal, letters(length)
    wanted: list[Wanted] = []
    due = now()
    for number, letter in enumerate(text):
        due += gap * random.uniform(0.75, 1.25)
        terminal.record(due)
        if number == at_key and action:
            action()
        at = terminal.send(letter)
        seat.lateness = max(seat.lateness, at - due)
        if number >= _CONTEXT - 1:
            wanted.append(Wanted(text[number + 1 - _CONTEXT : number + 1], at))
    terminal.record(now() + _PAUSE)
    terminal.send(seat.program.clear)
    terminal.record(now() + _PAUSE)
    return wanted


def type_keys(seat: Seat, count: int, run: int = 30, gap: float = 0.045) -> list[Wanted]:
    """At least `count` counted keys, in runs that fit one row."""
    wanted: list[Wanted] = []
    while len(wanted) < count:
        wanted += type_run(seat, run, gap)
    return wanted
