"""Log lines an operator's tools can read: each with the id of the request it belongs to."""

import contextvars
import logging
import re
import sys
from typing import Final

import msgspec

from tms_tui.server.clock import timestamp

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


class TextLines(logging.Formatter):
    """For a person at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        return f"{timestamp(record.created)} {record.levelname} {request_id.get()} {record.getMessage()}"


def to_stderr(*, json: bool) -> None:
    """Sends the log to standard error from now on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if json else TextLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
