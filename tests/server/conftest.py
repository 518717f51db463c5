"""A server per test, in the test's own loop."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.server.hand_clock import HandClock
from tests.server.running import RunningServer, running_server


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RunningServer]:
    async with running_server(tmp_path) as running:
        yield running


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def timed(tmp_path: Path, clock: HandClock) -> AsyncIterator[RunningServer]:
    """A server whose time is wound by hand."""
    async with running_server(tmp_path, clock=clock) as running:
        yield running
