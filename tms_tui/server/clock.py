"""The time, and waiting for it; handed in, so that a test can wind it by hand."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Seconds since the epoch, and sleeping in those same seconds."""

    def now(self) -> float: ...

    def monotonic(self) -> float:
        """Seconds since some moment; never set back."""
        ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def timestamp(moment: float) -> str:
    """RFC 3339 in UTC with microseconds: of fixed width, so that text order is time order."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def moment(text: str) -> float:
    """The seconds since the epoch that a `timestamp` names."""
    return datetime.fromisoformat(text).timestamp()
