"""Drafts of last time that are damaged, or another console's: it is said, and work goes on."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal.at_desk import at_desk, drafts, until
from tests.terminal.pty_driver import Terminal
from tests.terminal.staging import Stage, console, staged


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path / "server") as running:
        running.add_agent("Dana", "dana@example.com")
        yield running


def leave_a_draft(terminal: Terminal, text: str) -> None:
    terminal.send(text)
    terminal.wait_for(text)
    terminal.signal(signal.SIGTERM)
    terminal.wait_exit()


def test_a_damaged_file_is_set_aside_and_said(stage: Stage, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with at_desk(stage, home) as (terminal, _):
        leave_a_draft(terminal, "a draft of last time")
    (file,) = home.rglob("*.sqlite")
    damaged = b"not a database, whatever it was " * 300
    file.write_bytes(damaged)
    with console(stage, home, rows=40, cols=200) as terminal:
        terminal.wait_for("set aside as")
        assert file.with_suffix(".damaged").read_bytes() == damaged
        terminal.wait_for("waits")
        stage.guest("Otto").says("hello from Otto")
        terminal.wait_for("Otto")
        terminal.wait_for("set aside as")
        terminal.send("\r")
        terminal.wait_for("Enter send")
        leave_a_draft(terminal, "a draft of today")
    assert drafts(home) == ["a draft of today"]


def test_a_second_console_says_that_the_first_one_keeps_the_drafts(stage: Stage, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with at_desk(stage, home) as (first, guest), console(stage, home, cols=200) as second:
        second.wait_for("another console of yours is open and keeps them")
        second.wait_for("waits")
        stage.guest("Otto").says("hello from Otto")
        second.wait_for("Otto")
        second.wait_for("another console of yours is open and keeps them")
        second.send("\r")
        second.wait_for("Enter send")
        second.send("sent all the same\r")
        until(second, lambda: "sent all the same" in guest.stored(), what="it is stored")
        leave_a_draft(second, "kept by nobody")
        leave_a_draft(first, "kept by the first")
    assert drafts(home) == ["kept by the first"]
