"""A terminal that stops reading, as after Ctrl+S or in a frozen multiplexer: the desk works on, and catches up."""

import os
import select
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.terminal.at_desk import at_desk, memory, planted
from tests.terminal.pty_driver import Terminal, now
from tests.terminal.staging import Guest, Stage, staged

MIB: Final = 1 << 20
LINES: Final = 60
BLIND: Final = "sent while nobody looked"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path / "server") as running:
        running.add_agent("Dana", "dana@example.com")
        yield running


def work_unread(terminal: Terminal, guest: Guest) -> bool:
    """Let much be drawn that nobody reads, then answer; whether the answer reaches the server."""
    terminal.settle()
    read = len(terminal.chunks)
    for number in range(LINES):
        guest.says(f"line {number} " + "of many, each about as long as a row may well be " * 3)
    terminal.send(f"{BLIND}\r")
    end = now() + 3
    while BLIND not in guest.stored() and now() < end:
        continue
    assert len(terminal.chunks) == read, "nothing was read meanwhile"
    return BLIND in guest.stored()


def test_textual_alone_stands_still(stage: Stage, tmp_path: Path) -> None:
    with at_desk(stage, tmp_path / "home", program=planted("stock"), rows=50, cols=180) as (terminal, guest):
        assert not work_unread(terminal, guest)


def test_the_desk_works_on_and_catches_up(stage: Stage, tmp_path: Path) -> None:
    with at_desk(stage, tmp_path / "home", rows=50, cols=180) as (terminal, guest):
        before = memory(terminal.pid)
        assert work_unread(terminal, guest)
        assert memory(terminal.pid) < before + 20 * MIB
        unread = len(terminal.output)
        terminal.wait_for(f"line {LINES - 1} of many")
        terminal.wait_for(BLIND)
        terminal.settle()
        assert len(terminal.output) - unread < MIB, "what nobody could have seen was forgotten"
        stood = terminal.screen.text()
        for cols in (170, 180):
            terminal.resize(50, cols)
            terminal.settle()
        assert terminal.screen.text() == stood


def test_it_ends_in_time_all_the_same(stage: Stage, tmp_path: Path) -> None:
    with at_desk(stage, tmp_path / "home", rows=50, cols=180) as (terminal, guest):
        assert work_unread(terminal, guest)
        terminal.signal(signal.SIGTERM)
        ended = os.pidfd_open(terminal.pid)
        try:
            assert select.select([ended], [], [], 2.0)[0], "it ended within 2 s"
        finally:
            os.close(ended)
        assert terminal.wait_exit() == 128 + signal.SIGTERM
