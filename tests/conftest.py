"""What holds for every test."""

import os

# Imported here, and early: its pytest plugin would do it at the very end, where CPython 3.11 may fail to parse it
# after greenlets upset the interpreter's count of nested calls.
from hypothesis import settings

# A busy machine is no failure: no test is judged by its time.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_xdist_auto_num_workers() -> int:
    """Two workers for each processor: tests wait for sockets and terminals for longer than they compute."""
    return min(16, 2 * (os.cpu_count() or 1))
