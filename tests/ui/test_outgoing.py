"""Drawing to a terminal that reads slowly, or not at all: never waited for, and never given up."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tms_tui.ui.outgoing import MOST_WAITING, Outgoing


@contextmanager
def outgoing() -> Iterator[tuple[Outgoing, int, threading.Event]]:
    """The thread, the end that the terminal reads, and whether it asked for everything anew."""
    reads, writes = os.pipe()
    anew = threading.Event()
    out = Outgoing(writes, anew.set, lambda: None)
    try:
        yield out, reads, anew
    finally:
        out.hurry()
        out.stop(5)
        os.close(writes)
        os.close(reads)


def test_what_is_forgotten_before_the_thread_wakes_is_asked_for_anew() -> None:
    with outgoing() as (out, reads, anew):
        out.write("x" * (MOST_WAITING + 1))
        out.write("forgets what waits")
        out.start()
        assert anew.wait(5)
        out.write("drawn anew")
        assert os.read(reads, 100) == b"drawn anew"
