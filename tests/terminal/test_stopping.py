"""Ctrl+Z, as in every program: the shell has the terminal as it was, and what goes on with `fg` is all there."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.server.running import PASSWORD
from tests.terminal.at_desk import LEFT, at_desk, is_cooked, is_stopped, until
from tests.terminal.pty_driver import Terminal, clean_environment
from tests.terminal.staging import PROGRAM, Stage, staged

STOP: Final = "\x1a"
SCRIPT: Final = '"$@"; echo SHELL HERE; read -r _ </dev/tty; fg >/dev/null'
IN_A_SHELL: Final = ("bash", "--norc", "--noprofile", "-m", "-c", SCRIPT, "bash", *PROGRAM)
"""As a job of a shell that goes on with it when Enter is pressed."""
NO_SHELL: Final = "No shell started tms-chat"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path / "server") as running:
        running.add_agent("Dana", "dana@example.com")
        yield running


def program(terminal: Terminal) -> int:
    """The process that the shell started."""
    children = Path(f"/proc/{terminal.pid}/task/{terminal.pid}/children").read_text().split()
    return int(children[-1])


def is_back_in_the_shell(terminal: Terminal) -> None:
    """The shell has a terminal that shows what it showed before, and the program does nothing."""
    terminal.wait_for("SHELL HERE")
    assert is_stopped(program(terminal))
    assert terminal.screen.modes <= LEFT
    assert is_cooked(terminal)
    assert b"Traceback" not in terminal.output


@pytest.mark.parametrize("by_key", [True, False], ids=["key", "signal"])
def test_the_desk_stands_again_as_it_was(stage: Stage, tmp_path: Path, by_key: bool) -> None:
    with at_desk(stage, tmp_path / "home", program=IN_A_SHELL) as (terminal, guest):
        terminal.send("half an answer")
        terminal.wait_for("half an answer")
        if by_key:
            terminal.send(STOP)
        else:
            os.kill(program(terminal), signal.SIGTSTP)
        is_back_in_the_shell(terminal)
        guest.says("said meanwhile")
        terminal.drawn.feed(b"\x1b]2;a shell\x07")
        terminal.send("\r")
        terminal.wait_for("said meanwhile")
        terminal.wait_for("half an answer")
        terminal.wait_for("Live")
        terminal.wait_until(lambda screen: screen.title.endswith("tms-chat"))
        assert {25, 1049, 2004} <= terminal.screen.modes
        assert not is_cooked(terminal)
        terminal.send(", the rest")
        terminal.wait_for("half an answer, the rest")
        terminal.send("\r")
        until(terminal, lambda: guest.stored()[-1:] == ["half an answer, the rest"])
        terminal.wait_until(lambda screen: any(line.rstrip(" │").endswith(" sent") for line in screen.lines()))
        terminal.send("\x11")
        assert terminal.wait_exit() == 0
        assert terminal.screen.modes == LEFT
        assert is_cooked(terminal)


def test_where_no_shell_could_go_on_with_it_nothing_stops(stage: Stage, tmp_path: Path) -> None:
    with at_desk(stage, tmp_path / "home") as (terminal, guest):
        terminal.send(STOP)
        terminal.wait_for(NO_SHELL)
        terminal.send("goes on")
        terminal.wait_for("goes on")
        terminal.send("\r")
        until(terminal, lambda: guest.stored()[-1:] == ["goes on"])


def test_the_sign_in_stands_again_and_keeps_what_was_typed(stage: Stage, tmp_path: Path) -> None:
    argv = [*IN_A_SHELL, "--server", stage.url]
    with Terminal(argv, env=clean_environment(tmp_path / "home")) as terminal:
        terminal.wait_for("sign in")
        terminal.send("dana@exam")
        terminal.wait_for("dana@exam")
        terminal.send(STOP)
        is_back_in_the_shell(terminal)
        terminal.send("\r")
        terminal.wait_for("dana@exam")
        terminal.send("ple.com\t" + PASSWORD + "\r")
        terminal.wait_for("Live")


def test_typed_while_it_loads_it_waits_for_the_desk(stage: Stage, tmp_path: Path) -> None:
    argv = [*IN_A_SHELL, "--server", stage.url]
    with Terminal(argv, env=clean_environment(tmp_path / "home")) as terminal:
        terminal.wait_for("starting")
        terminal.send(STOP)
        is_back_in_the_shell(terminal)
        terminal.send("\r")
        terminal.wait_for("sign in")


def test_the_demo_stops_and_goes_on(tmp_path: Path) -> None:
    with Terminal([*IN_A_SHELL, "demo"], env=clean_environment(tmp_path)) as terminal:
        terminal.wait_for("All 8")
        terminal.send(STOP)
        is_back_in_the_shell(terminal)
        terminal.send("\r")
        terminal.wait_for("All 8")
        terminal.wait_for("Live")
        terminal.send("\x11")
        assert terminal.wait_exit() == 0


def test_the_line_face_goes_on_with_the_line_that_was_begun(stage: Stage, tmp_path: Path) -> None:
    guest = stage.guest("Lina")
    guest.says("hello from Lina")
    argv = [*IN_A_SHELL, "plain", "--server", stage.url, "--email", "dana@example.com"]
    with Terminal(argv, env=clean_environment(tmp_path / "home")) as terminal:
        terminal.wait_for("Password of")
        terminal.send(f"{PASSWORD}\r")
        terminal.wait_for("open: none")
        terminal.send("search Li")
        terminal.wait_for("search Li")
        terminal.send(STOP)
        is_back_in_the_shell(terminal)
        terminal.drawn.feed(b"\x1b[2J\x1b[H")
        terminal.send("\r")
        terminal.wait_for("search Li")
        terminal.send("na\r")
        terminal.wait_for("1. Lina")
        assert not is_cooked(terminal)
        terminal.send("quit\r")
        assert terminal.wait_exit() == 0
