"""Times, waits and counts, as short as they stay clear."""

import time
from typing import Final

from tms_tui.domain.entries import GapMark

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86400


def clock(at: float, now: float) -> str:
    """A time of day as short as it stays clear; both in seconds since the epoch, shown in local time."""
    then, today = time.localtime(at), time.localtime(now)
    if then[:3] == today[:3]:
        return time.strftime("%H:%M", then)
    if 0 < now - at < 6 * _DAY:
        return time.strftime("%a %H:%M", then)
    return time.strftime("%Y-%m-%d", then)


def to_come(at: float, now: float) -> str:
    """A time that is still to come: of day, and the day before it when that is another one; as `clock`."""
    words = time.strftime("%H:%M", time.localtime(at))
    return words if time.localtime(at)[:3] == time.localtime(now)[:3] else f"{day(at)}, {words}"


def to_the_second(at: float) -> str:
    """A time of day with its seconds; seconds since the epoch."""
    return time.strftime("%H:%M:%S", time.localtime(at))


def day(at: float) -> str:
    """The day of a time in seconds since the epoch."""
    then = time.localtime(at)
    return f"{time.strftime('%A', then)} {then.tm_mday} {time.strftime('%B', then)}"


def wait(seconds: float) -> str:
    """A waiting time in its largest whole unit."""
    if seconds < _MINUTE:
        return "now"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)}m"
    if seconds < _DAY:
        return f"{int(seconds // _HOUR)}h"
    return f"{int(seconds // _DAY)}d"


def span(seconds: float) -> str:
    """How long something lasted, in its two largest units."""
    whole = int(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"


def gap(mark: GapMark, now: float) -> str:
    """What is known about a time without a line; `now` in seconds since the epoch."""
    began = clock(mark.began_at, now)
    if not mark.confirmed:
        return f"offline since {began}, history not confirmed"
    ended = clock(mark.ended_at, now)
    span = began if began == ended else f"{began}-{ended}"
    return f"offline {span}, {mark.recovered or 'nothing'} {'recovered' if mark.recovered else 'missed'}"


def plural(count: int, noun: str) -> str:
    """A count and its noun."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
