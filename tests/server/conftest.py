"""A server per test, in the test's own loop, over each of the stores."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.server.hand_clock import HandClock
from tests.server.place import Place
from tests.server.postgres import Postgres, running_postgres
from tests.server.redisserver import RedisServer, running_redis
from tests.server.running import RunningServer, running_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def redis() -> Iterator[RedisServer]:
    with running_redis() as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def cluster(request: pytest.FixtureRequest) -> Postgres | None:
    """Asked for outside any loop, for the cluster runs one of its own to get ready."""
    return request.getfixturevalue("postgres") if request.param == "postgresql" else None


@pytest.fixture
async def place(cluster: Postgres | None, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    if cluster is None:
        yield Place(tmp_path)
        return
    redis: RedisServer = request.getfixturevalue("redis")
    redis.flush()
    async with cluster.database() as url:
        yield Place(tmp_path, {"database": url, "database_password": cluster.password_file, "bus": redis.url})


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
