"""Until when a conversation is set aside."""

import re
import time
from typing import Final

HOUR: Final = 3600.0
MORNING: Final = 9
"""The hour, in local time, at which "tomorrow" begins."""
_UNITS: Final = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hour", "hours"), HOUR),
    **dict.fromkeys(("d", "day", "days"), 24 * HOUR),
}


def tomorrow(wall: float) -> float:
    """The next morning but today's; both in seconds since the epoch."""
    today = time.localtime(wall)
    return time.mktime((today.tm_year, today.tm_mon, today.tm_mday + 1, MORNING, 0, 0, 0, 0, -1))


def moment_of(words: str, wall: float) -> float | None:
    """Seconds since the epoch of `30m`, `1h`, `2 days` or `tomorrow`, seen from `wall`; None for anything else."""
    if words == "tomorrow":
        return tomorrow(wall)
    found = re.fullmatch(r"(?:for )?([1-9][0-9]{0,3}) ?([a-z]+)", words, re.ASCII)
    seconds = _UNITS.get(found[2]) if found else None
    return wall + int(found[1]) * seconds if found and seconds else None
