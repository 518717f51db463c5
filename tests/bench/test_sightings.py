"""A text is seen when the emulated screen shows it, and where it was looked for."""

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.sightings import Wanted, latencies
from tests.terminal.pty_driver import Terminal, clean_environment

DRAW = r"printf 'left word\033[5;3Hlo'; read x; printf '\033[5;5How\033[3;9Hlow'; cat"


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    with Terminal(["sh", "-c", DRAW], env=clean_environment(tmp_path), rows=10, cols=40) as terminal:
        terminal.wait_for("lo")
        yield terminal


def test_a_text_drawn_in_parts_is_seen_when_it_is_whole(terminal: Terminal) -> None:
    sent = terminal.send("\r")
    terminal.rest(0.2)
    found = latencies(terminal, [Wanted("loow", sent), Wanted("nowhere", sent), Wanted("low", sent)])
    assert 0 < found[0] < 5000
    assert found[1] == math.inf
    assert found[2] == found[0]


def test_only_the_rows_and_columns_asked_for_count(terminal: Terminal) -> None:
    sent = terminal.send("\r")
    terminal.rest(0.2)
    above, right, both = latencies(
        terminal,
        [Wanted("low", sent, above=2), Wanted("low", sent, from_col=9), Wanted("low", sent, above=3, from_col=8)],
    )
    assert (above, right) == (math.inf, math.inf)
    assert both < 5000


def test_what_stood_there_before_is_not_seen(terminal: Terminal) -> None:
    sent = terminal.send("\r")
    terminal.rest(0.2)
    assert latencies(terminal, [Wanted("left word", sent)]) == [math.inf]
