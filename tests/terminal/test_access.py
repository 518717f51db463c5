"""What a braille line and a slow line are given: a cursor that stands where the work is, and not a byte too much."""

from collections.abc import Iterator
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
        terminal.wait_for("3 new")
        terminal.settle()
        yield terminal


def pointed_at(terminal: Terminal) -> str:
    """The row the terminal's own cursor stands on, from the sign of the selection that must stand there."""
    terminal.settle()
    row, column = terminal.screen.cursor
    line = terminal.screen.line(row)
    assert line[column] == ">", f"the cursor stands at {column} in {line!r}"
    assert 25 in terminal.screen.modes, "the cursor is hidden"
    return line[column:]


def wait_until_it_points_at(terminal: Terminal, words: str) -> None:
    """Until the cursor is shown, on the sign of a selection, in a row with these words."""

    def points(screen: VtScreen) -> bool:
        row, column = screen.cursor
        line = screen.line(row)
        return 25 in screen.modes and line[column : column + 1] == ">" and words in line[column:]

    terminal.wait_until(points, what=f"the cursor on {words!r}")


def test_the_cursor_stands_on_the_selected_row_of_list_and_transcript(desk: Terminal) -> None:
    seen = [pointed_at(desk)]
    for key in ("j", "\x1b[B", "\x1b[A", " ", "G", "g"):
        desk.send(key)
        seen.append(pointed_at(desk))
    assert [line.split()[1] for line in seen] == ["Nora", "Olaf", "Pia", "Olaf", "Olaf", "Quentin", "Nora"]
    desk.send("\r")
    desk.wait_for("Nora says 2")
    desk.wait_for("Enter send")
    desk.send("\x1b")
    desk.wait_for("reply")
    wait_until_it_points_at(desk, "Nora says 2")
    for key, words in (("k", "Nora says 1"), ("\x1b[A", "Nora says 0"), ("j", "Nora says 1"), ("G", "Nora says 2")):
        desk.send(key)
        wait_until_it_points_at(desk, words)


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
    desk.settle()
    row, column = desk.screen.cursor
    assert desk.screen.line(row)[:column].rstrip().endswith("re")
    desk.send("\x1b[B")
    first = pointed_at(desk)
    desk.send("\x1b[B")
    assert pointed_at(desk) != first
    desk.send("\x1b")
    desk.wait_gone("Enter takes it")
    wait_until_it_points_at(desk, "Nora")


def test_a_letter_writes_the_composers_row_alone(desk: Terminal) -> None:
    desk.send("\r")
    desk.wait_for("Enter send")
    desk.wait_until(lambda screen: screen.text().count("3 new") == 3, what="the read mark")
    desk.settle()
    for letter in "aé":
        desk.screen.take_touched()
        bytes_before = len(desk.output)
        desk.send(letter)
        desk.wait_for(letter)
        desk.settle()
        row, column = desk.screen.cursor
        assert desk.screen.take_touched() == {row}
        assert desk.screen.line(row)[column - 1] == letter
        assert len(desk.output) - bytes_before < 1_000


def test_nothing_is_written_while_nothing_happens(desk: Terminal) -> None:
    desk.send("\r")
    desk.wait_for("Enter send")
    desk.settle()
    written = len(desk.output)
    assert not desk.read(1.0)
    assert len(desk.output) == written
