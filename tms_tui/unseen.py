"""A line that is typed at the terminal and not shown there."""

import contextlib
import os
import select
import socket
import sys
import termios
from collections.abc import Callable, Iterator
from typing import Final

from tms_tui import process, streams

_LOCAL_MODES: Final = 3
_MOST: Final = 65_536
"""Bytes of a line at most; no terminal passes on a longer one."""


def ask(prompt: str) -> str:
    """What is typed, without the end of its line; the terminal asks, wherever output and errors go.

    Raises EOFError when it was ended instead, UnicodeDecodeError for what is no text, and KeyboardInterrupt.
    """
    with _terminal() as (keys, say), process.interruptible() as noticed, _unseen(keys):
        say(prompt)
        line = _line(keys, noticed)
        say("\n")
    if not line:
        raise EOFError
    return line.removesuffix(b"\n").decode(sys.getfilesystemencoding())


def _line(keys: int, noticed: socket.socket) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        # A signal that comes after the last look for signals, and before a read that waits, is heard of too late.
        ready, _, _ = select.select([keys, noticed.fileno()], [], [])
        if keys not in ready:
            noticed.recv(_MOST)
            continue
        read = os.read(keys, _MOST)
        if not read:
            break
        line += read
    return line


@contextlib.contextmanager
def _terminal() -> Iterator[tuple[int, Callable[[str], object]]]:
    """Where keys come from, and how to say something there."""
    try:
        own = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:  # a terminal that controls nobody
        yield 0, sys.stderr.write
        return
    try:
        yield own, lambda words: streams.write(own, words.encode())
    finally:
        os.close(own)


@contextlib.contextmanager
def _unseen(keys: int) -> Iterator[None]:
    """What was typed before is dropped, as it stood in clear."""
    before = termios.tcgetattr(keys)
    silent = termios.tcgetattr(keys)
    silent[_LOCAL_MODES] &= ~termios.ECHO
    termios.tcsetattr(keys, termios.TCSAFLUSH, silent)
    try:
        yield
    finally:
        termios.tcsetattr(keys, termios.TCSAFLUSH, before)
