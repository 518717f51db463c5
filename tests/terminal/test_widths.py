"""Emoji and other text of disputed width, outside and inside multiplexers: every frame line keeps its column."""

import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.server.running import PASSWORD
from tests.terminal.pty_driver import Terminal, clean_environment
from tests.terminal.staging import PROGRAM, Stage, console, staged
from tests.terminal.test_tmux import in_tmux
from tests.terminal.vt_screen import VtScreen

ROWS, COLS = 40, 120
HEART, TONE, KEYCAP = "\u2764\ufe0f", "\U0001f44d\U0001f3fd", "1\ufe0f\u20e3"
FAMILY, PRIVATE = "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\ue0b0"
NAME: Final = f"{HEART} Lea {TONE}"
FRAME: Final = "│┃╮╯┓┛"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("server")) as running:
        running.add_agent("Dana", "dana@example.com")
        guest = running.guest(NAME)
        for text in (
            f"hi {HEART} {HEART}{HEART}",
            "plain",
            f"{KEYCAP} {FAMILY} {TONE}{TONE}",
            f"{PRIVATE} and {HEART}",
        ):
            guest.says(text)
        yield running


@contextmanager
def in_screen(home: Path, *command: str, rows: int = ROWS, cols: int = COLS) -> Iterator[Terminal]:
    """A program in a GNU screen of its own, that takes its sockets and its options from `home` alone."""
    sockets = home / "sockets"
    sockets.mkdir(parents=True)
    sockets.chmod(0o700)
    (home / "screenrc").write_text("startup_message off\naltscreen on\n")
    environment = clean_environment(home, SCREENDIR=str(sockets))
    name = uuid.uuid4().hex[:8]
    argv = ["screen", "-U", "-c", str(home / "screenrc"), "-S", name, *command]
    try:
        with Terminal(argv, rows=rows, cols=cols, env=environment) as terminal:
            yield terminal
    finally:
        subprocess.run(["screen", "-S", name, "-X", "quit"], env=environment, capture_output=True, check=False)


def columns(screen: VtScreen, row: int) -> list[int]:
    """Where lines of a frame stand on a row, cell by cell."""
    return frame_cells(screen, row, FRAME)


def lines_stand(screen: VtScreen, row: int) -> bool:
    """Whether the list and the talk have both their lines on a row, and none beside the last."""
    found = columns(screen, row)
    return found[:3] + found[-1:] == [0, 29, 30, 89] and not {86, 87, 88} & set(found)


def frame_cells(screen: VtScreen, row: int, signs: str) -> list[int]:
    """Where some signs stand on a row."""
    return [at for at, cell in enumerate(screen._cells[row]) if cell and cell in signs]


def crooked(screen: VtScreen) -> list[str]:
    """The rows between the upper and the lower frame whose outer lines stand elsewhere than those of most rows."""
    top = next(row for row in range(screen.rows) if "╭" in screen.line(row))
    ends = (columns(screen, top)[0], columns(screen, top)[-1])
    last = next(row for row in range(screen.rows) if "Reply to" in screen.line(row))
    rows = [row for row in range(top, last) if columns(screen, row)]
    lines = [screen.line(row) for row in rows if not set(ends) <= set(columns(screen, row))]
    return lines if len(rows) > 10 else ["no frame"]


def looks_right(terminal: Terminal) -> None:
    """The conversation stands there whole, then again after more is said in it and a wheel through the list."""
    terminal.wait_for("waits")
    terminal.send("n")
    terminal.wait_for("Enter send")
    terminal.wait_for("plain")
    terminal.wait_until(lambda screen: not crooked(screen), what="straight frames")
    terminal.send(f"{HEART}{TONE} typed {KEYCAP}")
    terminal.wait_for("typed")
    terminal.send("\x1b\x1b")
    terminal.wait_for("r reply")
    terminal.send("jkjk")
    terminal.send("r")
    terminal.wait_for("Enter send")
    assert crooked(terminal.screen) == []
    assert PRIVATE not in terminal.screen.text()
    assert "\ufffd and" in terminal.screen.text()


def test_in_a_terminal_that_counts_each_sign_by_itself(stage: Stage, tmp_path: Path) -> None:
    with console(stage, tmp_path / "home", rows=ROWS, cols=COLS) as terminal:
        looks_right(terminal)


@pytest.mark.services
@pytest.mark.parametrize("multiplexer", [in_tmux, in_screen])
def test_in_a_multiplexer(
    stage: Stage, tmp_path: Path, multiplexer: Callable[..., AbstractContextManager[Terminal]]
) -> None:
    with multiplexer(tmp_path / "home", *PROGRAM, "--server", stage.url, "--email", "dana@example.com") as terminal:
        terminal.wait_for("Password")
        terminal.send(f"{PASSWORD}\r")
        looks_right(terminal)


@pytest.mark.services
@pytest.mark.parametrize("multiplexer", [in_tmux, in_screen])
def test_in_a_short_pane_of_a_multiplexer(
    stage: Stage, tmp_path: Path, multiplexer: Callable[..., AbstractContextManager[Terminal]]
) -> None:
    program = (*PROGRAM, "--server", stage.url, "--email", "dana@example.com")
    with multiplexer(tmp_path / "home", *program, rows=14, cols=90) as terminal:
        terminal.wait_for("Password")
        terminal.send(f"{PASSWORD}\r")
        terminal.wait_for("waits")
        terminal.send("n")
        terminal.wait_for("Enter send")
        terminal.wait_for("plain")
        terminal.wait_until(lambda screen: all(lines_stand(screen, row) for row in range(2, 10)), what="straight lines")
        assert "Reply to" in terminal.screen.line(10)
        assert {0, 29, 30, 89} <= set(frame_cells(terminal.screen, 10, "│╭╮"))
