"""Runs a fault by its number in this process: plays its scenario, or lets its tests do it."""

import asyncio
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

from tests.matrix import faults
from tests.matrix.catalogue import FAULTS, Fault
from tests.matrix.playing import Outcome, play

ROOT: Final = Path(__file__).parents[2]


def catalogue() -> list[Fault]:
    """All faults in order."""
    assert faults.__all__, "importing the scenarios has registered them"
    return [FAULTS[number] for number in sorted(FAULTS)]


def run(number: int, seed: int, typed: bool, fastest: float) -> Outcome:
    """What comes of it; `typed`: while somebody types at a terminal; `fastest`: how fast the clock may run."""
    fault = replace(FAULTS[number], speed=min(FAULTS[number].speed, fastest))
    return asyncio.run(play(fault, seed, typed=typed)) if fault.play is not None else _tested(fault, seed)


def _tested(fault: Fault, seed: int) -> Outcome:
    """Its tests inject it, see that it bit, and judge it themselves."""
    command = [sys.executable, "-m", "pytest", "-n", "0", "-m", "services or not services", *fault.tests]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    last = (done.stdout.strip().splitlines() or ["no word"])[-1]
    passed = done.returncode == 0 and " passed" in last and "skipped" not in last
    return Outcome(fault, seed, bites=int(passed), trouble="" if passed else f"{last}\n{done.stdout}")
