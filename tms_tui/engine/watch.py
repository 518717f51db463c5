"""Notices that the machine slept: the clock that counts sleep runs away from the one that does not.

Nothing ticks for it. The kernel says when the clocks jump, as they do on waking, and every event is a chance to look.
"""

import asyncio
import contextlib
import ctypes
import os
import sys
import time
from collections.abc import Callable
from typing import Final

from tms_tui.domain.policy import CLOCK_GAP

_TFD_NONBLOCK_CLOEXEC: Final = os.O_NONBLOCK | os.O_CLOEXEC
_TFD_ABSTIME_CANCEL_ON_SET: Final = 1 | 2
_NEVER: Final = 2**31 - 1


def seconds_asleep() -> float:
    """How long the machine slept since it started, give or take; always 0 where no clock tells."""
    if sys.platform != "linux":
        return 0.0
    return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)


def jumps_of_clock() -> int | None:
    """A descriptor to be read when the clocks jumped; None where the kernel has none. Whoever asks closes it."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    descriptor = libc.timerfd_create(time.CLOCK_REALTIME, _TFD_NONBLOCK_CLOEXEC)
    if descriptor < 0:
        return None
    never = (ctypes.c_long * 4)(0, 0, _NEVER, 0)  # interval and time, each in seconds and nanoseconds
    libc.timerfd_settime(descriptor, _TFD_ABSTIME_CANCEL_ON_SET, never, None)
    return int(descriptor)


class Watch:
    """Between `begin` and `end` calls `woke` with the seconds that the machine slept, if that is worth a word."""

    def __init__(
        self, asleep: Callable[[], float] = seconds_asleep, jumps: Callable[[], int | None] = jumps_of_clock
    ) -> None:
        self._asleep = asleep
        self._jumps = jumps
        self._known = asleep()
        self._descriptor: int | None = None
        self._woke: Callable[[float], None] | None = None

    def begin(self, woke: Callable[[float], None]) -> None:
        """Look now and then, in the running loop."""
        self._woke = woke
        self._descriptor = self._jumps()
        if self._descriptor is not None:
            asyncio.get_running_loop().add_reader(self._descriptor, self._jumped)

    def look(self) -> None:
        """Compare the clocks."""
        asleep = self._asleep()
        gap, self._known = asleep - self._known, asleep
        if gap > CLOCK_GAP and self._woke is not None:
            self._woke(gap)

    def end(self) -> None:
        """Look no more."""
        descriptor, self._descriptor = self._descriptor, None
        self._woke = None
        if descriptor is not None:
            asyncio.get_running_loop().remove_reader(descriptor)
            os.close(descriptor)

    def _jumped(self) -> None:
        if self._descriptor is not None:
            with contextlib.suppress(OSError):  # cancelled: that is how it says so
                os.read(self._descriptor, 8)
        self.look()
