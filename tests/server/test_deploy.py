"""What the package ships to deploy it: the balancers' configurations with the real programs, and the settings."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from websockets.asyncio.client import connect

from tests.server import balancers
from tests.server.balancers import DEPLOY, Balancer
from tests.server.running import RunningServer, SignedIn, running_server
from tests.server.sockets import Far
from tms_tui.server.bus import Exchange, MemoryBus
from tms_tui.server.commands import serve, server_group

Pair = tuple[RunningServer, RunningServer]


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    exchange = Exchange()
    behind: dict[str, Any] = {"trusted_proxies": ("127.0.0.1",)}
    async with (
        running_server(tmp_path / "data", bus=MemoryBus(exchange), **behind) as one,
        running_server(tmp_path / "data", bus=MemoryBus(exchange), **behind) as other,
    ):
        yield one, other


@pytest.fixture(params=["nginx", "haproxy"])
def balancer(request: pytest.FixtureRequest, pair: Pair, tmp_path: Path) -> Iterator[Balancer]:
    start = {"nginx": balancers.nginx, "haproxy": balancers.haproxy}[request.param]
    with start(tmp_path, [server.port for server in pair]) as running:
        yield running


@contextlib.asynccontextmanager
async def through(balancer: Balancer, agent: SignedIn | None = None) -> AsyncIterator[httpx.AsyncClient]:
    headers = agent.headers if agent else {}
    async with httpx.AsyncClient(
        base_url=balancer.url, verify=balancer.trust, trust_env=False, headers=headers, timeout=10
    ) as client:
        async with asyncio.timeout(60):
            while not await _answers(client):
                pass
        yield client


async def _answers(client: httpx.AsyncClient) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return (await client.get("/healthz")).status_code == 200
    return False


@contextlib.asynccontextmanager
async def agent_line(balancer: Balancer, agent: SignedIn) -> AsyncIterator[Far]:
    address = f"{balancer.url.replace('http', 'ws', 1)}/v1/chat/agent/ws?agent_id={agent.user.id}"
    async with connect(address, additional_headers=agent.headers, ssl=balancer.trust, proxy=None) as socket:
        yield Far(socket)


@pytest.mark.services
async def test_two_nodes_are_one_behind_the_balancer(balancer: Balancer, pair: Pair) -> None:
    dana = await pair[0].sign_in()
    async with through(balancer, dana) as client, agent_line(balancer, dana) as far:
        assert (await far.hears())["type"] == "connected"
        for number in range(6):
            started = await client.post("/v1/visitor/sessions", json={"name": f"Ana {number}"})
            assert started.status_code == 201
        assert len((await client.get("/v1/chat/sessions")).json()["sessions"]) == 6
        assert (await client.get("/metrics")).status_code == 404, "kept inside"
        large = await client.post("/v1/auth/login", content=b"x" * 70_000, headers={"Content-Type": "application/json"})
        assert large.status_code == 413


@pytest.mark.services
async def test_an_agents_sockets_and_calls_meet_at_one_node(balancer: Balancer, pair: Pair) -> None:
    dana = await pair[0].sign_in()
    async with through(balancer, dana), contextlib.AsyncExitStack() as lines:
        for _ in range(4):
            far = await lines.enter_async_context(agent_line(balancer, dana))
            assert (await far.hears())["type"] == "connected"
        assert sorted(len(server.app.services.seats) for server in pair) == [0, 4]


@pytest.mark.services
async def test_an_upgrade_that_a_draining_node_refuses_is_taken_by_the_other(balancer: Balancer, pair: Pair) -> None:
    dana = await pair[0].sign_in()
    async with through(balancer, dana), agent_line(balancer, dana) as far:
        await far.hears()
        holding, other = sorted(pair, key=lambda server: -len(server.app.services.seats))
        holding.app.services.draining = True
        async with agent_line(balancer, dana) as second:
            assert (await second.hears())["type"] == "connected"
            assert len(other.app.services.seats) == 1


@pytest.mark.services
async def test_calls_go_on_when_a_node_is_gone(balancer: Balancer, pair: Pair) -> None:
    dana = await pair[0].sign_in()
    async with through(balancer, dana) as client:
        await pair[0].stop()
        answers = [await client.post("/v1/visitor/sessions", json={}) for _ in range(6)]
        assert [answer.status_code for answer in answers] == [201] * 6
        async with agent_line(balancer, dana) as far:
            assert (await far.hears())["type"] == "connected"


def test_every_setting_of_the_environment_files_is_one_that_serve_reads() -> None:
    known = {option.envvar for command in (serve, *server_group.commands.values()) for option in command.params}
    for name in ("tms-chat.env", "compose.yaml", "tms-chat.service", "Containerfile"):
        words = (DEPLOY / name).read_text().replace("=", " ").replace(":", " ").split()
        named = {word for word in words if word.startswith("TMS_SERVER_")}
        assert named, name
        assert named <= known, name


def test_settings_come_from_the_environment_too(tmp_path: Path) -> None:
    environment = {"TMS_SERVER_BUS": "carrier-pigeon://loft", "TMS_SERVER_DATA": str(tmp_path), "TMS_SERVER_PORT": "0"}
    refused = CliRunner().invoke(serve, [], env=environment)
    assert (refused.exit_code, "carrier-pigeon" in refused.output) == (2, True)


def test_the_shipped_files_hold_no_secret() -> None:
    for path in DEPLOY.iterdir():
        for line in path.read_text().splitlines():
            assert "PASSWORD" not in line or "PASSWORD_FILE" in line, f"{path.name}: {line}"
