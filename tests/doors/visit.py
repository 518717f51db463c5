"""One cell opened: the program at a real pseudo-terminal, its streams as the cell says, and all that it said."""

import contextlib
import fcntl
import os
import re
import termios
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.doors.axes import SIZES, STREAMS, Cell
from tests.terminal.at_desk import until
from tests.terminal.pty_driver import ScreenTimeoutError, Terminal, clean_environment
from tests.terminal.staging import PROGRAM

WITHIN: Final = 60.0
"""Seconds; a busy machine is no fault."""
_PIPE_HOLDS: Final = 1 << 20
_SEQUENCE: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])")
_PUT: Final = re.compile(r"\x1b\[(?:>\d+u|22;\d+t)")
_TAKEN: Final = re.compile(r"\x1b\[(?:<\d*u|23;\d+t)")


class StuckError(Exception):
    """What was waited for did not come."""


class Visit:
    """A context manager; at its end the program is gone."""

    def __init__(self, cell: Cell, arguments: Sequence[str], home: Path, program: Sequence[str] = PROGRAM) -> None:
        self.cell = cell
        pipe = home / "pipe"
        os.mkfifo(pipe)
        self._pipe = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        fcntl.fcntl(self._pipe, fcntl.F_SETPIPE_SZ, _PIPE_HOLDS)
        self._piped = b""
        environment = clean_environment(home) | {"PIPE": str(pipe)}
        for name in ("TERM", "COLORTERM"):
            environment.pop(name)
        shell = ("sh", "-c", f'exec "$@" {STREAMS[cell.stream]}', "sh")
        rows, cols = SIZES[cell.size]
        words = [*shell, *program, *arguments]
        self.terminal = Terminal(words, rows=rows, cols=cols, env=environment | cell.environment)

    @property
    def said(self) -> str:
        """All text that came out, wherever; what places and colours it is left out."""
        return self.plain(self.written)

    @staticmethod
    def plain(written: str) -> str:
        """The text alone, without what places and colours it."""
        return _SEQUENCE.sub("", written).replace("\r\n", "\n")

    @property
    def written(self) -> str:
        """All that came out, wherever, as it was written."""
        self._empty_pipe()
        return self.terminal.output.decode(errors="replace") + self._piped.decode(errors="replace")

    @property
    def is_as_it_was(self) -> bool:
        """Whether the terminal's line is set as it was when it was new."""
        fresh = os.openpty()
        try:
            return termios.tcgetattr(self.terminal.fd) == termios.tcgetattr(fresh[0])
        finally:
            for side in fresh:
                os.close(side)

    @property
    def is_given_back(self) -> bool:
        """Whether all that was put on the terminal's stacks, of keyboards and of titles, was taken off again."""
        return len(_PUT.findall(self.written)) == len(_TAKEN.findall(self.written))

    def says(self, words: str) -> None:
        """Wait until these words were printed."""
        self._until(lambda: words in self.said, words)

    def shows(self, words: str) -> None:
        """Wait until these words stand in a row of the screen."""
        self._until(lambda: self.terminal.screen.find(words) is not None, words)

    def hides(self) -> None:
        """Wait until what is typed is not shown: a password is asked for."""
        self._until(lambda: not termios.tcgetattr(self.terminal.fd)[3] & termios.ECHO, "a hidden answer")

    def finds(self, file: Path) -> None:
        """Wait until a file is there."""
        self._until(file.exists, f"the file {file.name}")

    def rests(self) -> None:
        """Wait until the program has nothing left to do."""
        self.terminal.rest(0.1)

    def types(self, keys: str) -> None:
        """Press keys."""
        self.terminal.send(keys)

    def ends(self) -> int:
        """Wait for the program's end; its exit code."""
        try:
            return self.terminal.wait_exit(WITHIN)
        except ScreenTimeoutError:
            raise StuckError("it does not end") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.terminal.close()
        os.close(self._pipe)

    def _until(self, holds: Callable[[], bool], what: str) -> None:
        try:
            until(self.terminal, lambda: holds() or self.terminal.ended, WITHIN, what)
        except ScreenTimeoutError:
            raise StuckError(f"waited for {what!r}") from None
        if not holds():
            raise StuckError(f"ended before {what!r}")

    def _empty_pipe(self) -> None:
        with contextlib.suppress(BlockingIOError):  # nobody wrote since
            while data := os.read(self._pipe, 1 << 16):
                self._piped += data
