"""`tms-chat keys` at a terminal and at a pipe: what arrives is named, and the terminal given back."""

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal.at_desk import is_cooked
from tests.terminal.pty_driver import Terminal, clean_environment
from tests.terminal.staging import PROGRAM
from tms_tui.ui.keys import ACTIONS


@pytest.fixture
def checking(tmp_path: Path) -> Iterator[Terminal]:
    with Terminal([*PROGRAM, "keys"], rows=40, cols=140, env=clean_environment(tmp_path)) as terminal:
        terminal.wait_for("Press keys to see how they arrive.")
        yield terminal


def test_each_key_is_named_with_what_arrived_and_what_it_does(checking: Terminal) -> None:
    for typed, said in (
        ("n", "n: next_waiting, outside the composer [n]"),
        ("\x1b[1;5B", r"Ctrl+Down: next_session, anywhere [\x1b[1;5B]"),
        ("\x1bOS", r"F4: editor, anywhere [\x1bOS]"),
        ("\r", r"Enter: open, list; send, composer; earlier, customer panel [\r]"),
        ("?", "?: help, outside the composer [?]"),
        ("\x08", r"Backspace: no action has it [\x08]"),
        ("\x01", "Ctrl+A: no action may have it, it is the prefix of screen"),
        ("\x03", r"Ctrl+C: no action has it [\x03]"),
        ("\x1bx", r"x: no action has it [\x1bx]"),
        ("\x1b[200~two words\x1b[201~", "a paste of 9 characters"),
        ("\x1b[110;5u", r"Ctrl+N: next_waiting, anywhere [\x1b[110;5u]"),
    ):
        checking.send(typed)
        checking.wait_for(said)
    checking.send("\x11")
    checking.wait_for("Ctrl+Q: quit, anywhere")
    assert checking.wait_exit() == 0
    rest = checking.screen.text().rpartition("Not pressed, or eaten on the way:")[2]
    assert "F12" in rest
    assert "Ctrl+N" not in rest
    assert checking.screen.modes == {25}


def test_escape_twice_ends_and_once_does_not(checking: Terminal) -> None:
    checking.send("\x1b")
    checking.wait_for("Esc: outward")
    checking.send("n")
    checking.wait_for("n: next_waiting")
    checking.send("\x1b\x1b")
    assert checking.wait_exit() == 0
    assert is_cooked(checking)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_gives_the_terminal_back(checking: Terminal, number: signal.Signals) -> None:
    checking.send("n")
    checking.wait_for("n: next_waiting")
    checking.signal(number)
    assert checking.wait_exit() == 128 + number
    assert checking.screen.modes == {25}
    assert is_cooked(checking)


def test_at_a_pipe_it_lists_every_action_and_its_keys(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[keys]\nresolve = "f6"\n')
    said = subprocess.run(
        [*PROGRAM, "keys", "--config", str(config)],
        env=clean_environment(tmp_path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout.splitlines()
    assert [line.partition(":")[0] for line in said[: len(ACTIONS)]] == [action.id for action in ACTIONS]
    assert "resolve: F6; anywhere. Resolve the conversation; 10 s to undo it." in said
    assert said[-1] == "At a terminal that has a name (TERM), this command also says how each key you press arrives."
