"""Drawing to a terminal that reads slowly, or not at all: never waited for, and never given up."""

import os
import pty
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tms_tui.ui.outgoing import MOST_WAITING, Outgoing


@contextmanager
def outgoing(opened: Callable[[], tuple[int, int]] = os.pipe) -> Iterator[tuple[Outgoing, int, threading.Event]]:
    """The thread, the end that the terminal reads, and whether it asked for everything anew."""
    reads, writes = opened()
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


def raw_terminal() -> tuple[int, int]:
    """A terminal that changes nothing on the way: the end that reads, and the program's."""
    reads, writes = pty.openpty()
    tty.setraw(writes)
    return reads, writes


def test_a_terminal_that_reads_gets_it_at_once_without_the_thread() -> None:
    with outgoing(raw_terminal) as (out, reads, _):
        out.write("not started yet")
        assert os.read(reads, 100) == b"not started yet"
        out.start()


def test_a_terminal_that_reads_late_gets_every_text_whole_and_in_order() -> None:
    with outgoing(raw_terminal) as (out, reads, anew):
        texts = [f"<{number}:{'x' * 5000}>" for number in range(60)]
        for text in texts:  # more than a terminal holds
            out.write(text)
        out.start()
        wanted, got = "".join(texts).encode(), bytearray()
        while len(got) < len(wanted):
            got += os.read(reads, 1 << 16)
        assert got == wanted
        assert not anew.is_set()


def test_what_the_terminal_has_the_beginning_of_is_not_forgotten() -> None:
    with outgoing(raw_terminal) as (out, reads, anew):
        begun = f"<{'x' * 200_000}>"  # more than a terminal holds
        out.write(begun)
        out.write("y" * (MOST_WAITING + 1))
        out.write("forgets what waits")
        out.start()
        got = bytearray()
        while len(got) < len(begun):
            got += os.read(reads, 1 << 16)
        assert got == begun.encode()
        assert anew.wait(5)
        out.write("drawn anew")
        assert os.read(reads, 100) == b"drawn anew"


def never_waiting() -> tuple[int, int]:
    """A pipe whose writing end another process made non-blocking."""
    reads, writes = os.pipe()
    os.set_blocking(writes, False)
    return reads, writes


def test_a_terminal_that_takes_nothing_now_is_waited_for_and_not_given_up() -> None:
    with outgoing(never_waiting) as (out, reads, _):
        wanted, got = b"x" * (MOST_WAITING - 1), bytearray()
        out.write(wanted.decode())
        out.start()
        while len(got) < len(wanted):
            assert out.is_alive()
            got += os.read(reads, 1 << 16)
        assert got == wanted
