"""Redis between nodes: gone, frozen, emptied; requests go on, nothing is lost, delivery comes back."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.server.place import Place
from tests.server.redisserver import RedisServer, running_redis
from tests.server.running import GENEROUS, RunningServer, running_server
from tests.server.sockets import Far, agent_socket
from tests.server.waiting import until
from tms_tui.server.bus import LoginEnded, MarkMoved, Missed, Notice, Roster
from tms_tui.server.clock import SystemClock
from tms_tui.server.redisbus import BUCKETS, ROSTERS, RedisBus
from tms_tui.server.settings import Rate

pytestmark = pytest.mark.services

ANSWERED_WITHIN = 10.0
DELIVERED_WITHIN = 60.0


@pytest.fixture
def mortal() -> Iterator[RedisServer]:
    """A Redis that a test may end."""
    with running_redis() as server:
        yield server


@pytest.fixture
async def nodes(mortal: RedisServer, tmp_path: Path) -> AsyncIterator[tuple[RunningServer, RunningServer]]:
    """Two nodes over one SQLite file and one Redis; the log is compared so rarely that only the bus delivers."""
    async with (
        running_server(Place(tmp_path, {"bus": mortal.url}), log_check=3600) as one,
        running_server(Place(tmp_path, {"bus": mortal.url}), log_check=3600) as other,
    ):
        await reached(one, other)
        yield one, other


async def reached(*servers: RunningServer) -> None:
    await until(lambda: all(server.app.services.bus.reachable for server in servers), DELIVERED_WITHIN)


async def quickly_says(server: RunningServer, token: str, words: str) -> None:
    started = time.monotonic()
    http = server.client()
    http.headers["Authorization"] = f"Bearer {token}"
    body = {"content": words, "client_message_id": str(uuid.uuid4())}
    assert (await http.post("/v1/visitor/messages", json=body)).status_code == 201
    assert time.monotonic() - started < ANSWERED_WITHIN


async def hears(far: Far, words: str, within: float = DELIVERED_WITHIN) -> None:
    async with asyncio.timeout(within):
        while (await far.hears_patiently(within))["data"].get("content") != words:
            pass


async def test_what_one_node_stores_the_other_hears_at_once(nodes: tuple[RunningServer, RunningServer]) -> None:
    one, other = nodes
    dana, visitor = await one.sign_in(), await other.visitor()
    async with agent_socket(one, dana) as far:
        await visitor.says("hello")
        await hears(far, "hello")


async def test_a_restarted_redis_loses_no_message_and_delivers_again(
    nodes: tuple[RunningServer, RunningServer], mortal: RedisServer
) -> None:
    one, other = nodes
    dana, visitor = await one.sign_in(), await other.visitor()
    async with agent_socket(one, dana) as far:
        await hears_presence(far)
        mortal.kill()
        assert (await one.client().get("/readyz")).status_code == 503, "the fault bit"
        await quickly_says(other, visitor.token, "while it is gone")
        mortal.start()
        await hears(far, "while it is gone")
        await quickly_says(other, visitor.token, "afterwards")
        await hears(far, "afterwards")


async def test_a_frozen_redis_holds_up_no_request_and_delivers_when_it_thaws(
    nodes: tuple[RunningServer, RunningServer], mortal: RedisServer
) -> None:
    one, other = nodes
    dana, visitor = await one.sign_in(), await other.visitor()
    async with agent_socket(one, dana) as far:
        await hears_presence(far)
        mortal.freeze()
        assert (await one.client().get("/readyz")).status_code == 503, "the fault bit"
        for number in range(3):
            await quickly_says(other, visitor.token, f"frozen {number}")
        mortal.thaw()
        await hears(far, "frozen 2")


async def test_an_emptied_redis_learns_anew_who_is_there(
    nodes: tuple[RunningServer, RunningServer], mortal: RedisServer
) -> None:
    one, other = nodes
    dana, bo = await one.sign_in("Dana"), await other.sign_in("Bo")
    async with agent_socket(one, dana) as far, agent_socket(other, bo):
        await far.until("agent_presence", id=bo.user.id, availability="online")
        mortal.flush()
        assert mortal.keys(ROSTERS.format("*") + "*") == [], "the fault bit"
        await until(lambda: len(mortal.keys(ROSTERS.format("*") + "*")) == 2, DELIVERED_WITHIN)
        agents = (await dana.http.get("/v1/agents")).json()["agents"]
        assert {one["name"]: one["availability"] for one in agents} == {"Dana": "online", "Bo": "online"}


async def hears_presence(far: Far) -> None:
    assert (await far.hears())["type"] == "connected"


def patient(redis: RedisServer, nodes: int) -> list[RedisBus]:
    """For each node one on which a Redis that is only slow, as on a busy machine, counts all the same."""
    return [RedisBus(redis.url, f"node {number}", limit_patience=60) for number in range(nodes)]


async def test_a_server_starts_without_redis_and_finds_it(mortal: RedisServer, tmp_path: Path) -> None:
    mortal.kill()
    async with running_server(Place(tmp_path, {"bus": mortal.url})) as server:
        visitor = await server.visitor()
        await quickly_says(server, visitor.token, "all the same")
        mortal.start()
        await reached(server)
        assert (await server.client().get("/readyz")).status_code == 200


async def test_limits_are_counted_over_all_nodes_and_on_each_alone_when_redis_is_gone(
    mortal: RedisServer, tmp_path: Path
) -> None:
    few = Rate(0.001, 2)
    first, second = patient(mortal, 2)
    async with (
        running_server(tmp_path, bus=first, login_rate=few) as one,
        running_server(tmp_path, bus=second, login_rate=few) as other,
    ):
        guess = {"email": "a@b.example", "password": "guess"}
        answers = [await server.client().post("/v1/auth/login", json=guess) for server in (one, other, one, other)]
        assert [answer.status_code for answer in answers] == [401, 401, 429, 429]
        assert int(answers[-1].headers["Retry-After"]) > 60
        assert not [key for key in mortal.keys(BUCKETS.format("*") + "*") if "example" in key], "no name is stored"
        mortal.kill()
        answers = [await server.client().post("/v1/auth/login", json=guess) for server in (one, other)]
        assert [answer.status_code for answer in answers] == [401, 401]


async def test_a_bucket_is_refilled_by_the_clock_of_redis(mortal: RedisServer) -> None:
    bus = RedisBus(mortal.url, "node", limit_patience=60)
    try:
        assert await bus.take("one", Rate(1, 1)) == 0
        wait = await bus.take("one", Rate(1, 1))
        assert wait is not None
        assert 0 < wait <= 1
        await SystemClock().sleep(wait)
        assert await bus.take("one", Rate(1, 1)) == 0, "the wait told was enough"
        assert await bus.take("other", GENEROUS) == 0
    finally:
        await bus.close()


async def test_a_notice_from_another_version_is_no_end(mortal: RedisServer) -> None:
    heard: asyncio.Queue[object] = asyncio.Queue()
    one, other = RedisBus(mortal.url, "one"), RedisBus(mortal.url, "other")
    try:
        await one.start(heard.put_nowait, "here")
        await other.start(lambda _notice: None, "here")
        async with asyncio.timeout(60):
            await heard.get()
            await other._redis.publish("tms-chat:here:notices", b'{"sender":"newer","notice":{"type":"Unheard"}}')
            await other.register(Roster("other"), 5)
            while (notice := await heard.get()) != Roster("other"):
                assert notice is not None
    finally:
        await one.close()
        await other.close()


async def test_two_installations_on_one_redis_do_not_hear_each_other(mortal: RedisServer) -> None:
    own, foreign = asyncio.Queue[Notice](), asyncio.Queue[Notice]()
    buses = [RedisBus(mortal.url, name) for name in ("speaker", "neighbour", "stranger", "its neighbour")]
    speaker, neighbour, stranger, its_neighbour = buses
    try:
        await neighbour.start(own.put_nowait, "here")
        await stranger.start(foreign.put_nowait, "there")
        await until(lambda: neighbour.reachable and stranger.reachable, DELIVERED_WITHIN)
        await speaker.start(lambda _notice: None, "here")
        await its_neighbour.start(lambda _notice: None, "there")
        async with asyncio.timeout(DELIVERED_WITHIN):
            await speaker.register(Roster("speaker"), 5)
            assert [await own.get() for _ in range(2)] == [Missed(), Roster("speaker")]
            await speaker.publish(LoginEnded("default", "gone"))
            assert await own.get() == LoginEnded("default", "gone")
            await its_neighbour.publish(MarkMoved("default", "moved"))
            assert [await foreign.get() for _ in range(2)] == [Missed(), MarkMoved("default", "moved")]
    finally:
        for bus in buses:
            await bus.close()


async def test_two_installations_on_one_redis_count_their_limits_apart(mortal: RedisServer, tmp_path: Path) -> None:
    buses, few = patient(mortal, 3), Rate(0.001, 1)
    async with (
        running_server(tmp_path / "one", bus=buses[0], login_rate=few) as one,
        running_server(tmp_path / "two", bus=buses[1], login_rate=few) as two,
        running_server(tmp_path / "two", bus=buses[2], login_rate=few) as its_other_node,
    ):
        guess = {"email": "a@b.example", "password": "guess"}
        answers = [await server.client().post("/v1/auth/login", json=guess) for server in (one, two, its_other_node)]
        assert [answer.status_code for answer in answers] == [401, 401, 429]
