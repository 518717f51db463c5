"""What the console asks of the operating system: no dump of its memory, a terminal for its input, an end."""

import asyncio
import codecs
import contextlib
import ctypes
import os
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Coroutine, Iterator
from typing import Final

from tms_tui import streams

THREADS_WITHIN: Final = 1.0
"""Seconds that threads have to end once all is done: one that asks a dead name server would take minutes."""
INTERRUPTED: Final = 130
_PR_SET_DUMPABLE: Final = 4


def run(work: Coroutine[None, None, int], within: float = THREADS_WITHIN) -> int:
    """`asyncio.run`, but for threads that never end: the process ends without them, with the code of `work`."""
    code = 1

    def end_now() -> None:
        os._exit(streams.finished(code))

    guard = threading.Timer(within, end_now)
    guard.daemon = True

    async def guarded() -> None:
        nonlocal code
        try:
            code = await work
        except (asyncio.CancelledError, KeyboardInterrupt):
            code = INTERRUPTED
            raise
        finally:
            guard.start()

    try:
        asyncio.run(guarded())
    finally:
        guard.cancel()
    return code


@contextlib.contextmanager
def interruptible() -> Iterator[socket.socket]:
    """Let Ctrl+C raise KeyboardInterrupt in what holds up the running loop: that would hear of it only afterwards.

    What is yielded can be read as soon as a signal has come.
    """
    noticed, notices = socket.socketpair()
    with noticed, notices:
        notices.settimeout(0)
        before, wakes = signal.getsignal(signal.SIGINT), signal.set_wakeup_fd(notices.fileno())
        if callable(before):  # else whoever started the program wants it to be ignored
            signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            yield noticed
        finally:
            signal.signal(signal.SIGINT, before)
            signal.set_wakeup_fd(wakes)


def stop(*, group: bool = False) -> float | None:
    """Stop as Ctrl+Z does, this process or its whole `group`; the seconds it lasted, once it is continued.

    None when it was not stopped: the kernel stops nobody whom no shell could continue. SIGTSTP has no handler then.
    """
    continued: list[int] = []
    began = time.monotonic()
    wakes = signal.set_wakeup_fd(-1)  # a running loop is not to hear of what is dealt with here
    before = signal.signal(signal.SIGCONT, lambda number, _: continued.append(number))
    signal.signal(signal.SIGTSTP, signal.SIG_DFL)
    try:
        os.kill(0 if group else os.getpid(), signal.SIGTSTP)
    finally:
        signal.signal(signal.SIGCONT, before)
        signal.set_wakeup_fd(wakes)
    return time.monotonic() - began if continued else None


def forbid_dumps() -> None:
    """Keep passwords and tokens out of core files and from other processes of this user."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def first_line_of_stdin() -> str:
    """The first line of standard input without its end and without a byte order mark; what follows stays unread.

    Raises OSError when standard input cannot be read.
    """
    line = bytearray()
    while (byte := streams.read(0, 1)) not in {b"", b"\n"}:
        line += byte
    return line.removeprefix(codecs.BOM_UTF8).decode(errors="surrogateescape").removesuffix("\r")


def reopen_terminal_as_stdin() -> None:
    """Read keys from the terminal from now on, when standard input was something else. Raises OSError."""
    if os.isatty(0):
        return
    terminal = os.open("/dev/tty", os.O_RDWR)
    os.dup2(terminal, 0)
    os.close(terminal)
