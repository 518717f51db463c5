"""Threads for long computations, to which the system gives what the event loop leaves."""

import asyncio
import contextlib
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, ParamSpec, TypeVar

BEHIND: Final = 10
"""How far behind the event loop, in steps of nice(2)."""
LAST: Final = 19
"""The same for what hardly anybody honest waits for."""

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def step_back(steps: int) -> None:
    """This thread, and those that it starts. Only Linux knows the niceness of one thread."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + steps)


def give_way(stepping: Callable[[int], None] = step_back, steps: int = BEHIND) -> None:
    """Lets this thread step back, or work as an equal where the system forbids it."""
    # A sandbox (seccomp, SELinux) may forbid it, and an initializer that raises breaks the pool for good.
    with contextlib.suppress(OSError):
        stepping(steps)


class YieldingThreads:
    """Runs functions beside the event loop, which goes first when processors are few.

    A password's check keeps a processor busy for tenths of a second; as equals, every message would wait for it.
    """

    def __init__(self, steps: int = BEHIND, stepping: Callable[[int], None] = step_back) -> None:
        """`stepping` is called in each thread as it starts; where the system forbids it, they work as equals."""
        self._pool = ThreadPoolExecutor(thread_name_prefix="yielding", initializer=give_way, initargs=(stepping, steps))

    async def run(self, work: Callable[Given, Answer], *given: Given.args, **named: Given.kwargs) -> Answer:
        """What it returns; raises what it raises."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, partial(work, *given, **named))
