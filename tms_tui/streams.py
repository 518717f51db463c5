"""Standard input, output and error made safe: a closed, full or abandoned one costs no traceback and undoes no deed."""

from __future__ import annotations

import errno
import io
import os
import select
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # loading typing itself takes as long as all else before the first frame
    from typing import Any, Final, TextIO

UNREAD: Final = 141
"""Exit code when nobody reads the output any more: 128 and the number of SIGPIPE, as of a program that it ends."""
NOT_SAID: Final = 1
"""Exit code when what was asked for could not be written."""
_CHUNK: Final = 1 << 16


class OutputLostError(Exception):
    """Standard output takes nothing more; `number` is the system's error number.

    Not an OSError: whoever catches those for a file or a socket of theirs must not swallow it.
    """

    def __init__(self, number: int) -> None:
        super().__init__(os.strerror(number))
        self.number = number


class _Output(io.FileIO):
    """Standard output. The first write that fails raises OutputLostError, and what comes after it is dropped."""

    _lost = False

    def write(self, data: Any, /) -> int:
        if self._lost:
            return len(data)
        try:
            return write(self.fileno(), data)
        except OSError as error:
            self._lost = True
            raise OutputLostError(error.errno or errno.EIO) from None


class _Talk(io.FileIO):
    """Standard error. What it cannot take is dropped: words about a deed are not the deed."""

    def write(self, data: Any, /) -> int:
        try:
            return write(self.fileno(), data)
        except OSError:
            return len(data)


def secure() -> None:
    """Make the three streams of this process safe to use, before anything else is opened."""
    for descriptor, mode in ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        _stand_in(descriptor, mode)
    if sys.stdin is None:
        sys.stdin = open(0, closefd=False)  # noqa: SIM115 - a stream for the whole process
        sys.__stdin__ = sys.stdin  # type: ignore[misc]  # Textual reads keys from the original one
    sys.stdout = _text(_Output(1, "wb", closefd=False), sys.stdout)
    sys.stderr = _text(_Talk(2, "wb", closefd=False), sys.stderr)


def read(descriptor: int, most: int) -> bytes:
    """Read as from a stream that blocks, whatever another process that shares it made of it. Raises OSError."""
    while True:
        try:
            return os.read(descriptor, most)
        except BlockingIOError:
            select.select([descriptor], [], [])


def read_all(descriptor: int) -> bytes:
    """All that comes until the end, as `read`. Raises OSError."""
    chunks = []
    while chunk := read(descriptor, _CHUNK):
        chunks.append(chunk)
    return b"".join(chunks)


def write(descriptor: int, data: bytes | memoryview) -> int:
    """Write as `read` reads; how many of the bytes were taken. Raises OSError."""
    while True:
        try:
            return os.write(descriptor, data)
        except BlockingIOError:
            select.select([], [descriptor], [])


def report(words: str) -> None:
    """Say on standard output what was done, or else on standard error: who cannot be told must not think it undone."""
    try:
        sys.stdout.write(f"{words}\n")
        sys.stdout.flush()
    except OutputLostError:
        sys.stderr.write(f"{words}\n")


def finished(code: int) -> int:
    """Write out what is still unwritten; the exit code, which never says that all went well when that failed."""
    try:
        sys.stdout.flush()
    except OutputLostError as error:
        return lost(error) if code == 0 else code
    return code


def lost(error: OutputLostError) -> int:
    """Say why the output is not there, unless whoever read it went away; the exit code."""
    if error.number == errno.EPIPE:
        return UNREAD
    sys.stderr.write(f"Standard output takes nothing: {error}.\n")
    return NOT_SAID


def _stand_in(descriptor: int, mode: int) -> None:
    """Put something in the place of a closed stream, or the next file that is opened would take it.

    For output it can be read only, so that writing to it fails as before.
    """
    try:
        os.fstat(descriptor)
    except OSError:
        opened = os.open(os.devnull, mode)
        if opened != descriptor:
            os.dup2(opened, descriptor)
            os.close(opened)
        os.set_inheritable(descriptor, True)  # noqa: FBT003 - the standard library's


def _text(raw: io.FileIO, before: TextIO | None) -> io.TextIOWrapper:
    """The stream over another file, spelt as it was; what its encoding has no sign for becomes a question mark."""
    encoding = before.encoding if before is not None else "utf-8"
    errors = before.errors if before is not None else None
    errors = "replace" if errors in {None, "strict"} else errors
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding, errors, line_buffering=raw.fileno() == 2 or raw.isatty())
