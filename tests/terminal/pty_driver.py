"""Runs a program in a real pseudo-terminal: types, reads the screen, resizes, answers like an xterm.

Every read is stamped before anything else is done with it and kept, so that a measurement can draw the
screen afterwards and no drawing delays a stamp.
"""

import contextlib
import fcntl
import os
import select
import shutil
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

from tests.terminal.vt_screen import VtScreen
from tests.terminal.xterm_replies import XtermReplies, pixels

now = time.monotonic

_READ_SIZE: Final = 1 << 16
_FAR_BEHIND: Final = 1000


class Chunk(NamedTuple):
    """One read from the terminal and when it came (`time.monotonic`)."""

    at: float
    data: bytes


class ScreenTimeoutError(AssertionError):
    """What was waited for did not come; the message holds the screen."""


def clean_environment(home: Path, **more: str) -> dict[str, str]:
    """An environment with nothing of the caller's but PATH and the interpreter's, all files below `home`.

    PYTHONDONTWRITEBYTECODE is left out on purpose: without bytecode a start takes four times as long.
    """
    scripts = Path(sys.executable).parent
    return {
        "PATH": f"{scripts}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "HOME": str(home),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local/share"),
        "XDG_STATE_HOME": str(home / ".local/state"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_RUNTIME_DIR": str(home / ".run"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    } | more


class Terminal:
    """A program at a terminal of its own; a context manager that hangs up and reaps it at the end.

    `argv[0]` is looked up in the PATH of `env` (the caller's environment when None). With `answers` False
    the terminal stays mute to queries. `chunks` is everything the program wrote, `drawn` the screen as far as
    it is drawn (`screen` draws the rest first), `fd` the terminal's own side of the line, `pid` the program,
    which leads its session and its process group.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        rows: int = 24,
        cols: int = 80,
        env: Mapping[str, str] | None = None,
        answers: bool = True,
    ) -> None:
        self.chunks: list[Chunk] = []
        self.ended = False
        self.exit_code: int | None = None
        self._replies = XtermReplies() if answers else None
        self.drawn = VtScreen(rows, cols)
        self._position = 0
        env = dict(os.environ if env is None else env)
        program = shutil.which(argv[0], path=env.get("PATH"))
        if program is None:
            raise FileNotFoundError(argv[0])
        self.fd, slave = os.openpty()
        self._set_size(rows, cols)
        self.started = now()
        try:
            self.pid = _spawn(program, argv, env, os.ttyname(slave), self.fd)
        finally:
            os.close(slave)
        self._pidfd = os.pidfd_open(self.pid)

    # -- the keyboard -------------------------------------------------------------------------------------

    def send(self, keys: str | bytes) -> float:
        """Type `keys` as they are (raw bytes of a keyboard); the moment just before they were written."""
        data = keys.encode() if isinstance(keys, str) else keys
        at = now()
        while data:
            data = data[os.write(self.fd, data) :]
        return at

    def resize(self, rows: int, cols: int) -> float:
        """Change the window's size, as a person dragging its corner; the moment of it."""
        self.screen.resize(rows, cols)
        at = now()
        self._set_size(rows, cols)
        return at

    def signal(self, number: int) -> None:
        """Send a signal to the program alone."""
        os.kill(self.pid, number)

    def hang_up(self) -> None:
        """Close the terminal's side, as a vanished window does; the program gets SIGHUP and end of file."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd, self.ended = -1, True

    # -- what the program writes --------------------------------------------------------------------------

    @property
    def screen(self) -> VtScreen:
        """The screen with all that was read so far drawn on it."""
        while self._position < len(self.chunks):
            self.draw_next()
        return self.drawn

    @property
    def output(self) -> bytes:
        """Every byte the program wrote."""
        return b"".join(chunk.data for chunk in self.chunks)

    def read(self, timeout: float) -> bool:
        """Take what the program wrote, once; False when nothing came in `timeout` seconds."""
        if self.ended or not select.select([self.fd], [], [], max(0.0, timeout))[0]:
            return False
        try:
            data = os.read(self.fd, _READ_SIZE)
        except OSError:  # EIO: nobody holds the other side any more
            data = b""
        at = now()
        self.ended = not data
        if data:
            self.chunks.append(Chunk(at, data))
            for reply in self._replies.to(data, self) if self._replies else ():
                os.write(self.fd, reply)
        return bool(data)

    def record(self, until: float) -> None:
        """Read until the clock stands at `until`."""
        while (left := until - now()) > 0 and not self.ended:
            self.read(left)

    def rest(self, quiet: float = 0.15, timeout: float = 30.0) -> bool:
        """Read until the program wrote nothing for `quiet` seconds and computes nothing; False when it never rested.

        On a busy machine a program is silent too while it waits for its turn.
        """
        end = now() + timeout
        while self.read(quiet) or self.computes():
            if now() > end:
                return False
        return True

    def settle(self, quiet: float = 0.15, timeout: float = 30.0) -> None:
        """As `rest`, for programs that must. Raises `ScreenTimeoutError`."""
        if not self.rest(quiet, timeout):
            raise ScreenTimeoutError(f"still writing after {timeout} s\n{self.screen.text()}")

    def computes(self) -> bool:
        """Whether a thread of the program could go on at once; `S` is asleep until something comes."""
        for file in Path(f"/proc/{self.pid}/task").glob("*/stat"):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # that thread has ended since
                if file.read_text().rpartition(") ")[2].startswith("R"):
                    return True
        return False

    def draw_next(self) -> Chunk | None:
        """Draw the next recorded chunk on the screen; None when all are drawn."""
        if self._position == len(self.chunks):
            return None
        chunk = self.chunks[self._position]
        self._position += 1
        self.drawn.feed(chunk.data)
        return chunk

    # -- waiting ------------------------------------------------------------------------------------------

    def wait_for(self, text: str, timeout: float = 30.0) -> float:
        """Until `text` stands on one row; the moment it was read. Raises `ScreenTimeoutError`."""
        return self.wait_until(lambda screen: screen.find(text) is not None, timeout, f"text {text!r}")

    def wait_gone(self, text: str, timeout: float = 30.0) -> float:
        """Until `text` stands nowhere; the moment of the read that took it away. Raises `ScreenTimeoutError`."""
        return self.wait_until(lambda screen: screen.find(text) is None, timeout, f"{text!r} to go")

    def wait_until(
        self, holds: Callable[[VtScreen], bool], timeout: float = 30.0, what: str = "the condition"
    ) -> float:
        """Until `holds(screen)`; the moment of the read that made it true. Raises `ScreenTimeoutError`.

        Reads before it draws, one chunk at a time, so a stamp is late by the drawing of 4 KiB at most.
        """
        end, at = now() + timeout, now()
        if self._position == len(self.chunks) and holds(self.drawn):
            return at
        while True:
            behind = len(self.chunks) - self._position
            if behind < _FAR_BEHIND and now() < end and self.read(0.0 if behind else end - now()):
                continue
            if chunk := self.draw_next():
                if holds(self.drawn):
                    return chunk.at
            elif self.ended or now() >= end:
                state = "the program ended" if self.ended else f"not within {timeout} s"
                raise ScreenTimeoutError(f"waited for {what}: {state}\n{self.drawn.text()}")

    def wait_exit(self, timeout: float = 30.0) -> int:
        """Read to the program's end; its exit code, negative for the signal that ended it."""
        self._drain(timeout)
        if self.exit_code is None:
            raise ScreenTimeoutError(f"still running after {timeout} s\n{self.screen.text()}")
        return self.exit_code

    def close(self) -> None:
        """Hang up, end what is left of the program's process group and reap the program."""
        for number in (signal.SIGHUP, signal.SIGKILL):
            if self.exit_code is None:
                os.killpg(self.pid, number)
                self._drain(1.0)
        self.hang_up()
        if self._pidfd >= 0:
            os.close(self._pidfd)
            self._pidfd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- inside -------------------------------------------------------------------------------------------

    def _drain(self, patience: float) -> None:
        """Read until the program has ended and is reaped: a full terminal would hold it."""
        end = now() + patience
        while self.exit_code is None and now() < end:
            watched = [self._pidfd] if self.ended else [self._pidfd, self.fd]
            ready = select.select(watched, [], [], max(0.0, end - now()))[0]
            if self.fd in ready:
                self.read(0.0)
            elif ready:
                self.exit_code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def _set_size(self, rows: int, cols: int) -> None:
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, *pixels(rows, cols)))


def _spawn(program: str, argv: Sequence[str], env: Mapping[str, str], tty: str, master: int) -> int:
    """Start it as the leader of a new session: the first terminal such a process opens becomes its own."""
    files: list[tuple[int, ...] | tuple[int, int, str, int, int]] = [
        (os.POSIX_SPAWN_CLOSE, master),
        (os.POSIX_SPAWN_OPEN, 0, tty, os.O_RDWR, 0),
        (os.POSIX_SPAWN_DUP2, 0, 1),
        (os.POSIX_SPAWN_DUP2, 0, 2),
    ]
    return os.posix_spawn(
        program,
        list(argv),
        dict(env),
        file_actions=files,
        setsid=True,
        setsigmask=[],
        setsigdef=[signal.SIGPIPE, signal.SIGXFSZ, signal.SIGHUP, signal.SIGINT, signal.SIGTERM],
    )
