"""Threads for long computations: the event loop goes first."""

import os
import sys

import pytest

from tms_tui.server.yielding import BEHIND, LAST, YieldingThreads

FURTHEST = 19


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, 0)


@pytest.mark.parametrize("steps", [BEHIND, LAST])
async def test_what_they_compute_steps_back_behind_the_loop_where_a_thread_can(steps: int) -> None:
    before = niceness()
    behind = min(FURTHEST, before + steps) if sys.platform == "linux" else before
    assert await YieldingThreads(steps).run(niceness) == behind
    assert niceness() == before, "the loop's own thread stays where it was"


async def test_what_they_raise_is_raised_to_who_asked() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        await YieldingThreads().run(int, "seven")


async def test_where_threads_may_not_step_back_they_compute_all_the_same() -> None:
    def forbidden(_steps: int) -> None:
        raise PermissionError

    threads = YieldingThreads(stepping=forbidden)
    assert await threads.run(int, "7") == 7
