"""What the console asks of the operating system: no dump of its memory, a terminal for its input."""

import ctypes
import os
import resource
import sys
from typing import Final

_PR_SET_DUMPABLE: Final = 4


def forbid_dumps() -> None:
    """Keep passwords and tokens out of core files and from other processes of this user."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def first_line_of_stdin() -> str:
    """The first line of standard input without its end, and no byte more: what follows stays unread."""
    line = bytearray()
    while (byte := os.read(0, 1)) not in {b"", b"\n"}:
        line += byte
    return line.decode(errors="surrogateescape").removesuffix("\r")


def reopen_terminal_as_stdin() -> None:
    """Read keys from the terminal from now on, when standard input was something else. Raises OSError."""
    if os.isatty(0):
        return
    terminal = os.open("/dev/tty", os.O_RDWR)
    os.dup2(terminal, 0)
    os.close(terminal)
