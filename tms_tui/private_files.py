"""Files and folders for their owner alone, whatever stood there before and whatever the umask allows."""

import contextlib
import os
import stat
from pathlib import Path
from typing import Final

FILE: Final = 0o600
FOLDER: Final = 0o700
_OTHERS: Final = 0o077
_BESIDE_SQLITE: Final = ("-wal", "-shm", "-journal")


def open_private(file: Path, flags: int) -> int:
    """A descriptor of a file that is made if it is missing. Raises OSError."""
    descriptor = os.open(file, flags | os.O_CREAT | os.O_CLOEXEC, FILE)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):  # a device or a pipe is nobody's
        os.fchmod(descriptor, FILE)
    return descriptor


def close_to_others(file: Path) -> None:
    """Takes others' rights from a file, if it is there. Raises OSError."""
    with contextlib.suppress(FileNotFoundError):
        mode = file.stat().st_mode
        if stat.S_ISREG(mode) and mode & _OTHERS:
            file.chmod(FILE)


def close_sqlite(file: Path) -> None:
    """Makes an SQLite file, if it is missing, so that it and what SQLite writes beside it are private.

    Never opens one that is there: closing it again would drop the locks this process has on it. Raises OSError.
    """
    with contextlib.suppress(FileExistsError):
        os.close(open_private(file, os.O_WRONLY | os.O_EXCL))
    for one in (file, *(Path(f"{file}{ending}") for ending in _BESIDE_SQLITE)):
        close_to_others(one)


def make_folder(folder: Path) -> None:
    """Makes a folder and those above it that are missing; one that is there stays as it is. Raises OSError."""
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        with contextlib.suppress(FileExistsError):  # somebody else was faster
            missing.mkdir(FOLDER)


def make_own_folder(folder: Path) -> None:
    """As `make_folder`, and takes others' rights from one that is there.

    Not from a stranger's, nor from one that all share, as /tmp, nor from what is no folder. Raises OSError.
    """
    make_folder(folder)
    held = folder.stat()
    is_shared = held.st_mode & stat.S_ISVTX or not stat.S_ISDIR(held.st_mode)
    if held.st_uid == os.geteuid() and held.st_mode & _OTHERS and not is_shared:
        folder.chmod(FOLDER)
