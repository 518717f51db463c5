"""What holds for every test."""

import gc
import os
import signal

# Imported here, and early: its pytest plugin would do it at the very end, where CPython 3.11 may fail to parse it
# after greenlets upset the interpreter's count of nested calls.
from hypothesis import settings

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


def pytest_collection_finish() -> None:
    """Search for garbage seldom, and never in what was imported: it would be a third of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
