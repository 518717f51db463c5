"""The shipped nginx and HAProxy towards strangers: what they pass on, and how much one network may have."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx
import pytest
from starlette.routing import Route
from websockets.asyncio.client import connect

from tests.server import balancers
from tests.server.balancers import NOTHING, PROXY_PROTOCOL, Balancer, Places
from tests.server.running import GENEROUS, RunningServer, running_server
from tests.server.sockets import PATIENCE, Far
from tms_tui.server.bus import Exchange, MemoryBus
from tms_tui.server.routes import ROUTES
from tms_tui.server.settings import HttpPatience

pytestmark = pytest.mark.services

START: Final = {"nginx": balancers.nginx, "haproxy": balancers.haproxy}
FEW_CONNECTIONS: Final[dict[str, Places]] = {
    "nginx": {"limit_conn tms_chat_connections 1000": "limit_conn tms_chat_connections 2"},
    "haproxy": {"sc0_conn_cur gt 1500": "sc0_conn_cur gt 2"},
}
FEW_CALLS: Final[dict[str, Places]] = {
    "nginx": {"rate=200r/s": "rate=1r/m", "burst=1500": "burst=3"},
    "haproxy": {"sc0_http_req_rate gt 3000": "sc0_http_req_rate gt 4"},
}
Result = TypeVar("Result")
INSIDE: Final = ("/metrics", "/readyz")
OFFICE: Final = 300
REFUSED: Final = (0, 429)
"""nginx answers what is too much, HAProxy closes the connection."""


@dataclass(frozen=True, slots=True)
class Site:
    """A balancer and the nodes behind it."""

    balancer: Balancer
    nodes: tuple[RunningServer, RunningServer]


Opened = Callable[..., contextlib.AbstractAsyncContextManager[Site]]


@pytest.fixture(params=sorted(START))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def opened(kind: str, tmp_path: Path) -> Opened:
    """The site behind this balancer; called with what the operator writes otherwise."""

    @contextlib.asynccontextmanager
    async def site(changed: Places = NOTHING, **more: Any) -> AsyncIterator[Site]:
        exchange, data = Exchange(), tmp_path / "data"
        told: dict[str, Any] = {
            "trusted_proxies": ("127.0.0.1",),
            "network_open_rate": GENEROUS,
            "unintroduced_per_network": OFFICE,
            **more,
        }
        async with (
            running_server(data, bus=MemoryBus(exchange), **told) as one,
            running_server(data, bus=MemoryBus(exchange), **told) as other,
        ):
            with START[kind](tmp_path, [one.port, other.port], changed) as balancer:
                await until_open(balancer.port)
                yield Site(balancer, (one, other))

    return site


async def until_open(port: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0)


@dataclass(slots=True)
class Line:
    """One connection through a balancer; `peer` is whom the PROXY protocol names as the caller."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def says(self, head: str) -> int:
        """The status of the answer; 0 when the connection is closed instead."""
        try:
            self.writer.write(f"{head}\r\nHost: localhost\r\n\r\n".encode())
            async with asyncio.timeout(PATIENCE):
                answer = await self.reader.readline()
        except OSError:
            return 0
        return int(answer.split()[1]) if answer else 0


@contextlib.asynccontextmanager
async def line(balancer: Balancer, peer: str | None = None) -> AsyncIterator[Line | None]:
    """None when the balancer will not have it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", balancer.port)
    try:
        if peer is not None:
            family, here = ("TCP6", "2001:db8::1") if ":" in peer else ("TCP4", "192.0.2.254")
            writer.write(f"PROXY {family} {peer} {here} 4711 443\r\n".encode())
        try:
            await writer.start_tls(balancer.trust, server_hostname="localhost")
        except OSError:
            yield None
        else:
            yield Line(reader, writer)
    finally:
        writer.transport.abort()


async def asked(balancer: Balancer, target: str, peer: str | None = None) -> int:
    """The status of one GET on a connection of its own; 0 when it is closed without one."""
    async with line(balancer, peer) as held:
        return 0 if held is None else await held.says(f"GET {target} HTTP/1.1\r\nConnection: close")


@contextlib.asynccontextmanager
async def held_calls(balancer: Balancer, *peers: str) -> AsyncIterator[None]:
    """Calls whose bodies have yet to come."""
    head = (
        "POST /v1/visitor/sessions HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
        "Expect: 100-continue"
    )
    async with contextlib.AsyncExitStack() as lines:
        for peer in peers:
            held = await lines.enter_async_context(line(balancer, peer))
            assert held is not None
            assert await held.says(head) == 100
        yield


def spellings(path: str) -> set[str]:
    """How the same address can be written, or hidden."""
    first, rest = path[1], path[2:]
    return {
        path,
        f"/%{ord(first):02x}{rest}",
        f"/%{ord(first):02X}{rest}",
        "".join(f"%{ord(one):02x}" for one in path),
        "/" + "".join(f"%{ord(one):02X}" for one in path[1:]),
        f"/%25{ord(first):02x}{rest}",
        f"{path}/",
        f"/{path}",
        f"//{path}",
        f"/.{path}",
        f"/%2e{path}",
        f"/v1/..{path}",
        f"/v1/%2e%2e{path}",
        f"/v1/%2E.{path}",
        f"/v1/..%2f{path[1:]}",
        f"/v1//..{path}",
        f"/healthz/..{path}",
        f"{path}?x=1",
        f"{path};x",
        f"{path}%3f",
        f"http://localhost{path}",
        f"https://elsewhere/%{ord(first):02x}{rest}",
        path.upper(),
    }


@pytest.mark.parametrize("inside", INSIDE)
async def test_what_is_for_the_inside_reaches_no_node_however_it_is_spelt(
    opened: Opened, inside: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "tms_tui")
    async with opened() as site:
        assert await asked(site.balancer, "/healthz") == 200
        assert "path='/healthz' status=200" in caplog.text, "what reaches a node is in its log"
        caplog.clear()
        for target in sorted(spellings(inside)):
            assert await asked(site.balancer, target) in (400, 404), target
        own_checks = "path='/readyz' status=200"
        lines = [one.getMessage() for one in caplog.records if " path=" in one.getMessage()]
        assert [one for one in lines if own_checks not in one] == []


async def test_every_address_of_the_world_is_passed_on(opened: Opened) -> None:
    async with opened() as site, httpx.AsyncClient(verify=site.balancer.trust, trust_env=False) as client:
        paths = {one.path for one in ROUTES if isinstance(one, Route)}
        assert set(INSIDE) < paths
        for path in sorted(paths - set(INSIDE)):
            known = path.format(session_id=uuid.uuid4(), block_id=uuid.uuid4()) if "{" in path else path
            answer = await client.get(f"{site.balancer.url}{known}", timeout=PATIENCE)
            assert "X-Request-Id" in answer.headers, f"{path} was answered by the balancer"


async def test_one_network_has_so_many_connections_and_another_has_its_own(opened: Opened, kind: str) -> None:
    async with opened({**PROXY_PROTOCOL[kind], **FEW_CONNECTIONS[kind]}) as site:
        async with held_calls(site.balancer, "192.0.2.1", "192.0.2.1"):
            assert await asked(site.balancer, "/healthz", "192.0.2.1") in REFUSED
            assert await asked(site.balancer, "/healthz", "192.0.2.2") == 200
        async with held_calls(site.balancer, "2001:db8:0:1::a", "2001:db8:0:1:ffff::b"):
            assert await asked(site.balancer, "/healthz", "2001:db8:0:1::c") in REFUSED, "one /64 is one network"
            assert await asked(site.balancer, "/healthz", "2001:db8:0:2::a") == 200


async def test_one_network_makes_so_many_calls_and_another_its_own(opened: Opened, kind: str) -> None:
    async with opened({**PROXY_PROTOCOL[kind], **FEW_CALLS[kind]}) as site:
        for mine, other in (("192.0.2.1", "192.0.2.2"), ("2001:db8:0:1::a", "2001:db8:0:2::a")):
            assert [await asked(site.balancer, "/healthz", mine) for _ in range(5)] == [200] * 4 + [429]
            assert await asked(site.balancer, "/healthz", other) == 200
        assert await asked(site.balancer, "/healthz", "2001:db8:0:1:9::b") == 429, "one /64 is one network"


async def test_a_body_that_drips_for_ever_is_given_up(opened: Opened) -> None:
    head = "POST /v1/visitor/sessions HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 60000"
    async with opened(http_patience=HttpPatience(body=1)) as site, line(site.balancer) as held:
        assert held is not None
        answered = asyncio.create_task(held.says(head))
        async with asyncio.timeout(PATIENCE):
            while not (await asyncio.wait({answered}, timeout=0.05))[0]:
                held.writer.write(b" ")
        assert answered.result() == 408


async def test_an_office_of_300_customers_behind_one_address_chats(opened: Opened) -> None:
    async with opened() as site, contextlib.AsyncExitStack() as office:
        client = await office.enter_async_context(
            httpx.AsyncClient(
                base_url=site.balancer.url,
                verify=site.balancer.trust,
                trust_env=False,
                timeout=4 * PATIENCE,
                limits=httpx.Limits(max_connections=OFFICE),
            )
        )
        async with asyncio.timeout(4 * PATIENCE):
            tokens = await side_by_side(come_in(client) for _ in range(OFFICE))
            for token in tokens:
                await office.enter_async_context(visitor_line(site.balancer, token))
            assert sum(len(node.app.services.seats) for node in site.nodes) == OFFICE
            said = await side_by_side(say(client, token) for token in tokens)
        assert said == [201] * OFFICE


async def side_by_side(calls: Iterable[Awaitable[Result]]) -> list[Result]:
    """So many at once as two nodes in the test's own process answer in good time."""
    at_once = asyncio.Semaphore(20)

    async def one(call: Awaitable[Result]) -> Result:
        async with at_once:
            return await call

    return list(await asyncio.gather(*map(one, calls)))


async def come_in(client: httpx.AsyncClient) -> str:
    assert (await client.get("/")).status_code == 200
    started = await client.post("/v1/visitor/sessions", json={"name": "Ana"})
    assert started.status_code == 201, started.text
    return str(started.json()["visitor_token"])


async def say(client: httpx.AsyncClient, token: str) -> int:
    body = {"content": "Is anybody there?", "client_message_id": str(uuid.uuid4())}
    headers = {"Authorization": f"Bearer {token}"}
    return (await client.post("/v1/visitor/messages", json=body, headers=headers)).status_code


@contextlib.asynccontextmanager
async def visitor_line(balancer: Balancer, token: str) -> AsyncIterator[None]:
    address = f"{balancer.url.replace('http', 'ws', 1)}/v1/visitor/ws"
    async with connect(address, ssl=balancer.trust, proxy=None, compression=None, ping_interval=None) as socket:
        far = Far(socket)
        await far.says("auth", data={"token": token})
        await far.until("connected")
        yield
