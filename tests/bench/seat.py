"""A program started for measuring: its terminal, its feeder, its own empty home."""

import json
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from tests.bench.processes import Cores, go_first
from tests.bench.programs import Place, Program
from tests.terminal.pty_driver import Terminal, clean_environment

ROWS, COLS = 48, 160
READY_TIMEOUT: Final = 30.0
_ROOT: Final = Path(__file__).parents[2]


class FeederProcess:
    """The fake server in a process of its own; `ask` gives it an order (see `feeding`) and waits for the answer."""

    def __init__(self, module: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module], cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.port: int = self._answer()["port"]

    def ask(self, op: str, **details: Any) -> dict[str, Any]:
        """Raises RuntimeError when the feeder has died."""
        if self._process.stdin:
            self._process.stdin.write(json.dumps({"op": op, **details}) + "\n")
            self._process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        """End of orders: the feeder goes home."""
        self._process.communicate()

    def _answer(self) -> dict[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise RuntimeError("the feeder has ended")
        answer: dict[str, Any] = json.loads(line)
        return answer


class Seat:
    """One start of a program; a context manager that ends it and its feeder.

    `lateness` is the worst delay, in seconds, with which the harness itself typed a key.
    """

    def __init__(self, program: Program, cores: Cores) -> None:
        self.program = program
        self.lateness = 0.0
        self._seated = False
        self._stack = ExitStack()
        home = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="tms-bench-")))
        self._feeder = FeederProcess(program.feeder) if program.feeder else None
        if self._feeder:
            self._stack.callback(self._feeder.close)
        place = Place(port=self._feeder.port if self._feeder else 0, home=home)
        try:
            with cores.for_program():
                self.terminal = Terminal(program.argv(place), rows=ROWS, cols=COLS, env=clean_environment(home))
        except FileNotFoundError:
            self._stack.close()
            raise
        self._stack.enter_context(self.terminal)
        go_first(self.terminal.pid)

    @property
    def feeder(self) -> FeederProcess:
        """The server it talks to. Raises LookupError for a program that has none."""
        if self._feeder is None:
            raise LookupError(f"{self.program.name} talks to no server")
        return self._feeder

    def wait_ready(self) -> float:
        """Until all that the program shows when usable stands on its screen; the moment of it."""
        texts = self.program.ready
        return self.terminal.wait_until(lambda screen: all(map(screen.find, texts)), READY_TIMEOUT, f"{texts}")

    def sit_down(self) -> None:
        """Open the conversation that the scenarios use, once, and let the screen come to rest."""
        if self._seated:
            return
        self.wait_ready()
        if self._feeder:
            self._feeder.ask("wait_client")
        self.terminal.rest(0.4, 2.0)
        for step in self.program.seat:
            self.terminal.send(step.keys)
            self.terminal.wait_for(step.until)
        self.terminal.rest(0.4, 2.0)
        self._seated = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
