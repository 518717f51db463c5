"""A server with one agent per test, in the test's own loop."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.server.running import RunningServer, running_server
from tests.together.faultline import Faultline, faultline


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RunningServer]:
    async with running_server(tmp_path) as running:
        await running.add_agent("Dana")
        yield running


@pytest.fixture
async def line(server: RunningServer) -> AsyncIterator[Faultline]:
    """What breaks between the console and the server."""
    async with faultline(server.port) as between:
        yield between
