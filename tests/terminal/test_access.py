"""What a braille line and a slow line are given: a cursor that stands where the work is, and not a byte too much."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.terminal.pty_driver import Terminal
from tests.terminal.staging import Stage, console, staged
from tests.terminal.vt_screen import VtScreen

NAMES = ("Nora", "Olaf", "Pia", "Quentin")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path / "server") as running:
        running.add_agent("Dana", "dana@example.com")
        yield running


@pytest.fixture
def desk(stage: Stage, tmp_path: Path) -> Iterator[Terminal]:
    """Four customers in the list, three messages of each."""
    for name in NAMES:
        guest = stage.guest(name)
        for number in range(3):
            guest.says(f"{name} says {number}")
    with console(stage, tmp_path / "home") as terminal:
        terminal.wait_for("Live")
        terminal.wait_for("All 4")
        terminal.wait_until(lambda screen: screen.text().count("3 new") == len(NAMES), what="what is new of all four")
        yield terminal


def pointed_at(screen: VtScreen) -> str:
    """The row the terminal's own cursor stands on, from the sign of a selection; empty when there is none."""
    row, column = screen.cursor
    line = screen.line(row)
    return line[column:] if 25 in screen.modes and line[column : column + 1] == ">" else ""


def wait_until_it_points_at(terminal: Terminal, words: str) -> None:
    """Until the cursor is shown, on the sign of a selection, in a row with these words."""
    terminal.wait_until(lambda screen: words in pointed_at(screen), what=f"the cursor on {words!r}")


def test_the_cursor_stands_on_the_selected_row_of_list_and_transcript(desk: Terminal) -> None:
    wait_until_it_points_at(desk, "> Nora")
    for key, name in (("j", "Olaf"), ("\x1b[B", "Pia"), ("\x1b[A", "Olaf")):
        desk.send(key)
        wait_until_it_points_at(desk, f"> {name}")
    desk.send(" ")
    desk.wait_for("Olaf says 2")
    wait_until_it_points_at(desk, "> Olaf")
    for key, name in (("G", "Quentin"), ("g", "Nora")):
        desk.send(key)
        wait_until_it_points_at(desk, f"> {name}")
    desk.send("\r")
    desk.wait_for("Nora says 2")
    desk.wait_for("Enter send")
    desk.send("\x1b")
    desk.wait_for("reply")
    wait_until_it_points_at(desk, "Nora says 2")
    for key, words in (("k", "Nora says 1"), ("\x1b[A", "Nora says 0"), ("j", "Nora says 1"), ("G", "Nora says 2")):
        desk.send(key)
        wait_until_it_points_at(desk, words)


def behind_re(screen: VtScreen) -> bool:
    """Whether the cursor stands behind the letters "re"."""
    row, column = screen.cursor
    return screen.line(row)[:column].rstrip().endswith("re")


def test_the_cursor_stands_on_the_chosen_line_of_pickers_and_goes_back(desk: Terminal) -> None:
    desk.send("\x1b[20~")  # F9
    desk.wait_for("Your availability")
    wait_until_it_points_at(desk, "1 online")
    desk.send("\x1b[B")
    wait_until_it_points_at(desk, "2 busy")
    desk.send("\x1b")
    desk.wait_gone("Your availability")
    wait_until_it_points_at(desk, "Nora")
    desk.send(":re")
    desk.wait_until(lambda screen: any(line.split()[1:2] == ["re"] for line in screen.lines()), what="what was typed")
    desk.wait_until(behind_re, what="the cursor behind what was typed")
    desk.send("\x1b[B")
    desk.wait_until(lambda screen: pointed_at(screen) != "", what="the cursor on a line")
    first = pointed_at(desk.screen)
    desk.send("\x1b[B")
    desk.wait_until(lambda screen: pointed_at(screen) not in {"", first}, what="the cursor on another line")
    desk.send("\x1b")
    desk.wait_gone("Enter takes it")
    wait_until_it_points_at(desk, "Nora")


def stands_before_the_cursor(letter: str, screen: VtScreen) -> bool:
    """Whether this is the letter typed last."""
    row, column = screen.cursor
    return screen.line(row)[column - 1] == letter


def test_a_letter_writes_the_composers_row_alone(desk: Terminal) -> None:
    desk.send("\r")
    desk.wait_for("Enter send")
    desk.wait_until(lambda screen: screen.text().count("3 new") == 3, what="the read mark")
    assert desk.rest(), "all is drawn before"
    for letter in "aé":
        desk.screen.take_touched()
        bytes_before = len(desk.output)
        desk.send(letter)
        desk.wait_until(partial(stands_before_the_cursor, letter), what=f"{letter!r} before the cursor")
        assert desk.rest(), "all is drawn afterwards"
        row, _ = desk.screen.cursor
        assert desk.screen.take_touched() == {row}
        assert stands_before_the_cursor(letter, desk.screen)
        assert len(desk.output) - bytes_before < 1_000


def test_nothing_is_written_while_nothing_happens(desk: Terminal) -> None:
    desk.send("\r")
    desk.wait_for("Enter send")
    desk.wait_until(lambda screen: screen.text().count("3 new") == 3, what="the read mark")
    assert desk.rest(quiet=2.5), "it never stops writing"
    desk.send("still here")
    desk.wait_for("still here")
