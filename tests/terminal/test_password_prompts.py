"""Ctrl+C where the password is typed, and not shown: it ends the program, at every prompt."""

import os
import select
import subprocess
import termios
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.server.running import PASSWORD
from tests.terminal.pty_driver import Terminal, clean_environment
from tests.terminal.staging import PROGRAM, Stage, staged
from tests.terminal.test_stopping import IN_A_SHELL, STOP, is_back_in_the_shell
from tests.terminal.vt_screen import VtScreen
from tms_tui.process import INTERRUPTED

_WRONG = "not the password"


def echoes(terminal: Terminal) -> bool:
    """Whether what is typed is shown."""
    return bool(termios.tcgetattr(terminal.fd)[3] & termios.ECHO)


def asks(terminal: Terminal, times: int) -> Callable[[VtScreen], bool]:
    """Whether the password is asked for so many times, and what is typed is not shown."""
    return lambda screen: screen.text().count("Password of") == times and not echoes(terminal)


def at_the_prompt(stage: Stage, home: Path) -> Terminal:
    words = [*PROGRAM, "plain", "--server", stage.url, "--email", "dana@example.com"]
    return Terminal(words, env=clean_environment(home))


@pytest.mark.parametrize("refused", [0, 1, 2])
def test_ctrl_c_ends_the_program_at_each_prompt(tmp_path: Path, refused: int) -> None:
    with staged(tmp_path / "server") as stage:
        stage.add_agent("Dana", "dana@example.com")
        with at_the_prompt(stage, tmp_path) as terminal:
            for times in range(1, refused + 1):
                terminal.wait_until(asks(terminal, times), what="the prompt")
                terminal.send(f"{_WRONG}\n")
            terminal.wait_until(asks(terminal, refused + 1), what="the last prompt")
            terminal.send("\x03")
            assert terminal.wait_exit() == INTERRUPTED
            assert echoes(terminal)
            assert b"Traceback" not in terminal.output


def test_ctrl_z_gives_the_shell_a_terminal_that_shows_what_is_typed_and_the_prompt_comes_again(tmp_path: Path) -> None:
    with staged(tmp_path / "server") as stage:
        stage.add_agent("Dana", "dana@example.com")
        words = [*IN_A_SHELL, "plain", "--server", stage.url, "--email", "dana@example.com"]
        with Terminal(words, env=clean_environment(tmp_path)) as terminal:
            terminal.wait_until(asks(terminal, 1), what="the prompt")
            terminal.send(STOP)
            is_back_in_the_shell(terminal)
            assert echoes(terminal)
            terminal.send("\n")
            terminal.wait_until(asks(terminal, 2), what="the prompt, again")
            terminal.send(f"{PASSWORD}\n")
            terminal.wait_for("Signed in to")
            assert PASSWORD.encode() not in terminal.output


def test_the_prompt_is_seen_at_a_terminal_that_controls_nobody(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    words = [*PROGRAM, "plain", "--server", "http://127.0.0.1:9", "--email", "dana@example.com"]
    with subprocess.Popen(
        words, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, env=clean_environment(tmp_path)
    ) as process:
        os.close(theirs)
        shown = b""
        while b"Password of dana@example.com: " not in shown:
            assert select.select([ours], [], [], 30)[0], shown
            shown += os.read(ours, 4096)
        process.kill()
    os.close(ours)


def test_after_a_refused_password_another_lets_in_and_ctrl_c_still_ends_the_talk(tmp_path: Path) -> None:
    with staged(tmp_path / "server") as stage:
        stage.add_agent("Dana", "dana@example.com")
        with at_the_prompt(stage, tmp_path) as terminal:
            terminal.wait_until(asks(terminal, 1), what="the prompt")
            terminal.send(f"{_WRONG}\n")
            terminal.wait_until(asks(terminal, 2), what="the second prompt")
            terminal.send(f"{PASSWORD}\n")
            terminal.wait_for("Signed in to")
            terminal.send("\x03")
            assert terminal.wait_exit() == INTERRUPTED
            assert echoes(terminal)
