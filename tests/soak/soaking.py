"""Hours of work at a real terminal: customers write without end, the agent answers, the line drops again and again."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.soak.watched import Held, held, leaks
from tests.terminal.line import Line, line_to
from tests.terminal.pty_driver import Terminal, now
from tests.terminal.staging import PROGRAM, Guest, Stage, console, staged

PER_MINUTE: Final = 50
ANSWER_EVERY: Final = 10
"""Messages of customers between two answers."""
NAMES: Final = ("Nora", "Paul", "Quinn", "Rosa", "Sven")
SETTLED_WITHIN: Final = 60.0


@dataclass(frozen=True, slots=True)
class Pace:
    """`minutes` of the work, done `faster` times as fast: the same messages and drops in less time."""

    minutes: float
    faster: float = 1.0

    @property
    def messages(self) -> int:
        return round(self.minutes * PER_MINUTE)

    @property
    def between(self) -> float:
        """Seconds from a message to the next."""
        return 60 / PER_MINUTE / self.faster


@dataclass
class Soaked:
    """What was seen. `early` after the first sixth, `late` at the end."""

    drops: int = 0
    said: int = 0
    answered: int = 0
    early: Held | None = None
    late: Held | None = None
    lost: list[str] = field(default_factory=list)

    def faults(self) -> list[str]:
        """What went wrong, in words."""
        assert self.early is not None
        assert self.late is not None
        return leaks(self.early, self.late) + self.lost


class Soak:
    """One console, its server, its customers and the line between."""

    def __init__(self, terminal: Terminal, told: Path, stage: Stage, line: Line, pace: Pace) -> None:
        self.seen = Soaked()
        self._terminal = terminal
        self._told = told
        self._line = line
        self._pace = pace
        self._chance = random.Random(1)
        self._guests = [stage.guest(name) for name in NAMES]

    def run(self) -> Iterator[Held]:
        """Work; gives what is held after every twelfth of it."""
        self._begin()
        marks = {self._pace.messages * twelfths // 12: twelfths for twelfths in range(1, 13)}
        for number in range(1, self._pace.messages + 1):
            self._one_message(number)
            if number % PER_MINUTE == 0:
                self.seen.drops += self._line.drop()
            if number in marks:
                yield self._look(marks[number])
        self._compare()

    def _begin(self) -> None:
        for guest in self._guests:
            guest.says(f"hello from {guest.name}")
        self._terminal.wait_for(NAMES[-1], SETTLED_WITHIN)
        self._terminal.send("n")
        self._terminal.wait_for("Enter send", SETTLED_WITHIN)

    def _one_message(self, number: int) -> None:
        began = now()
        self._chance.choice(self._guests).says(f"message {number} of a long day")
        self.seen.said += 1
        if number % ANSWER_EVERY == 0:
            self.seen.answered += 1
            self._terminal.send(f"answer {self.seen.answered}\r")
        self._terminal.record(began + self._pace.between)

    def _look(self, twelfths: int) -> Held:
        """Once it is live and at rest."""
        self._terminal.wait_for("Live", SETTLED_WITHIN)
        self._terminal.wait_gone("unsent", SETTLED_WITHIN)
        self._terminal.settle(0.5, SETTLED_WITHIN)
        seen = held(self._terminal, self._told)
        if twelfths == 2:
            self.seen.early = seen
        self.seen.late = seen
        return seen

    def _compare(self) -> None:
        """Every answer is stored once."""
        stored = [words for guest in self._guests for words in _all_stored(guest) if words.startswith("answer ")]
        wanted = [f"answer {number}" for number in range(1, self.seen.answered + 1)]
        if sorted(stored) != sorted(wanted):
            self.seen.lost.append(f"{len(wanted)} answers were typed, {len(stored)} are stored")


@contextmanager
def at_work(home: Path, pace: Pace, how: str = "sound") -> Iterator[Soak]:
    """A console at its work, `sound` or `leaking`."""
    told = home / "tasks"
    program = (PROGRAM[0], "-m", "tests.soak.counting_desk", str(told), how)
    with staged(home / "server") as stage, line_to(stage.port) as line:
        stage.add_agent("Dana", "dana@example.com")
        with console(stage, home / "desk", program=program, url=line.url, cols=110) as terminal:
            terminal.wait_for("Live", SETTLED_WITHIN)
            yield Soak(terminal, told, stage, line, pace)


def _all_stored(guest: Guest) -> list[str]:
    found: list[str] = []
    while page := guest.stored(after=len(found)):
        found += page
    return found
