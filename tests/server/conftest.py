"""A server per test, in the test's own loop, over each of the stores."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.server.hand_clock import HandClock
from tests.server.place import Place
from tests.server.postgres import Postgres, running_postgres
from tests.server.running import RunningServer, running_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as cluster:
        yield cluster


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def cluster(request: pytest.FixtureRequest) -> Postgres | None:
    """Asked for outside any loop, for the cluster runs one of its own to get ready."""
    return request.getfixturevalue("postgres") if request.param == "postgresql" else None


@pytest.fixture
async def place(cluster: Postgres | None, tmp_path: Path) -> AsyncIterator[Place]:
    if cluster is None:
        yield Place(tmp_path)
        return
    async with cluster.database() as url:
        yield Place(tmp_path, {"database": url, "database_password": cluster.password_file})


@pytest.fixture
async def server(place: Place) -> AsyncIterator[RunningServer]:
    async with running_server(place) as running:
        yield running


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def timed(place: Place, clock: HandClock) -> AsyncIterator[RunningServer]:
    """A server whose time is wound by hand."""
    async with running_server(place, clock=clock) as running:
        yield running
