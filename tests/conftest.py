"""What holds for every test."""

import contextlib
import gc
import importlib
import os
import signal
from pathlib import Path
from typing import Final

import pytest

# Imported here, and early: its pytest plugin would do it at the very end, where CPython 3.11 may fail to parse it
# after greenlets upset the interpreter's count of nested calls.
from hypothesis import settings

ROOT: Final = Path(__file__).parent.parent

# A busy machine is no failure: no test is judged by its time.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# A runner in the background ignores these, and so would every program that a test starts.
for number, handler in (
    (signal.SIGHUP, signal.SIG_DFL),
    (signal.SIGQUIT, signal.SIG_DFL),
    (signal.SIGINT, signal.default_int_handler),
):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, handler)


def pytest_xdist_auto_num_workers() -> int:
    """Two workers for each processor: tests wait for sockets and terminals for nearly as long as they compute."""
    return min(16, 2 * (os.cpu_count() or 1))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Let each worker begin with other modules: whoever comes first to one rewrites its assertions for all."""
    worker = getattr(session.config, "workerinput", None)
    if worker is None:
        return
    places = [Path(argument.partition("::")[0]) for argument in session.config.args]
    files = sorted(file for place in places for file in ([place] if place.is_file() else place.rglob("test_*.py")))
    first = len(files) * int(worker["workerid"].removeprefix("gw")) // worker["workercount"]
    for file in files[first:] + files[:first]:
        with contextlib.suppress(Exception):  # what is wrong with a module is said when it is collected
            importlib.import_module(".".join(file.resolve().relative_to(ROOT).with_suffix("").parts))


def pytest_collection_finish() -> None:
    """Search for garbage seldom, and never in what was imported: it would be a third of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
