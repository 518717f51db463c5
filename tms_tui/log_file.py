"""The log: a file that only its owner may read, cut off before it grows large, and never worth a broken screen."""

import logging
import os
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from tms_tui.private_files import close_to_others, open_private

LARGEST: Final = 1_000_000
"""Bytes in one file; as many again are kept in each of the older ones."""
OLDER: Final = 3


class LogFile(RotatingFileHandler):
    """Appends to `file`, mode 0600. Raises OSError when it cannot be opened."""

    def __init__(self, file: Path, *, largest: int = LARGEST, older: int = OLDER) -> None:
        for number in range(1, older + 1):
            close_to_others(Path(f"{file}.{number}"))
        super().__init__(file, maxBytes=largest, backupCount=older, encoding="utf-8", errors="backslashreplace")
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """A full disk costs the line and nothing else: logging would print a traceback over the desk."""

    def _open(self) -> TextIOWrapper:
        descriptor = open_private(Path(self.baseFilename), os.O_WRONLY | os.O_APPEND)
        return os.fdopen(descriptor, "a", encoding=self.encoding, errors=self.errors)


def begin(file: Path) -> LogFile:
    """Write to `file` from now on. Raises OSError."""
    handler = LogFile(file)
    logger = logging.getLogger("tms_tui")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    return handler
