"""What each process used of the machine during a stretch, read from the kernel."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.bench.processes import cpu_seconds, resident_mib
from tests.load.ledger import Ledger


class Meter:
    """Runs from its making on."""

    def __init__(self, pids: Mapping[str, Sequence[int]]) -> None:
        """`pids`: by what a process is called, all that belong to it."""
        self._pids = pids
        self._began = Ledger.now()
        self._before = self._used()

    def cores(self) -> dict[str, float]:
        """How many cores each has kept busy."""
        seconds = Ledger.now() - self._began
        return {name: (used - self._before[name]) / seconds for name, used in self._used().items()}

    def _used(self) -> dict[str, float]:
        return {name: sum(cpu_seconds(pid) + _of_the_ended(pid) for pid in pids) for name, pids in self._pids.items()}


def _of_the_ended(pid: int) -> float:
    """CPU time of the children that have ended, as PostgreSQL's do with each connection."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def resident_kib(pids: Sequence[int]) -> float:
    return 1024 * sum(map(resident_mib, pids))


def own_kib(pid: int) -> float:
    """Resident memory of the process alone."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024
