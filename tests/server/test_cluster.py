"""Two processes over PostgreSQL and Redis: one talk, a node killed, a node replaced."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import httpx
import pytest

from tests.server.cluster import Follower, Node, cluster, insists
from tests.server.place import Place
from tests.server.postgres import Postgres
from tests.server.redisserver import RedisServer
from tests.server.running import QUICK, RunningServer, SignedIn, Visitor
from tests.server.sockets import Far, agent_socket, event_number, visitor_socket
from tms_tui.server.settings import ServerSettings

pytestmark = pytest.mark.services


@pytest.fixture
async def shared(postgres: Postgres, redis: RedisServer, tmp_path: Path) -> AsyncIterator[Place]:
    redis.flush()
    async with postgres.database() as url:
        yield Place(tmp_path, {"database": url, "database_password": postgres.password_file, "bus": redis.url})


@pytest.fixture
async def nodes(shared: Place) -> AsyncIterator[list[Node]]:
    async with cluster(shared, 2, "--drain", "2") as running:
        yield running


@pytest.fixture
async def doors(nodes: list[Node]) -> AsyncIterator[list[RunningServer]]:
    """The test's ways into each node."""
    opened: list[RunningServer] = [Door(node) for node in nodes]
    yield opened
    for door in opened:
        await door.close()


class Door(RunningServer):
    def __init__(self, node: Node) -> None:
        settings = ServerSettings(data=node.place.data, port=node.port, password_cost=QUICK, **node.place.settings)
        super().__init__(settings, None, None)


@contextlib.asynccontextmanager
async def following(nodes: Sequence[Node], agents: Sequence[SignedIn], first: int) -> AsyncIterator[list[Follower]]:
    followers = [Follower([node.url for node in nodes], agent) for agent in agents]
    tasks = [asyncio.create_task(one.follow(first)) for one in followers]
    try:
        for one in followers:
            await one.until_connected()
        yield followers
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_customer_on_one_node_and_an_agent_on_the_other_talk_as_on_one(doors: list[RunningServer]) -> None:
    here, there = doors
    dana, bo, visitor = await here.sign_in("Dana"), await there.sign_in("Bo"), await there.visitor()
    async with agent_socket(here, dana) as agent, agent_socket(there, bo), visitor_socket(there, visitor) as customer:
        await agent.until("agent_presence", id=bo.user.id, availability="online")
        await visitor.says("hello")
        seq = (await agent.until("chat_message", content="hello"))["data"]["seq"]
        await agent.says("typing_start", session_id=visitor.session_id)
        assert (await customer.until("typing_start"))["data"]["author_name"] == "Dana"
        await customer.says("typing_start")
        await agent.until("typing_start", author_type="visitor")
        await dana.http.post(f"/v1/chat/sessions/{visitor.session_id}/read", json={"up_to": seq})
        await customer.until("read_receipt", reader_type="agent", up_to=seq)
        await customer.says("read_receipt", data={"up_to": seq})
        await agent.until("read_receipt", reader_type="visitor", up_to=seq)
        assert (await bo.http.post("/v1/auth/logout")).status_code == 204
        assert (await here.client().get("/v1/auth/me", headers=bo.headers)).status_code == 401, "signed out everywhere"


async def test_a_killed_node_loses_and_doubles_nothing(nodes: list[Node], doors: list[RunningServer]) -> None:
    agents = [await doors[0].sign_in(f"Agent {number}") for number in range(5)]
    visitors = [await doors[1].visitor() for _ in range(4)]
    urls = [node.url for node in nodes]
    async with following(nodes, agents, first=0) as followers:
        talk = asyncio.create_task(talking(urls, visitors, 20))
        await followers[0].until_heard("1 of 0")
        assert await nodes[0].kill() == -signal.SIGKILL
        for one in followers:
            await one.until_connected(2)
        await nodes[0].start()
        await talk
        await everything_is_there_once(followers, len(visitors), 20)
        assert all(one.connects[:2] == [0, 1] for one in followers), "they were thrown out and came back elsewhere"


async def talking(urls: Sequence[str], visitors: Sequence[Visitor], each: int) -> None:
    async def one(place: int, visitor: Visitor) -> None:
        for number in range(each):
            await insists(urls, visitor, f"{number} of {place}", first=number + place)

    await asyncio.gather(*(one(place, visitor) for place, visitor in enumerate(visitors)))


async def everything_is_there_once(followers: Sequence[Follower], visitors: int, each: int) -> None:
    for follower in followers:
        await follower.until_heard(*(f"{number} of {place}" for number in range(each) for place in range(visitors)))
        for place in range(visitors):
            own = [one for one in follower.contents if one.endswith(f" of {place}")]
            assert own == [f"{number} of {place}" for number in range(each)]
    durable = [[one["cursor"] for one in follower.frames if one.get("cursor")] for follower in followers]
    for cursors in durable:
        assert [event_number(one) for one in cursors] == sorted({event_number(one) for one in cursors}), (
            "no cursor twice or out of order"
        )


async def test_a_node_told_to_go_drains(nodes: list[Node], doors: list[RunningServer]) -> None:
    agents = [await doors[0].sign_in(f"Agent {number}") for number in range(8)]
    visitor = await doors[1].visitor()
    urls = [node.url for node in nodes]
    async with following(nodes, agents, first=0) as followers:
        talk = asyncio.create_task(talking(urls, [visitor], 30))
        going = asyncio.create_task(nodes[0].kill(signal.SIGTERM))
        async with httpx.AsyncClient(trust_env=False, base_url=urls[0]) as client:
            async with asyncio.timeout(2):
                while (ready := await client.get("/readyz")).status_code == 200:
                    pass
            assert ready.json()["code"] == "draining"
            refused = await client.get(
                f"/v1/chat/agent/ws?agent_id={agents[0].user.id}",
                headers={
                    "Connection": "Upgrade",
                    "Upgrade": "websocket",
                    "Sec-WebSocket-Version": "13",
                    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
                },
            )
            assert (refused.status_code, "Retry-After" in refused.headers) == (503, True)
            still_there = sum(len(one.connects) == 1 for one in followers)
            assert still_there > 0, "not all sockets go in one moment"
        assert await going == 0
        for one in followers:
            await one.until_connected(2)
            assert one.closes[0] == 1012
        await talk
        await everything_is_there_once(followers, 1, 30)


async def test_a_node_that_goes_says_so_and_nobody_waits_out_its_lease(
    nodes: list[Node], doors: list[RunningServer]
) -> None:
    here, there = doors
    dana, visitor, loop = await there.sign_in("Dana"), await here.visitor(), asyncio.get_running_loop()
    async with agent_socket(there, dana) as agent, visitor_socket(here, visitor) as customer:
        await customer_is(agent, online=True)
        going = asyncio.create_task(nodes[0].kill(signal.SIGTERM))
        assert await customer.close_code() == 1012
        assert await going == 0
        gone_at = loop.time()
        await customer_is(agent, online=False)
        assert loop.time() - gone_at < 10, "5 s for the customer to come back; a silent node costs 10 more"


async def customer_is(agent: Far, *, online: bool) -> None:
    """Until an agent's socket tells of it."""
    while (await agent.until("session_update"))["data"]["customer"]["online"] is not online:
        pass
