"""A company's installation on this machine: nodes, PostgreSQL, Redis and nginx with the shipped configuration."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.load.door import Door
from tests.server import balancers
from tests.server.cluster import Node, cluster
from tests.server.place import Place
from tests.server.postgres import Postgres
from tests.server.redisserver import RedisServer
from tests.server.running import PASSWORD, QUICK
from tms_tui.protocol import wire
from tms_tui.server import admin
from tms_tui.server.settings import PasswordCost, ServerSettings

BEHIND_A_PROXY = ("--trusted-proxy", "127.0.0.1")
Before = Callable[[Place], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Company:
    """`door` leads to all nodes."""

    place: Place
    nodes: list[Node]
    postgres: Postgres
    redis: RedisServer
    door: Door

    async def ready(self) -> list[bool]:
        """What each node's /readyz says now."""
        async with httpx.AsyncClient(trust_env=False, timeout=4) as client:
            return list(await asyncio.gather(*(_ready(client, node.url) for node in self.nodes)))

    async def until_ready(self, holds: Callable[[list[bool]], bool], within: float = 30) -> list[bool]:
        """Asks until the answers are so; what they were. Raises TimeoutError."""
        async with asyncio.timeout(within):
            while not holds(answers := await self.ready()):  # noqa: ASYNC110 - another process sets no event of ours
                await asyncio.sleep(0.05)
        return answers


async def _ready(client: httpx.AsyncClient, url: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return (await client.get(f"{url}/readyz")).status_code == 200
    return False


@contextlib.asynccontextmanager
async def company(postgres: Postgres, redis: RedisServer, before: Before | None = None) -> AsyncIterator[Company]:
    """Two nodes behind nginx as shipped, its limits raised. `before`: what is done to the store beforehand."""
    with tempfile.TemporaryDirectory(prefix="tms-chat-load-") as name:
        home = Path(name)
        home.chmod(0o755)  # noqa: ASYNC240 - nginx's workers are somebody else
        async with postgres.database() as url:
            place = Place(
                home / "data", {"database": url, "database_password": postgres.password_file, "bus": redis.url}
            )
            if before is not None:
                await before(place)
            async with cluster(place, 2, *BEHIND_A_PROXY, logs=home) as nodes:
                with balancers.nginx(home, [node.port for node in nodes], balancers.RAISED) as balancer:
                    door = Door(balancer.port, balancer.trust)
                    await _answers(door)
                    yield Company(place, nodes, postgres, redis, door)


async def _answers(door: Door) -> None:
    async with asyncio.timeout(10):
        while not await door.opens():  # noqa: ASYNC110 - another process sets no event of ours
            await asyncio.sleep(0.05)


def store_of(place: Place, tenant: str = "default", cost: PasswordCost = QUICK) -> ServerSettings:
    """What a command of the operator's is told of that store."""
    relevant: dict[str, Any] = {
        key: place.settings[key] for key in ("database", "database_password") if key in place.settings
    }
    return ServerSettings(data=place.data, tenant=tenant, password_cost=cost, **relevant)


async def hire(place: Place, names: list[str], tenant: str = "default", cost: PasswordCost = QUICK) -> list[wire.User]:
    """Agents in the store, with passwords that are cheap to check unless told otherwise."""
    settings = store_of(place, tenant, cost)
    return [
        await admin.add_agent(settings, email=f"{name}@{tenant}.example.com", name=name, password=PASSWORD)
        for name in names
    ]
