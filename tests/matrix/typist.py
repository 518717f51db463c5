"""Somebody at a real terminal who types on and on while a fault is played: how long each key takes to be seen."""

import asyncio
import math
import random
import tempfile
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.bench.sightings import Wanted, latencies
from tests.bench.typing_load import letters
from tests.terminal.pty_driver import Terminal, now
from tests.terminal.staging import PROGRAM, at_terminal

CONTEXT: Final = 6
"""A key is known by the letters that end with it."""
LENGTH: Final = 30
GAP: Final = 0.12
ENOUGH: Final = 50
CLEAR: Final = "\x7f" * LENGTH


@dataclass
class Echo:
    """Milliseconds from a key to its letter on the screen."""

    taken: list[float] = field(default_factory=list)

    @property
    def p95(self) -> float:
        return sorted(self.taken)[math.ceil(0.95 * len(self.taken)) - 1] if self.taken else math.inf

    @property
    def longest(self) -> float:
        return max(self.taken, default=math.inf)


@asynccontextmanager
async def typing(url: str) -> AsyncIterator[Echo]:
    """Typing goes on until the block ends, in a thread: a terminal is read and written by blocking calls.

    `Echo` is filled at the end. Raises ScreenTimeoutError when the program never came to be typed at.
    """
    echo, ready, over = Echo(), threading.Event(), threading.Event()
    with tempfile.TemporaryDirectory(prefix="tms-typist-") as home:
        work = asyncio.create_task(asyncio.to_thread(_type, url, Path(home) / "home", ready, over))
        try:
            await asyncio.to_thread(ready.wait, 60)
            yield echo
        finally:
            over.set()
            echo.taken = await work


def _type(url: str, home: Path, ready: threading.Event, over: threading.Event) -> list[float]:
    wanted: list[Wanted] = []
    try:
        words = [*PROGRAM, "--server", url, "--email", "dana@example.com", "--password-stdin"]
        with at_terminal(words, home, rows=30, cols=100) as terminal:
            terminal.wait_for("Live", 30)
            terminal.wait_for(" new", 30)
            terminal.send("n")
            terminal.wait_for("Enter send", 30)
            ready.set()
            while not over.is_set() or len(wanted) < ENOUGH:
                wanted += _line(terminal)
            return latencies(terminal, wanted)
    finally:
        ready.set()


def _line(terminal: Terminal) -> list[Wanted]:
    """One line of letters, each at its hour whether or not the program keeps up, and away again."""
    wanted: list[Wanted] = []
    text, due = letters(LENGTH), now()
    for number, letter in enumerate(text):
        due += GAP * random.uniform(0.75, 1.25)
        terminal.record(due)
        at = terminal.send(letter)
        if number >= CONTEXT - 1:
            wanted.append(Wanted(text[number + 1 - CONTEXT : number + 1], at))
    terminal.record(now() + 0.6)
    terminal.send(CLEAR)
    terminal.record(now() + 0.3)
    return wanted
