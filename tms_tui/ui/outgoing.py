"""What the desk draws on its way to the terminal: a terminal that does not read never holds up the desk."""

import os
import threading
from collections import deque
from collections.abc import Callable
from typing import Final

MOST_WAITING: Final = 1 << 19
"""Characters that may wait. Beyond it what was drawn is forgotten, to be drawn anew when the terminal reads again."""


_END_OF_FRAME: Final = "\x1b[?2026l"
"""Ends a synchronised update whose own end was forgotten."""


class Outgoing(threading.Thread):
    """Writes to `fd` in the order of asking, whole texts only.

    `caught_up` is called, in this thread, when something was forgotten and the terminal has read all before it;
    `gone` when there is no terminal any more.
    """

    def __init__(self, fd: int, caught_up: Callable[[], None], gone: Callable[[], None]) -> None:
        super().__init__(name="terminal output", daemon=True)
        self._fd = fd
        self._caught_up = caught_up
        self._gone = gone
        self._changed = threading.Condition()
        self._waiting: deque[str] = deque()
        self._size = 0
        self._forgot = False
        self._closing = False

    def write(self, text: str) -> None:
        """Write `text` some time; never waits."""
        with self._changed:
            if text and (self._closing or not self._forgets()):
                self._waiting.append(text)
                self._size += len(text)
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
            self._waiting.append("")
            self._changed.notify()
        self.join(within)

    def run(self) -> None:
        try:
            while text := self._next():
                self._write(text.encode(errors="replace"))
        except OSError:
            self._gone()

    def _forgets(self) -> bool:
        if self._size > MOST_WAITING:
            self._forgot = True
            self._waiting.clear()
            self._size = 0
            self._changed.notify()
        return self._forgot

    def _next(self) -> str:
        """The next text; empty at the end."""
        with self._changed:
            # What waits may be forgotten while this thread sleeps: that wakes it too, or nothing would ever be drawn.
            self._changed.wait_for(lambda: self._waiting or self._forgot)
            if not self._waiting:
                self._forgot = False
                self._caught_up()
            self._changed.wait_for(lambda: self._waiting)
            text = self._waiting.popleft()
            self._size -= len(text)
            return text

    def _write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._fd, data) :]
