"""`python -m tests.matrix`: plays the faults and writes the table. Ends with 1 when a fault was not survived."""

import argparse
import pickle
import re
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

from tests.matrix.catalogue import Fault
from tests.matrix.playing import SURVIVED, Outcome
from tests.matrix.running import catalogue, run
from tests.matrix.table import table

TABLE: Final = Path(__file__).parent / "TABLE.md"


def main(words: Sequence[str]) -> int:
    """The exit code."""
    asked = _asked(words)
    wanted = [fault for fault in catalogue() if _is_chosen(fault, asked)]
    seeds = [asked.seed] if asked.seed is not None else list(range(1, asked.seeds + 1))
    began = time.monotonic()
    chosen = [fault for fault in wanted if not fault.apart]
    runs = [
        (one.number, seed, _types(asked, seed, seeds), asked.speed)
        for seed in seeds
        for one in chosen
        if _due(one, seed, seeds)
    ]
    outcomes: list[Outcome] = []
    with ProcessPoolExecutor(asked.jobs, max_tasks_per_child=1) as pool:
        for outcome in pool.map(run, *zip(*runs, strict=True)) if runs else ():
            _say(outcome)
            outcomes.append(outcome)
    outcomes = [_again(outcome) if outcome.is_only_late else outcome for outcome in outcomes]
    if asked.keep:
        asked.keep.write_bytes(pickle.dumps(outcomes))
    if asked.write:
        earlier = [outcome for file in asked.add for outcome in pickle.loads(file.read_bytes())]  # noqa: S301 - our own
        TABLE.write_text(table([*earlier, *outcomes], catalogue()))
    failed = sum(outcome.verdict != SURVIVED for outcome in outcomes)
    sys.stdout.write(f"{len(outcomes)} runs, {failed} not survived, {time.monotonic() - began:.0f} s\n")
    return 1 if failed or not (outcomes or asked.add) else 0


def _again(outcome: Outcome) -> Outcome:
    """Played once more, alone and at the machine's own pace: a busy machine is no fault of the console's."""
    with ProcessPoolExecutor(1, max_tasks_per_child=1) as pool:
        again = pool.submit(run, outcome.fault.number, outcome.seed, outcome.echo is not None, 1.0).result()
    _say(again)
    return again


def _due(fault: Fault, seed: int, seeds: Sequence[int]) -> bool:
    """Tests draw nothing from the seed: they are run once."""
    return fault.play is not None or seed == seeds[0]


def _types(asked: argparse.Namespace, seed: int, seeds: Sequence[int]) -> bool:
    return bool(asked.typing) and seed == seeds[0]


def _is_chosen(fault: Fault, asked: argparse.Namespace) -> bool:
    if asked.played and fault.tests:
        return False
    return (fault.starred or not asked.starred) and re.search(asked.only, fault.name) is not None


def _say(outcome: Outcome) -> None:
    figures = f"untrue {outcome.lied:.1f} s, recovered {outcome.recovered:.1f} s, still {outcome.freeze * 1000:.0f} ms"
    sys.stdout.write(f"{outcome.fault.name} (seed {outcome.seed}): {outcome.verdict}; {figures}\n")
    if outcome.verdict != SURVIVED:
        sys.stdout.write(f"{outcome.trouble}\n{outcome.findings.words()}\n")
    sys.stdout.flush()


def _asked(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.matrix", description=__doc__)
    parser.add_argument("--seed", type=int, help="play with this seed alone")
    parser.add_argument("--seeds", type=int, default=1, help="play with seeds 1 to N (1)")
    parser.add_argument("--only", default="", metavar="RE", help="only faults whose number and title match")
    parser.add_argument("--starred", action="store_true", help="only those that run with every change")
    parser.add_argument("--played", action="store_true", help="leave out what the test suite plays anyway")
    parser.add_argument("--typing", action="store_true", help="with the first seed, type at a real terminal meanwhile")
    parser.add_argument("--speed", type=float, default=5.0, help="how fast the console's clock may run at most (5)")
    parser.add_argument("--jobs", type=int, default=1, help="faults at a time (1)")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="keep what came of these runs")
    parser.add_argument("--add", type=Path, metavar="FILE", nargs="*", default=[], help="put kept runs into the table")
    parser.add_argument("--write", action="store_true", help=f"write {TABLE.name}")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
