"""The desk inside tmux: the keys that multiplexers touch arrive, and do what they do outside."""

import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.server.running import PASSWORD
from tests.terminal.at_desk import until
from tests.terminal.pty_driver import Terminal, clean_environment
from tests.terminal.staging import PROGRAM, Guest, Stage, staged

pytestmark = pytest.mark.services

ROWS, COLS = 40, 120


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("server")) as running:
        running.add_agent("Dana", "dana@example.com")
        yield running


@contextmanager
def in_tmux(home: Path, *command: str, options: str = "", rows: int = ROWS, cols: int = COLS) -> Iterator[Terminal]:
    """A program in a tmux of its own, that takes its socket and its options from `home` alone."""
    home.mkdir(parents=True, exist_ok=True)
    settings = home / "tmux.conf"
    settings.write_text(f"set -g status off\n{options}\n")
    environment = clean_environment(home, TMUX_TMPDIR=str(home))
    tmux = ["tmux", "-L", uuid.uuid4().hex[:8], "-f", str(settings)]
    try:
        with Terminal([*tmux, "new-session", "--", *command], rows=rows, cols=cols, env=environment) as terminal:
            yield terminal
    finally:
        subprocess.run([*tmux, "kill-server"], env=environment, capture_output=True, check=False)


@contextmanager
def desk_in_tmux(stage: Stage, home: Path, customer: str, options: str = "") -> Iterator[tuple[Terminal, Guest]]:
    """At the composer of a customer's conversation."""
    guest = stage.guest(customer)
    guest.says(f"hello from {customer}")
    home.mkdir(parents=True, exist_ok=True)
    secret = home / "password.fifo"
    subprocess.run(["mkfifo", str(secret)], check=True)
    words = [*PROGRAM, "--server", stage.url, "--email", "dana@example.com", "--password-stdin"]
    shell = ["sh", "-c", 'fifo=$1; shift; exec "$@" <"$fifo"', "sh", str(secret), *words]
    with in_tmux(home, *shell, options=options) as terminal:
        with secret.open("w") as writer:
            writer.write(f"{PASSWORD}\n")
        terminal.wait_for("Live")
        terminal.wait_for(customer)
        terminal.send(f"/{customer}\r")
        terminal.wait_for(f"Reply to {customer}")
        terminal.wait_for("Enter send")
        yield terminal, guest


def test_keys_that_move_between_conversations_and_panes(stage: Stage, tmp_path: Path) -> None:
    stage.guest("Nelly").says("hello from Nelly")
    with desk_in_tmux(stage, tmp_path / "home", "Otto") as (terminal, _):
        for forth, back in (("\x1b[1;5A", "\x1b[1;5B"), ("\x1b[1;3A", "\x1b[1;3B")):
            terminal.send(forth)
            terminal.wait_gone("Reply to Otto")
            terminal.send(back)
            terminal.wait_for("Reply to Otto")
        terminal.send("\x1b[Z")
        terminal.wait_for("r reply")
        terminal.send("\t")
        terminal.wait_for("Enter send")


def test_function_keys(stage: Stage, tmp_path: Path) -> None:
    with desk_in_tmux(stage, tmp_path / "home", "Fina") as (terminal, _):
        for key, words, back in (
            ("\x1bOP", "Keys in the composer", "\x1b"),
            ("\x1bOQ", "Live: new messages arrive at once.", ""),
            ("\x1b[15~", "Connecting again.", ""),
            ("\x1b[20~", "Your availability", "\x1b"),
            ("\x1b[24~", "Proxy", "\x1b"),
        ):
            terminal.send(key)
            terminal.wait_for(words)
            if back:
                terminal.send(back)
                terminal.wait_gone(words)
        terminal.send("\x1b[19~")
        terminal.wait_for("Enter send")


def test_lines_are_begun_by_ctrl_j_and_pasted_ones_never_send(stage: Stage, tmp_path: Path) -> None:
    with desk_in_tmux(stage, tmp_path / "home", "Pia") as (terminal, guest):
        terminal.send("one\ntwo")
        terminal.wait_for("two")
        terminal.send("\x1b[200~ three\rfour\x1b[201~")
        terminal.wait_for("four")
        assert guest.stored() == ["hello from Pia"]
        terminal.send("\r")
        until(terminal, lambda: guest.stored()[1:] == ["one\ntwo three\nfour"])


def test_shift_enter_begins_a_line_where_tmux_is_told_to_report_it(stage: Stage, tmp_path: Path) -> None:
    told = "set -s extended-keys always"
    with desk_in_tmux(stage, tmp_path / "home", "Shari", told) as (terminal, guest):
        terminal.send("one")
        terminal.wait_for("one")
        terminal.send("\x1b[13;2u")
        terminal.send("two")
        terminal.wait_for("two")
        assert guest.stored() == ["hello from Shari"]
        terminal.send("\r")
        until(terminal, lambda: guest.stored()[1:] == ["one\ntwo"])


def test_escape_and_a_letter_at_once_are_an_escape_and_a_letter(stage: Stage, tmp_path: Path) -> None:
    """tmux waits half a second for what follows an escape, and hands both on as one."""
    with desk_in_tmux(stage, tmp_path / "home", "Ella") as (terminal, _):
        terminal.send("draft")
        terminal.wait_for("draft")
        terminal.send("\x1bw")
        terminal.wait_for("Who is here")
        terminal.send("\x1b")
        terminal.wait_gone("Who is here")
        terminal.send("i")
        terminal.wait_for("Note on Ella")
        terminal.send("\x1br")
        terminal.wait_for("Reply to Ella")
        terminal.wait_for("draft")


def test_the_check_of_keys_names_what_this_tmux_takes(tmp_path: Path) -> None:
    options = "set -g prefix C-n\nbind-key -n C-Down next-window"
    with in_tmux(tmp_path / "home", *PROGRAM, "keys", options=options) as terminal:
        terminal.wait_for("Press keys to see how they arrive.")
        shown = " ".join(terminal.screen.text().split())
        assert "tmux: its prefix is Ctrl+N." in shown
        assert "tmux takes Ctrl+N for itself (its prefix): next_waiting does not get it. Keys left: n, F8." in shown
        assert "tmux takes Ctrl+Down for itself (bound to next-window)" in shown
        terminal.send("\x0en")
        terminal.send("\x1b[1;3B")
        terminal.wait_for("Alt+Down: next_session, anywhere")
        terminal.send("\x11")
        terminal.wait_exit()
