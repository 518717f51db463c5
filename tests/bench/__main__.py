"""`python -m tests.bench`: the console beside WeeChat, irssi, a Textual hello-world and bare Python.

Every round starts each program in turn in a pseudo-terminal of 160x48; ratios are taken inside a round and
their median counts, so that a noisy neighbour hits all alike. Keys and messages are sent at fixed times, slow
program or not. The program has one core, the harness and the fake server the other. Ends with 0 when every
goal is met, 1 when one is missed or could not be measured.
"""

import argparse
import json
import math
import os
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from tests.bench.console import CONSOLE
from tests.bench.console_scenarios import CONSOLE_SCENARIOS
from tests.bench.figures import Round
from tests.bench.goals import GOALS, Goal, judge
from tests.bench.processes import Cores
from tests.bench.programs import PEERS, Program
from tests.bench.report import goals_table, programs_table
from tests.bench.scenarios import SCENARIOS, Samples
from tests.bench.seat import Seat
from tests.terminal.pty_driver import ScreenTimeoutError, now

ALL_SCENARIOS: Final = SCENARIOS | CONSOLE_SCENARIOS
LATE: Final = 0.005
BUSY: Final = 0.5


def main() -> int:
    """The command line; the exit code."""
    asked = _arguments()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    goals = [goal for goal in GOALS if re.search(asked.only, goal.words)]
    programs = [program for program in (*PEERS, CONSOLE) if re.search(asked.programs, program.name)]
    if (load := os.getloadavg()[0]) > BUSY:
        _note(f"this machine is busy with other work (load {load:.1f}): single figures will be worse than they are")
    cores = Cores()
    cores.take_harness()
    plans = {program: _plan(program, goals, everything=not asked.only) for program in programs}
    programs = [program for program in programs if plans[program] and _warm_up(program, cores)]
    rounds: list[Round] = []
    for number in range(asked.rounds):
        in_turn = programs if number % 2 == 0 else programs[::-1]
        rounds.append({program.name: _measure(program, plans[program], cores) for program in in_turn})
        if asked.json:
            asked.json.write_text(json.dumps({"rounds": _plain(rounds)}))
    verdicts = [judge(goal, rounds) for goal in goals]
    sys.stdout.write(f"{goals_table(verdicts)}\n\n{programs_table(rounds)}\n")
    return 0 if all(verdict.met for verdict in verdicts) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each program is measured (3)")
    parser.add_argument("--only", default="", metavar="REGEX", help="only goals whose words match")
    parser.add_argument("--programs", default="", metavar="REGEX", help="only programs whose names match")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every sample there")
    return parser.parse_args()


def _plan(program: Program, goals: Sequence[Goal], *, everything: bool) -> list[list[str]]:
    """The program's scenarios, start by start, that the goals need."""
    needed = {
        figure.samples
        for goal in goals
        for figure in (goal.figure, goal.yardstick)
        if figure and figure.program == program.name
    }
    chosen = ([name for name in group if everything or needed & YIELDS[name]] for group in program.groups)
    return [group for group in chosen if group]


YIELDS: Final = {
    "start": {"first_frame_ms", "usable_ms"},
    "idle": {"idle_bytes", "idle_cpu_percent"},
    "held": {"open_100_ms", "open_10000_ms", "open_100000_ms", "more_100_ms", "more_100000_ms", "memory_mib"},
    "burst": {"burst_s"},
} | {name: {f"{name}_ms"} for name in ("echo", "message", "busy_echo", "busy_message", "enter", "burst_echo")}


def _warm_up(program: Program, cores: Cores) -> bool:
    """One start that is not counted: files in memory, bytecode written. False when it does not run here."""
    try:
        with Seat(program, cores) as seat:
            seat.wait_ready()
    except FileNotFoundError as missing:
        _note(f"{program.title}: {missing} is not installed")
        return False
    except ScreenTimeoutError as failure:
        _note(f"{program.title}: never ready: {failure}")
        return False
    return True


def _measure(program: Program, groups: Iterable[Sequence[str]], cores: Cores) -> Samples:
    """All samples of one round."""
    samples: Samples = {}
    for group in groups:
        begin = now()
        with Seat(program, cores) as seat:
            _run_group(seat, group, samples)
        _note(f"{program.title}: {', '.join(group)}: {now() - begin:.0f} s")
        if seat.lateness > LATE:
            _note(f"  the harness itself was up to {seat.lateness * 1000:.0f} ms late with a key")
    return samples


def _run_group(seat: Seat, group: Sequence[str], samples: Samples) -> None:
    """A scenario that fails is told of; its figures, and those of the ones after it, stay unmeasured."""
    try:
        for name in group:
            if name != "start":
                seat.sit_down()
            samples |= ALL_SCENARIOS[name](seat)
    except (AssertionError, OSError, RuntimeError) as failure:
        _note(f"{seat.program.title}: FAILED: {failure}")


def _plain(rounds: Iterable[Round]) -> list[dict[str, dict[str, list[float | None]]]]:
    """As JSON can hold it: null for what was never seen."""
    return [
        {
            program: {
                name: [value if math.isfinite(value) else None for value in values] for name, values in samples.items()
            }
            for program, samples in each.items()
        }
        for each in rounds
    ]


def _note(words: str) -> None:
    sys.stderr.write(f"{words}\n")


if __name__ == "__main__":
    sys.exit(main())
