"""Log lines an operator's tools can read: each with the id of the request it belongs to."""

import contextvars
import logging
import re
import sys
from typing import Final

import msgspec

from tms_tui.server.clock import Clock, timestamp

SPARING: Final = 60.0
"""Seconds between two lines of one kind."""
REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
"""What a caller may call its request."""

request_id: Final[contextvars.ContextVar[str]] = contextvars.ContextVar("request_id", default="-")
"""Of the request or socket that is being served in this context."""


class JsonLines(logging.Formatter):
    """One JSON object a line. Only our own words go in: no exception texts, which may quote a customer."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": timestamp(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "request_id": request_id.get(),
            "message": record.getMessage(),
        }
        return msgspec.json.encode(line).decode()


class SparingLog:
    """Lines that a stranger can cause: of each kind one a minute, and with the next one how many were left out."""

    def __init__(self, logger: logging.Logger, clock: Clock) -> None:
        self._logger = logger
        self._clock = clock
        self._said: dict[str, tuple[float, int]] = {}

    def say(self, level: int, kind: str, message: str, *values: object) -> None:
        """`kind` comes from a closed set; `message` and `values` as for any logger."""
        now = self._clock.now()
        last, left_out = self._said.get(kind, (-SPARING, 0))
        if 0 <= now - last < SPARING:  # a clock that stepped back says it anew
            self._said[kind] = last, left_out + 1
            return
        self._said[kind] = now, 0
        if left_out:
            message, values = f"{message} left_out=%d", (*values, left_out)
        self._logger.log(level, message, *values)


class TextLines(logging.Formatter):
    """For a person at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        return f"{timestamp(record.created)} {record.levelname} {request_id.get()} {record.getMessage()}"


def to_stderr(*, json: bool) -> None:
    """Sends the log to standard error from now on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if json else TextLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
