"""Signals that ask the server to end: the first one in good order, a later one at once."""

import asyncio
import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType
from typing import Final

from tms_tui.server.settings import SAME_SIGNAL

BY_SIGNAL: Final = 128
"""Added to a signal's number: how a shell reports a program that it ended."""
ENDING: Final = (signal.SIGTERM, signal.SIGINT)


@contextlib.contextmanager
def end_asked() -> Iterator[asyncio.Event]:
    """An event that SIGTERM, SIGINT and SIGHUP set; whoever sends a second one does not wait any longer.

    A SIGHUP that is ignored, as under nohup, stays ignored. Only the main thread gets signals: in another one
    nothing sets it.
    """
    request = _Request(asyncio.get_running_loop())
    before = {number: signal.signal(number, request.repeat) for number in _heeded()}
    try:
        yield request.made
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _heeded() -> list[signal.Signals]:
    if threading.current_thread() is not threading.main_thread():
        return []
    hang_up_ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return [*ENDING] if hang_up_ignored else [*ENDING, signal.SIGHUP]


class _Request:
    """The wish that the process ends."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.made = asyncio.Event()
        self._loop = loop
        self._first: float | None = None

    def repeat(self, number: int, _frame: FrameType | None) -> None:
        """Called by each signal, between any two steps of the program."""
        now = time.monotonic()
        if self._first is None:
            self._first = now
            self._loop.call_soon_threadsafe(self.made.set)
        elif now - self._first > SAME_SIGNAL:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
            os._exit(BY_SIGNAL + number)  # still here: the first process of a container is not ended by signals
