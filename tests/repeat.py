"""`python -m tests.repeat`: the whole suite several times, alone and beside processes that keep every core busy.

A test that fails once in so many runs waits for speed instead of for an event; its name is printed, and what a
failed run printed stands in a file of its own.
"""

import argparse
import collections
import contextlib
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SPIN = "while True: pass"
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the suite: how it ended, what failed, how long it took in seconds, and where its output is."""

    code: int
    failed: tuple[str, ...]
    seconds: float
    output: Path | None


def main() -> int:
    """The command line; 0 when every run passed."""
    parser = argparse.ArgumentParser(prog="python -m tests.repeat", description=__doc__)
    parser.add_argument("--times", type=int, default=5, help="runs of each kind (5)")
    parser.add_argument("--only", choices=("busy", "quiet"), help="one kind of run, not both")
    parser.add_argument("rest", nargs="*", help="arguments for pytest, after --")
    asked = parser.parse_args()
    kinds = [asked.only] if asked.only else ["quiet", "busy"]
    runs = {kind: [_run(kind, asked.rest) for _ in range(asked.times)] for kind in kinds}
    sys.stdout.write(report(runs))
    return 0 if all(one.code == 0 for of_kind in runs.values() for one in of_kind) else 1


def _run(kind: str, rest: list[str]) -> Run:
    with busy(os.cpu_count() or 1) if kind == "busy" else contextlib.nullcontext():
        began = time.monotonic()
        done = subprocess.run([sys.executable, "-m", "pytest", *rest], stdout=subprocess.PIPE, text=True, check=False)
        failed = tuple(_FAILED.findall(done.stdout))
        return Run(done.returncode, failed, time.monotonic() - began, _kept(done.stdout) if done.returncode else None)


def _kept(output: str) -> Path:
    with tempfile.NamedTemporaryFile("w", prefix="tms-repeat-", suffix=".txt", delete=False) as file:
        file.write(output)
    return Path(file.name)


@contextlib.contextmanager
def busy(cores: int) -> Iterator[None]:
    """Keeps so many cores busy meanwhile."""
    spinning = [subprocess.Popen([sys.executable, "-c", SPIN]) for _ in range(cores)]
    try:
        yield
    finally:
        for one in spinning:
            one.kill()
            one.wait()


def report(runs: dict[str, list[Run]]) -> str:
    """The runs as a Markdown table, and below it what failed how often."""
    lines = ["| run | ended with | failed | seconds |", "|---|---|---|---|"]
    for kind, of_kind in runs.items():
        lines += [
            f"| {kind} {number} | {one.code} | {len(one.failed)} | {one.seconds:.0f} |"
            for number, one in enumerate(of_kind, 1)
        ]
    failed = collections.Counter(name for of_kind in runs.values() for one in of_kind for name in one.failed)
    lines += [f"- {name}: {times} times" for name, times in failed.most_common()]
    lines += [f"- output: {one.output}" for of_kind in runs.values() for one in of_kind if one.output]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
