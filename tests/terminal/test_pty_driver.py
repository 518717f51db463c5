"""The driver gives a program a terminal that behaves like one."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.terminal.pty_driver import ScreenTimeoutError, Terminal, clean_environment


@contextmanager
def shell(script: str, home: Path, rows: int = 10, cols: int = 40) -> Iterator[Terminal]:
    with Terminal(["sh", "-c", script], rows=rows, cols=cols, env=clean_environment(home)) as terminal:
        yield terminal


def test_keys_go_in_and_text_comes_out(tmp_path: Path) -> None:
    with shell("read line; echo got $line; exit 3", tmp_path) as terminal:
        terminal.send("hello\r")
        assert terminal.wait_for("got hello") > terminal.started
        assert terminal.wait_exit() == 3


def test_the_terminal_controls_the_program(tmp_path: Path) -> None:
    with shell(": </dev/tty && echo mine && exec cat", tmp_path) as terminal:
        terminal.wait_for("mine")
        terminal.send("\x03")
        assert terminal.wait_exit() == -signal.SIGINT


def test_the_window_has_the_size_asked_for_and_can_change_it(tmp_path: Path) -> None:
    script = "trap 'stty size' WINCH; stty size; while :; do sleep 0.05; done"
    with shell(script, tmp_path) as terminal:
        terminal.wait_for("10 40")
        terminal.resize(20, 60)
        terminal.wait_for("20 60")


def test_questions_to_the_terminal_are_answered(tmp_path: Path) -> None:
    script = r"stty raw -echo; printf 'ab\033[6n'; dd bs=1 count=6 2>/dev/null | od -An -c; stty sane"
    with shell(script, tmp_path) as terminal:
        terminal.wait_for(r"033   [   1   ;   3   R")


def test_a_mute_terminal_answers_nothing(tmp_path: Path) -> None:
    script = r"printf 'ab\033[6n'; stty -icanon min 0 time 2; dd bs=6 count=1 2>/dev/null | wc -c"
    with Terminal(["sh", "-c", script], env=clean_environment(tmp_path), answers=False) as terminal:
        terminal.wait_for("ab0")


def test_hanging_up_ends_the_program(tmp_path: Path) -> None:
    with shell("echo ready; cat", tmp_path) as terminal:
        terminal.wait_for("ready")
        terminal.hang_up()
        assert terminal.wait_exit() == -signal.SIGHUP


def test_closing_ends_a_program_that_ignores_the_hang_up(tmp_path: Path) -> None:
    with ExitStack() as stack:
        terminal = stack.enter_context(shell("trap '' HUP; echo ready; while :; do sleep 0.05; done", tmp_path))
        terminal.wait_for("ready")
    assert terminal.exit_code == -signal.SIGKILL


def test_a_screen_that_never_comes_is_shown_in_the_error(tmp_path: Path) -> None:
    with shell("echo something else; cat", tmp_path) as terminal:
        terminal.wait_for("else")
        with pytest.raises(ScreenTimeoutError, match="something else"):
            terminal.wait_for("never", timeout=0.1)


def test_a_program_that_does_not_exist_is_named() -> None:
    with pytest.raises(FileNotFoundError, match="no-such-program"):
        Terminal(["no-such-program"])
