"""A console at a terminal with a conversation open, and what the operating system says of it."""

import contextlib
import os
import sqlite3
import sys
import termios
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from tests.terminal.pty_driver import ScreenTimeoutError, Terminal, now
from tests.terminal.staging import PROGRAM, Guest, Stage, console

LEFT: Final = {7, 25}
"""The modes of a terminal that was given back: lines wrap, the cursor is shown."""
_LOOK_EVERY: Final = 0.02
_TICKS: Final = os.sysconf("SC_CLK_TCK")


def planted(what: str) -> tuple[str, ...]:
    """The program with something wrong."""
    return (sys.executable, "-m", "tests.terminal.planted_desk", what)


@contextlib.contextmanager
def at_desk(
    stage: Stage, home: Path, *more: str, program: Sequence[str] = PROGRAM, rows: int = 24, cols: int = 80
) -> Iterator[tuple[Terminal, Guest]]:
    """Live, the composer of the only customer's conversation focused."""
    with console(stage, home, *more, program=program, rows=rows, cols=cols) as terminal:
        terminal.wait_for("Live")
        guest = stage.guest("Nora")
        guest.says("hello from Nora")
        terminal.wait_for("waits")
        terminal.wait_for("1 new")
        terminal.send("n")
        terminal.wait_for("hello from Nora")
        terminal.wait_for("Enter send")
        yield terminal, guest


def until(terminal: Terminal, holds: Callable[[], object], timeout: float = 30.0, what: str = "it to be so") -> float:
    """Read what the program writes until something beside the screen is so; the moment it was."""
    end = now() + timeout
    while not holds():
        if now() > end:
            raise ScreenTimeoutError(f"waited {timeout} s for {what}\n{terminal.screen.text()}")
        if not terminal.read(_LOOK_EVERY) and terminal.ended:
            os.sched_yield()
    return now()


def is_stopped(pid: int) -> bool:
    """Whether the process was stopped by a signal."""
    return _stat(pid)[0] == "T"


def cpu_seconds(pid: int) -> float:
    """What the process has computed so far."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / _TICKS


def catches(pid: int, number: int) -> bool:
    """Whether the process has a handler for the signal."""
    return bool(_status(pid, "SigCgt", 16) >> (number - 1) & 1)


def memory(pid: int) -> int:
    """Resident bytes."""
    return _status(pid, "VmRSS", 10) * 1024


def is_cooked(terminal: Terminal) -> bool:
    """Whether the terminal echoes, edits lines and makes signals of keys, as a shell expects."""
    flags: int = termios.tcgetattr(terminal.fd)[3]
    wanted = termios.ECHO | termios.ICANON | termios.ISIG
    return flags & wanted == wanted


def drafts(home: Path) -> list[str]:
    """The texts of composers that the disk keeps for the next start."""
    return _on_disk(home, "drafts", "SELECT text FROM drafts")


def kept(home: Path) -> list[str]:
    """The unsent messages that the disk keeps for the next start."""
    return _on_disk(home, "sends", "SELECT text FROM sends ORDER BY asked_at")


def _on_disk(home: Path, table: str, query: str) -> list[str]:
    """What the query finds; nothing while the file is there and its tables are not yet."""
    found = []
    for file in home.rglob("*.sqlite"):
        with contextlib.closing(sqlite3.connect(file)) as database:
            if database.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone():
                found += [text for (text,) in database.execute(query)]
    return found


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()


def _status(pid: int, name: str, base: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(f"{name}:")).split()[1], base)
