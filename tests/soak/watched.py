"""What a running console holds: resident memory, files, threads, tasks."""

import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.terminal.at_desk import memory, until
from tests.terminal.pty_driver import Terminal
from tms_tui.transport.http import CONNECTIONS

MIB: Final = 1 << 20
GROWTH: Final = 5.0
"""MiB by which resident memory may grow after the first sixth."""
ROOM: Final = {"files": CONNECTIONS, "threads": 2, "tasks": 3}
"""How many more there may be than before: connections are kept for a while, work comes and goes."""


@dataclass(frozen=True, slots=True)
class Held:
    """At one moment."""

    resident: float
    """MiB."""
    files: int
    threads: int
    tasks: int

    def __str__(self) -> str:
        return f"{self.resident:.1f} MiB, {self.files} files, {self.threads} threads, {self.tasks} tasks"


def held(terminal: Terminal, told: Path) -> Held:
    """Ask the console, and the system."""
    told.unlink(missing_ok=True)
    terminal.signal(signal.SIGUSR1)
    until(terminal, told.exists, what="the number of tasks")
    files, threads = (len(list(Path(f"/proc/{terminal.pid}/{what}").iterdir())) for what in ("fd", "task"))
    return Held(memory(terminal.pid) / MIB, files, threads, int(told.read_text()))


def leaks(early: Held, late: Held) -> list[str]:
    """What grew that may not grow, in words."""
    found = []
    if late.resident - early.resident >= GROWTH:
        found.append(f"resident memory grew by {late.resident - early.resident:.1f} MiB, {GROWTH:.0f} allowed")
    for what, room in ROOM.items():
        before, after = getattr(early, what), getattr(late, what)
        if after > before + room:
            found.append(f"{after} {what}, {before} before")
    return found
