"""A terminal that stops reading, as after Ctrl+S or in a frozen multiplexer: the desk works on, and catches up."""

import os
import re
import select
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.terminal.at_desk import at_desk, cpu_seconds, memory, planted, until
from tests.terminal.pty_driver import Terminal, now
from tests.terminal.staging import Guest, Stage, staged
from tests.terminal.test_resizes import desk_of

MIB: Final = 1 << 20
LINES: Final = 60
STILL: Final = 0.5
ENDS_WITHIN: Final = 8.0
"""Seconds on a machine that is busy with other things."""
BLIND: Final = "sent while nobody looked"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path / "server") as running:
        running.add_agent("Dana", "dana@example.com")
        yield running


def leave_unread(guest: Guest) -> None:
    """Let much be drawn that nobody reads."""
    for number in range(LINES):
        guest.says(f"line {number} " + "of many, each about as long as a row may well be " * 3)


def answer_unread(terminal: Terminal, guest: Guest) -> None:
    """Answer while nobody reads, until the answer is with the customer."""
    leave_unread(guest)
    terminal.send(f"{BLIND}\r")
    end = now() + 30
    while BLIND not in guest.stored():
        assert now() < end, "the answer does not reach the server"


def stand_still(terminal: Terminal) -> None:
    """Until the program has computed nothing for a while; what it waits for, on a busy machine, is not its turn."""
    end, since, computed = now() + 60, now(), cpu_seconds(terminal.pid)
    while now() - since < STILL:
        assert now() < end, "it never stands still"
        if terminal.computes() or cpu_seconds(terminal.pid) > computed:
            since, computed = now(), cpu_seconds(terminal.pid)
        os.sched_yield()


def test_textual_alone_stands_still(stage: Stage, tmp_path: Path) -> None:
    with at_desk(stage, tmp_path / "home", program=planted("stock"), rows=50, cols=180) as (terminal, guest):
        leave_unread(guest)
        stand_still(terminal)
        terminal.send(f"{BLIND}\r")
        stand_still(terminal)
        assert BLIND not in guest.stored()
        until(terminal, lambda: BLIND in guest.stored(), what="it goes on once it is read")


def test_the_desk_works_on_and_catches_up(stage: Stage, tmp_path: Path) -> None:
    with at_desk(stage, tmp_path / "home", rows=50, cols=180) as (terminal, guest):
        before = memory(terminal.pid)
        answer_unread(terminal, guest)
        assert memory(terminal.pid) < before + 20 * MIB
        unread = len(terminal.output)
        terminal.wait_for(f"line {LINES - 1} of many")
        terminal.wait_until(lambda screen: re.search(f"{BLIND} +sent", screen.text()) is not None, what="it is sent")
        assert len(terminal.output) - unread < MIB, "what nobody could have seen was forgotten"
        terminal.wait_for("customer gone")
        terminal.wait_for("answered")
        stood = desk_of(terminal.screen)
        terminal.resize(50, 170)
        terminal.wait_until(lambda screen: "Live" in screen.line(0), what="the narrower desk")
        terminal.resize(50, 180)
        terminal.wait_until(lambda screen: desk_of(screen) == stood, what="the desk as it was")


def test_it_ends_in_time_all_the_same(stage: Stage, tmp_path: Path) -> None:
    with at_desk(stage, tmp_path / "home", rows=50, cols=180) as (terminal, guest):
        answer_unread(terminal, guest)
        terminal.signal(signal.SIGTERM)
        ended = os.pidfd_open(terminal.pid)
        try:
            assert select.select([ended], [], [], ENDS_WITHIN)[0], "it waits for a reader"
        finally:
            os.close(ended)
        assert terminal.wait_exit() == 128 + signal.SIGTERM
