"""`python -m tests.doors`: opens every door in every surrounding. Ends with 1 when one is wrong."""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

from tests.doors.axes import Cell, cells
from tests.doors.house import House, house
from tests.doors.judging import judge
from tests.doors.rows import ROWS

_HOUSES: Final[list[House]] = []


def main(words: Sequence[str]) -> int:
    """The exit code."""
    asked = _asked(words)
    wanted = [cell for cell in cells(tuple(ROWS), asked.ways) if asked.only in str(cell)]
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="tms-doors-") as folder,
        house(Path(folder)) as opened,
        ProcessPoolExecutor(asked.jobs, initializer=_enter, initargs=(opened,)) as pool,
    ):
        outcomes = []
        for cell, wrong in zip(wanted, pool.map(_judged, wanted), strict=True):
            outcomes.append((cell, wrong))
            sys.stdout.writelines(f"WRONG {cell}: {what}\n" for what in wrong)
            sys.stdout.flush()
            sys.stderr.write(f"\r{len(outcomes)} of {len(wanted)} cells, {cell.command}\x1b[K")
        sys.stderr.write("\n")
    sys.stdout.write(table(outcomes))
    bad = sum(bool(wrong) for _, wrong in outcomes)
    took = time.monotonic() - began
    sys.stdout.write(f"{len(outcomes)} cells, any {asked.ways} values together, {bad} wrong, {took:.0f} s\n")
    return 1 if bad or not outcomes else 0


def table(outcomes: Sequence[tuple[Cell, list[str]]]) -> str:
    """How many cells each command has, and how many are wrong."""
    rows = ["| command | cells | wrong |", "|---|---|---|"]
    for command in ROWS:
        of_it = [wrong for cell, wrong in outcomes if cell.command == command]
        rows.append(f"| {command} | {len(of_it)} | {sum(map(bool, of_it))} |")
    return "\n".join(rows) + "\n"


def _enter(opened: House) -> None:
    """Each process asks the server over a connection of its own."""
    _HOUSES.append(opened)


def _judged(cell: Cell) -> list[str]:
    try:
        return judge(cell, _HOUSES[-1])
    except Exception as error:  # noqa: BLE001 - one door that cannot be tried is a wrong one, and hides no other
        return [f"could not be tried: {error!r}"]


def _asked(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.doors", description=__doc__)
    parser.add_argument("--ways", type=int, default=3, choices=(2, 3), help="how many values stand together")
    parser.add_argument("--jobs", type=int, default=2, help="how many cells at once")
    parser.add_argument("--only", default="", help="cells whose name holds this")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
