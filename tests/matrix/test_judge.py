"""The judge finds what is wrong, each kind by its own name, and nothing where nothing is."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.matrix.judge import STORED, Findings, History, Intent, Row, Shown, Span, Turn, judge, lied

ASKED = (Intent("a", "s", "mine"), Intent("b", "s", "mine too"))
ROWS = (
    Row("1", "s", 1, "theirs"),
    Row("2", "s", 2, "mine", "a"),
    Row("3", "s", 3, "mine too", "b"),
)
SCREEN = tuple(Shown("s", STORED, row.text, row.id, row.send_id) for row in ROWS)
GOOD = History(ASKED, ROWS, SCREEN)


def counts(found: Findings) -> dict[str, int]:
    kinds = ("lost", "duplicated", "misordered", "unexpected")
    return {kind: len(getattr(found, kind)) for kind in kinds if getattr(found, kind)}


def test_a_good_run_has_no_findings() -> None:
    assert judge(GOOD) == Findings()
    assert judge(GOOD).clean


def test_a_send_that_waits_or_was_refused_is_not_lost() -> None:
    waiting = Shown("s", "queued", "mine too", None, "b")
    assert judge(replace(GOOD, stored=ROWS[:2], shown=(*SCREEN[:2], waiting))).clean


@pytest.mark.parametrize(
    ("history", "found"),
    [
        (replace(GOOD, shown=SCREEN[1:]), {"lost": 1}),
        (replace(GOOD, shown=(replace(SCREEN[0], text="else"), *SCREEN[1:])), {"lost": 1}),
        (replace(GOOD, stored=ROWS[:2], shown=SCREEN[:2]), {"lost": 1}),
        (replace(GOOD, stored=ROWS[:2]), {"lost": 1, "unexpected": 1}),
        (replace(GOOD, stored=(*ROWS[:2], replace(ROWS[2], private=True))), {"lost": 1}),
        (replace(GOOD, shown=(SCREEN[0], *SCREEN)), {"duplicated": 1}),
        (replace(GOOD, shown=(*SCREEN, Shown("s", "sending", "mine", None, "a"))), {"duplicated": 1}),
        (
            replace(
                GOOD,
                stored=(*ROWS, Row("4", "s", 4, "mine", "c")),
                shown=(*SCREEN, Shown("s", STORED, "mine", "4", "c")),
            ),
            {"duplicated": 1},
        ),
        (replace(GOOD, shown=(SCREEN[1], SCREEN[0], SCREEN[2])), {"misordered": 1}),
        (replace(GOOD, intents=ASKED[::-1]), {"misordered": 1}),
        (replace(GOOD, shown=(*SCREEN, Shown("s", STORED, "who?", "9"))), {"unexpected": 1}),
        (replace(GOOD, shown=(*SCREEN, Shown("s", "sending", "who?", None, "z"))), {"unexpected": 1}),
    ],
    ids=[
        "stored, not shown",
        "shown otherwise",
        "a send gone",
        "shown as sent, not stored",
        "a reply stored as a note",
        "shown twice",
        "sent and still sending",
        "sent again under a new id",
        "shown out of order",
        "sent out of order",
        "shown, never stored",
        "a send nobody asked for",
    ],
)
def test_each_kind_of_wrong_is_found(history: History, found: dict[str, int]) -> None:
    assert counts(judge(history)) == found


@given(some.permutations(range(6)), some.integers(0, 5))
def test_any_disorder_and_any_gap_is_found(order: list[int], missing: int) -> None:
    rows = tuple(Row(str(number), "s", number, f"text {number}") for number in range(6))
    screen = tuple(Shown("s", STORED, rows[number].text, str(number)) for number in order)
    found = judge(History((), rows, screen))
    assert bool(found.misordered) is (order != sorted(order))
    assert not found.lost
    fewer = tuple(row for row in screen if row.id != str(missing))
    assert len(judge(History((), rows, fewer)).lost) == 1


LIVE = (Turn(0, holds=True), Turn(50, holds=False))
CARRIED = (Turn(0, holds=True),)


@pytest.mark.parametrize(
    ("truths", "overdue", "seconds"),
    [
        (CARRIED, [], 0),
        ((*CARRIED, Turn(40, holds=False)), [], 10),
        ((*CARRIED, Turn(10, holds=False), Turn(13, holds=True), Turn(49, holds=False)), [], 3),
        (CARRIED, [Span(5, 9), Span(8, 12), Span(20, 22)], 7),
        (CARRIED, [Span(45, 99)], 5),
        ((*CARRIED, Turn(60, holds=False)), [Span(55, 99)], 0),
    ],
)
def test_the_longest_untrue_stretch_counts(truths: tuple[Turn, ...], overdue: list[Span], seconds: float) -> None:
    assert lied(LIVE, truths, overdue, 100) == seconds
