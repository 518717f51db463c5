"""A window may be dragged to any size: the desk stays whole."""

import random
import struct
from collections.abc import Iterator
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ
from typing import Final

import pytest

from tests.terminal.at_desk import at_desk, drafts, memory, until
from tests.terminal.escapes import foreign
from tests.terminal.pty_driver import Terminal
from tests.terminal.staging import Stage, console, staged
from tests.terminal.vt_screen import VtScreen

SEED: Final = 86
ODD: Final = [(1, 1), (5, 500), (500, 5), (2, 2), (1, 200), (200, 1), (24, 3)]
ABSURD: Final = [(0, 0), (0, 80), (24, 0), (65535, 65535)]
MIB: Final = 1 << 20


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path / "server") as running:
        running.add_agent("Dana", "dana@example.com")
        yield running


def set_size(terminal: Terminal, rows: int, cols: int) -> None:
    """Change the window's size behind the screen's back: nobody could draw these."""
    ioctl(terminal.fd, TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))


def desk_of(screen: VtScreen) -> list[str]:
    """All rows but the event line's, which may change at any time."""
    rows = screen.text().split("\n")
    return [*rows[:-2], rows[-1]]


def type_unseen(terminal: Terminal, home: Path, keys: str, draft: str) -> None:
    """Type where nobody can look: what it comes to in the composer is seen on the disk."""
    terminal.send(keys)
    until(terminal, lambda: drafts(home) == ([draft] if draft else []), what=f"the draft {draft!r}")


def come_back(terminal: Terminal, before: list[str]) -> None:
    """To the first size, by way of another, so that all of it is drawn."""
    terminal.resize(30, 100)
    terminal.wait_until(lambda screen: "Live" in screen.line(0)[80:], what="the wider desk")
    terminal.resize(24, 80)
    terminal.wait_until(lambda screen: desk_of(screen) == before, what="the desk as it was")


def test_three_hundred_resizes_leave_the_layout_right(stage: Stage, tmp_path: Path) -> None:
    with at_desk(stage, tmp_path / "home", rows=24, cols=80) as (terminal, _):
        terminal.send("half an answer")
        terminal.wait_for("half an answer")
        terminal.wait_gone("1 new")
        before = desk_of(terminal.screen)
        chance = random.Random(SEED)
        for number in range(300):
            rows, cols = ODD[number % len(ODD)] if number % 3 == 0 else (chance.randint(1, 60), chance.randint(1, 240))
            terminal.resize(rows, cols)
            terminal.read(0.002)
        come_back(terminal, before)
        terminal.send(", the rest")
        terminal.wait_for("half an answer, the rest")


def test_sizes_that_no_window_has_are_survived(stage: Stage, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with at_desk(stage, home) as (terminal, _):
        terminal.wait_gone("1 new")
        before = desk_of(terminal.screen)
        for typed, (rows, cols) in enumerate(ABSURD, 1):
            set_size(terminal, rows, cols)
            type_unseen(terminal, home, "a", "a" * typed)
        type_unseen(terminal, home, "\x7f" * len(ABSURD), "")
        come_back(terminal, before)
        assert memory(terminal.pid) < 400 * MIB


@pytest.mark.parametrize(("rows", "cols"), [(5, 20), (1, 1), (3, 200)])
def test_a_tiny_window_shows_less_and_no_garbage(stage: Stage, tmp_path: Path, rows: int, cols: int) -> None:
    home = tmp_path / "home"
    stage.guest("Nora").says("hello from Nora")
    with console(stage, home, rows=rows, cols=cols) as terminal:
        terminal.wait_until(lambda screen: screen.title == "(1) tms-chat", what="one who waits")
        terminal.send("n\x1bjr")
        type_unseen(terminal, home, "a text", "a text")
        terminal.resize(24, 80)
        terminal.wait_for("Live")
        terminal.wait_for("a text")
        terminal.send("\x11")
        assert terminal.wait_exit() == 0
        assert list(foreign(terminal.output)) == []
