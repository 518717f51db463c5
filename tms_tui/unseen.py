"""A line that is typed at the terminal and not shown there."""

import contextlib
import os
import select
import signal
import socket
import sys
import termios
from collections.abc import Callable, Iterator
from typing import Any, Final

from tms_tui import process, streams

_LOCAL_MODES: Final = 3
_MOST: Final = 65_536
"""Bytes of a line at most; no terminal passes on a longer one."""
Say = Callable[[str], object]


def ask(prompt: str) -> str:
    """What is typed, without the end of its line; the terminal asks, wherever output and errors go.

    Raises EOFError when it was ended, or the terminal is gone, UnicodeDecodeError for what is no text, and
    KeyboardInterrupt.
    """
    try:
        with _terminal() as (keys, say), _stoppable(), process.interruptible() as noticed:
            line = _unseen_line(keys, say, prompt, noticed)
            say("\n")
    except (OSError, termios.error) as gone:
        raise EOFError from gone
    if not line:
        raise EOFError
    return line.removesuffix(b"\n").decode(sys.getfilesystemencoding())


def _unseen_line(keys: int, say: Say, prompt: str, noticed: socket.socket) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        with _unseen(keys):
            say(prompt)
            read = _keys_or_stop(keys, noticed)
        if read is None:
            _stop(say)
        elif not read:
            break
        else:
            line += read
            prompt = ""
    return line


def _keys_or_stop(keys: int, noticed: socket.socket) -> bytes | None:
    """What was typed, empty at the end; None when Ctrl+Z wants the program to stop."""
    while True:
        # A signal that comes after the last look for signals, and before a read that waits, is heard of too late.
        ready, _, _ = select.select([keys, noticed.fileno()], [], [])
        if keys in ready:
            return os.read(keys, _MOST)
        if signal.SIGTSTP in noticed.recv(_MOST):
            return None


def _stop(say: Say) -> None:
    """Stop, with a terminal that shows what is typed, until the shell lets the program go on."""
    say("\n")
    process.stop()
    signal.signal(signal.SIGTSTP, _noticed)


def _noticed(_number: int, _frame: object) -> None:
    """Nothing more than that it is noticed."""


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    """Let Ctrl+Z be noticed instead of stopping the program at once, unless it is ignored."""
    before: Any = signal.getsignal(signal.SIGTSTP)
    if before is not signal.SIG_IGN:
        signal.signal(signal.SIGTSTP, _noticed)
    try:
        yield
    finally:
        signal.signal(signal.SIGTSTP, before)


@contextlib.contextmanager
def _terminal() -> Iterator[tuple[int, Say]]:
    """Where keys come from, and how to say something there."""
    try:
        own = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:  # a terminal that controls nobody
        yield 0, _say_on_stderr
        return
    try:
        yield own, lambda words: streams.write(own, words.encode())
    finally:
        os.close(own)


def _say_on_stderr(words: str) -> None:
    sys.stderr.write(words)
    sys.stderr.flush()


@contextlib.contextmanager
def _unseen(keys: int) -> Iterator[None]:
    """What was typed before is dropped, as it stood in clear."""
    before = termios.tcgetattr(keys)
    silent = termios.tcgetattr(keys)
    silent[_LOCAL_MODES] &= ~termios.ECHO
    try:
        termios.tcsetattr(keys, termios.TCSAFLUSH, silent)
        yield
    finally:
        termios.tcsetattr(keys, termios.TCSAFLUSH, before)
