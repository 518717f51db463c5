"""Until when a conversation is set aside."""

import re
import time
from typing import Final

HOUR: Final = 3600.0
MORNING: Final = 9
"""The hour, in local time, at which "tomorrow" begins."""
_UNITS: Final = {"m": 60.0, "h": HOUR, "d": 24 * HOUR}


def tomorrow(wall: float) -> float:
    """The next morning but today's; both in seconds since the epoch."""
    today = time.localtime(wall)
    return time.mktime((today.tm_year, today.tm_mon, today.tm_mday + 1, MORNING, 0, 0, 0, 0, -1))


def moment_of(words: str, wall: float) -> float | None:
    """Seconds since the epoch of `30m`, `1h`, `2d` or `tomorrow`, seen from `wall`; None for anything else."""
    if words == "tomorrow":
        return tomorrow(wall)
    found = re.fullmatch(r"(?:for )?([1-9][0-9]{0,3}) ?([mhd])[a-z]*", words, re.ASCII)
    return wall + int(found[1]) * _UNITS[found[2]] if found else None
