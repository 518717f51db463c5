"""What the desk draws on its way to the terminal: a terminal that does not read never holds up the desk."""

import os
import threading
from collections import deque
from collections.abc import Callable
from typing import Final

from tms_tui import streams

MOST_WAITING: Final = 1 << 19
"""Bytes that may wait. Beyond it what was drawn is forgotten, to be drawn anew when the terminal reads again."""


_END_OF_FRAME: Final = b"\x1b[?2026l"
"""Ends a synchronised update whose own end was forgotten."""


class Outgoing(threading.Thread):
    """Writes to `fd` in the order of asking, whole texts only: at once what the terminal takes, the rest as a thread.

    Waking the thread takes longer than most writes, above all while the desk is busy.
    `caught_up` is called, in this thread, when something was forgotten and the terminal has read all before it;
    `gone` when there is no terminal any more.
    """

    def __init__(self, fd: int, caught_up: Callable[[], None], gone: Callable[[], None]) -> None:
        super().__init__(name="terminal output", daemon=True)
        self._fd = fd
        self._caught_up = caught_up
        self._gone = gone
        self._changed = threading.Condition()
        self._at_once = _without_waiting(fd)
        self._begun = b""
        """The rest of a text that the terminal has the beginning of: never forgotten."""
        self._is_writing = False
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._forgot = False
        self._closing = False

    def write(self, text: str) -> None:
        """Write `text` at once, or some time; never waits."""
        with self._changed:
            if not text or not (self._closing or not self._forgets()):
                return
            data = text.encode(errors="replace")
            taken = 0 if self._is_writing or self._holds() else self._taken_at_once(data)
            if taken == len(data):
                return
            if taken:
                self._begun = data[taken:]
            else:
                self._waiting.append(data)
                self._size += len(data)
            self._changed.notify()

    def hurry(self) -> None:
        """Forget what waits: only what is written from now on matters, and all of it."""
        with self._changed:
            self._closing = True
            self._waiting.clear()
            self._waiting.append(_END_OF_FRAME)
            self._size = len(_END_OF_FRAME)
            self._changed.notify()

    def stop(self, within: float) -> None:
        """End once all is written, or at the latest after `within` seconds."""
        with self._changed:
            self._closing = True
            self._waiting.append(b"")
            self._changed.notify()
        self.join(within)
        if self._at_once is not None:
            os.close(self._at_once)
            self._at_once = None

    def run(self) -> None:
        try:
            while data := self._next():
                self._write(data)
        except OSError:
            self._gone()

    def _taken_at_once(self, data: bytes) -> int:
        """How many of the bytes the terminal took without waiting."""
        if self._at_once is None:
            return 0
        try:
            taken = os.write(self._at_once, data)
        except OSError:  # it takes nothing, or is gone: the thread finds out
            return 0
        os.sched_yield()  # the kernel's worker, which carries it to the reader, may wait for this very processor
        return taken

    def _forgets(self) -> bool:
        if self._size > MOST_WAITING:
            self._forgot = True
            self._waiting.clear()
            self._size = 0
            self._changed.notify()
        return self._forgot

    def _next(self) -> bytes:
        """The next to write; empty at the end."""
        with self._changed:
            self._is_writing = False
            # What waits may be forgotten while this thread sleeps: that wakes it too, or nothing would ever be drawn.
            self._changed.wait_for(lambda: self._holds() or self._forgot)
            if not self._holds():
                self._forgot = False
                self._caught_up()
                self._changed.wait_for(self._holds)
            self._is_writing = True
            if self._begun:
                data, self._begun = self._begun, b""
                return data
            data = self._waiting.popleft()
            self._size -= len(data)
            return data

    def _holds(self) -> bool:
        return bool(self._begun or self._waiting)

    def _write(self, data: bytes) -> None:
        while data:
            data = data[streams.write(self._fd, data) :]


def _without_waiting(fd: int) -> int | None:
    """The terminal behind `fd` once more, not to be waited for: `fd` itself is the shell's too, and stays as it is."""
    try:
        return os.open(os.ttyname(fd), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        return None
