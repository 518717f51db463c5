"""Two nodes that share a store and an exchange, in one process: who is there, and who died."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.server.running import RunningServer, SignedIn, Visitor, running_server
from tests.server.sockets import Far, agent_socket, visitor_socket
from tms_tui.server.bus import Exchange, MemoryBus, Roster
from tms_tui.server.clock import SystemClock
from tms_tui.server.elsewhere import Elsewhere

Pair = tuple[RunningServer, RunningServer]


@pytest.fixture
async def exchange() -> Exchange:
    return Exchange()


@pytest.fixture
async def pair(tmp_path: Path, exchange: Exchange) -> AsyncIterator[Pair]:
    async with (
        running_server(tmp_path, bus=MemoryBus(exchange), heartbeat=0.2, visitor_grace=0.2) as one,
        running_server(tmp_path, bus=MemoryBus(exchange), heartbeat=0.2, visitor_grace=0.2) as other,
    ):
        yield one, other


async def seen_by(asker: SignedIn) -> dict[str, str]:
    agents = (await asker.http.get("/v1/agents")).json()["agents"]
    return {one["name"]: one["availability"] for one in agents}


async def test_agents_of_both_nodes_see_each_other_look_and_choose(pair: Pair) -> None:
    one, other = pair
    dana, bo, visitor = await one.sign_in("Dana"), await other.sign_in("Bo"), await one.visitor()
    async with agent_socket(one, dana) as far_dana, agent_socket(other, bo) as far_bo:
        await far_dana.until("agent_presence", id=bo.user.id, availability="online")
        await far_bo.says("viewing", session_id=visitor.session_id)
        await far_dana.until("agent_presence", id=bo.user.id, viewing_session_id=visitor.session_id)
        await far_bo.says("typing_start", session_id=visitor.session_id)
        assert (await far_dana.until("typing_start"))["data"]["author_name"] == "Bo"
        await dana.http.put("/v1/agents/me/availability", json={"availability": "busy"})
        await far_bo.until("agent_presence", id=dana.user.id, availability="busy")
        assert await seen_by(bo) == {"Bo": "online", "Dana": "busy"}


async def test_a_node_that_falls_silent_takes_its_agents_and_customers_with_it(pair: Pair, exchange: Exchange) -> None:
    one, other = pair
    dana, bo, visitor = await one.sign_in("Dana"), await other.sign_in("Bo"), await other.visitor()
    async with agent_socket(one, dana) as far, agent_socket(other, bo), visitor_socket(other, visitor):
        await both(far, bo.user.id, visitor.session_id, there=True)
        silence(other, exchange)
        await both(far, bo.user.id, visitor.session_id, there=False)


async def test_a_customer_who_came_after_the_last_word_of_a_dead_node_goes_with_it(
    pair: Pair, exchange: Exchange
) -> None:
    one, other = pair
    dana, bo, visitor = await one.sign_in("Dana"), await other.sign_in("Bo"), await other.visitor()
    async with agent_socket(one, dana) as far, agent_socket(other, bo):
        await far.until("agent_presence", id=bo.user.id, availability="online")
        silence(other, exchange)
        async with visitor_socket(other, visitor):
            await both(far, bo.user.id, visitor.session_id, there=False)


def silence(node: RunningServer, exchange: Exchange) -> None:
    """Let a node neither hear nor be heard; it goes on writing into the store."""
    exchange.hears.remove(node.app.services.hub.hear)
    node.app.services.bus = MemoryBus()
    node.app.services.hub.nodes._bus = MemoryBus()


async def both(far: Far, agent: str, session: str, *, there: bool) -> None:
    """Hear that both came or went, in whatever order."""
    left = {agent, session}
    while left:
        data = (await far.hears())["data"]
        availability = "online" if there else "offline"
        if data.get("availability") == availability or data.get("customer", {}).get("online") is there:
            left.discard(data["id"])


async def test_an_agent_who_came_over_from_a_dead_node_never_turned_offline(pair: Pair) -> None:
    one, other = pair
    dana, bo = await one.sign_in("Dana"), await other.sign_in("Bo")
    async with agent_socket(one, dana) as far:
        async with agent_socket(other, bo):
            await far.until("agent_presence", id=bo.user.id, availability="online")
        async with agent_socket(one, bo):
            await other.stop()
            frames = [await far.hears() for _ in range(1)]
            assert [frame["data"]["availability"] for frame in frames] == ["online"]


def test_a_lease_runs_out_and_is_renewed() -> None:
    time = 0.0
    elsewhere = Elsewhere(3, lambda: time)
    roster = Roster("other", {"t": {"bo": None}}, {"t": ["s"]})
    assert elsewhere.heard(roster) == Roster("other")
    assert elsewhere.agent("t", "bo") == (True, None)
    assert (elsewhere.has_visitor("t", "s"), elsewhere.has_visitor("u", "s")) == (True, False)
    time = 2.9
    assert elsewhere.expired() == []
    elsewhere.renew()
    time = 5.8
    assert elsewhere.expired() == []
    time = 5.9
    assert elsewhere.expired() == [roster]
    assert elsewhere.agent("t", "bo") == (False, None)


class Astray:
    """The system's clock, wrong by so many seconds."""

    def __init__(self, ahead: float) -> None:
        self._right, self._ahead = SystemClock(), ahead

    def now(self) -> float:
        return self._right.now() + self._ahead

    def monotonic(self) -> float:
        return self._right.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self._right.sleep(seconds)


async def test_clocks_five_minutes_apart_leave_the_order_to_the_store(tmp_path: Path, exchange: Exchange) -> None:
    async with (
        running_server(tmp_path, bus=MemoryBus(exchange), clock=Astray(300), leeway=400) as early,
        running_server(tmp_path, bus=MemoryBus(exchange), leeway=400) as late,
    ):
        dana, visitor = await late.sign_in("Dana"), await early.visitor()
        here = late.client()
        here.headers["Authorization"] = f"Bearer {visitor.token}"
        there = Visitor(visitor.session_id, visitor.token, here)
        said = [await (visitor, there)[number % 2].says(f"number {number}") for number in range(6)]
        times = [message["created_at"] for message in said]
        assert times != sorted(times), "the clocks differ"
        page = (await dana.http.get(f"/v1/chat/sessions/{visitor.session_id}/messages")).json()["messages"]
        assert [(message["seq"], message["content"]) for message in page] == [
            (number + 1, f"number {number}") for number in range(6)
        ]
