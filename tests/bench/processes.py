"""What a running program costs, read from the kernel: CPU time and memory of it and its children. Linux only."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_PER_PROCESS_CPU_CLOCK: Final = 2
_AHEAD: Final = -15


def cpu_seconds(pid: int) -> float:
    """CPU time so far of the program and its living children, in nanosecond steps.

    The clock's number is the kernel's own spelling of "the CPU clock of that process".
    """
    return sum(time.clock_gettime((~one << 3) | _PER_PROCESS_CPU_CLOCK) for one in family(pid))


def resident_mib(pid: int) -> float:
    """Resident memory of the program and its living children, MiB."""
    pages = sum(int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in family(pid))
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def family(pid: int) -> Iterator[int]:
    """The program and its living children."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            yield from family(int(child))


def go_first(pid: int) -> None:
    """Put a process ahead of the machine's other work, where that is allowed.

    A kernel that weighs sessions against each other (autogroup) heeds the priority of the session alone.
    """
    session = Path(f"/proc/{pid}/autogroup")
    with suppress(PermissionError):  # only root may; without it a busy machine shows in the figures
        os.setpriority(os.PRIO_PROCESS, pid, _AHEAD)
        if session.exists():
            session.write_text(str(_AHEAD))


class Cores:
    """Two cores, one for the program under test, one for the harness and the feeder; the same when there is one."""

    def __init__(self) -> None:
        usable = sorted(os.sched_getaffinity(0))
        self.program, self.harness = usable[0], usable[-1]

    def take_harness(self) -> None:
        """Pin this process, and what it starts, to the harness's core, and go first there."""
        os.sched_setaffinity(0, {self.harness})
        go_first(os.getpid())

    @contextmanager
    def for_program(self) -> Iterator[None]:
        """What is started inside runs on the program's core."""
        os.sched_setaffinity(0, {self.program})
        try:
            yield
        finally:
            os.sched_setaffinity(0, {self.harness})
