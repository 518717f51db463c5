"""The console killed with unsent messages, the server too: the next console sends each once, in order."""

import re
import signal
from dataclasses import replace
from pathlib import Path
from typing import Final

from tests.terminal.at_desk import kept, until
from tests.terminal.pty_driver import Terminal
from tests.terminal.staging import Guest, Stage, console, staged

PLAN: Final = (("Nora", "first"), ("Paul", "second"), ("Nora", "third"), ("Quinn", "fourth"), ("Paul", "fifth"))
NAMES: Final = ("Nora", "Paul", "Quinn")
FIRST, NEXT, OPEN, OUT = "g", "j", "\r", "\x1b"


def write_to(terminal: Terminal, name: str, words: str) -> None:
    """Go to a customer's conversation by the list, and press Enter on a text."""
    terminal.send(OUT)
    terminal.wait_for("r reply")
    terminal.send(OUT)
    terminal.wait_for("Enter open")
    terminal.send(FIRST + NEXT * NAMES.index(name) + OPEN)
    terminal.wait_for(f"Reply to {name}")
    terminal.wait_for("Enter send")
    terminal.send(f"{words}\r")
    terminal.wait_until(lambda screen: re.search(f"{words} +queued", screen.text()) is not None, what="it is queued")


def arrive(stage: Stage, name: str) -> Guest:
    guest = stage.guest(name)
    guest.says(f"hello from {name}")
    return guest


def type_offline_and_kill(stage: Stage, home: Path) -> list[Guest]:
    """Five messages in three conversations while no server is there, and `kill -9`."""
    with console(stage, home, cols=110) as terminal:
        terminal.wait_for("Live")
        guests = [arrive(stage, name) for name in NAMES]
        for guest in guests:
            terminal.wait_for(guest.name)
        terminal.send("n")
        terminal.wait_for("Enter send")
        stage.kill()
        terminal.wait_for("Connecting")
        for name, words in PLAN:
            write_to(terminal, name, words)
        terminal.wait_for("5 unsent")
        until(terminal, lambda: len(kept(home)) == 5, what="all are on the disk")
        terminal.signal(signal.SIGKILL)
        assert terminal.wait_exit() == -signal.SIGKILL
    return guests


def test_five_typed_offline_arrive_once_and_in_order(tmp_path: Path) -> None:
    data, home = tmp_path / "server", tmp_path / "home"
    with staged(data) as first:
        first.add_agent("Dana", "dana@example.com")
        guests = type_offline_and_kill(first, home)
    with staged(data, at=first.port) as second:
        second.kill()
    with staged(data, at=first.port) as third, console(third, home, cols=110) as terminal:
        guests = [replace(guest, http=third.http) for guest in guests]
        wanted = {guest.name: [f"hello from {guest.name}"] for guest in guests}
        for name, words in PLAN:
            wanted[name].append(words)
        until(terminal, lambda: {guest.name: guest.stored() for guest in guests} == wanted, 20, "all five, in order")
        until(terminal, lambda: not kept(home), what="nothing is left to be sent")
        terminal.wait_for("Live")
        terminal.send("\x11")
        assert terminal.wait_exit() == 0
        assert {guest.name: guest.stored() for guest in guests} == wanted
