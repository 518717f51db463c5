"""Customers' sockets and readings are served in turns, network after network, and agents do not wait behind them."""

import asyncio
import contextlib
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.server.running import RunningServer, running_server
from tests.server.sockets import agent_socket
from tms_tui.server.fairqueue import FairQueue
from tms_tui.server.settings import PAGE_CHARACTERS
from tms_tui.server.store import messages


async def opened(server: RunningServer, source: str = "127.0.0.5") -> int:
    """The status that a customer's upgrade from this address is answered."""
    try:
        async with connect(f"{server.ws_url}/v1/visitor/ws", proxy=None, local_addr=(source, 0)):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


async def test_a_network_with_many_in_the_queue_waits_for_itself() -> None:
    queue = FairQueue(1, 10, 10)
    came: list[str] = []

    async def comes(name: str, who: str) -> None:
        async with queue.turn(name):
            came.append(who)

    async with asyncio.TaskGroup() as together, queue.turn("first"):
        for number in range(3):
            together.create_task(comes("crowd", f"crowd {number}"))
        together.create_task(comes("alone", "alone"))
        await asyncio.sleep(0)  # each has asked
        assert came == []
    assert came == ["crowd 0", "alone", "crowd 1", "crowd 2"]


async def test_an_agent_comes_in_while_customers_wait_for_their_turn(server: RunningServer) -> None:
    dana = await server.sign_in()
    async with contextlib.AsyncExitStack() as letting_in:
        await letting_in.enter_async_context(server.app.services.openings.turn("somebody"))
        customer = asyncio.create_task(opened(server))
        async with agent_socket(server, dana) as agent:
            assert (await agent.hears())["type"] == "connected"
        assert not customer.done()
        await letting_in.aclose()
        assert await customer == 101


async def test_a_network_with_too_many_waiting_is_refused_at_once(tmp_path: Path) -> None:
    async with running_server(tmp_path, sockets_per_network=1) as server, contextlib.AsyncExitStack() as letting_in:
        await letting_in.enter_async_context(server.app.services.openings.turn("somebody"))
        both = [asyncio.create_task(opened(server)) for _ in range(2)]
        done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        assert [one.result() for one in done] == [429]
        await letting_in.aclose()
        assert sorted([await one for one in both]) == [101, 429]


@pytest.mark.parametrize("token", ["none", ""])
async def test_who_says_nothing_or_nonsense_keeps_nobody_waiting(server: RunningServer, token: str) -> None:
    async with connect(f"{server.ws_url}/v1/visitor/ws", proxy=None) as silent:
        if token:
            await silent.send(token)
        assert await opened(server) == 101


async def test_an_agent_reads_while_customers_wait_for_their_turn_to_read(server: RunningServer) -> None:
    dana, visitor = await server.sign_in(), await server.visitor()
    async with contextlib.AsyncExitStack() as reading:
        for who in ("somebody", "somebody else"):
            await reading.enter_async_context(server.app.services.readings.turn(who))
        customer = asyncio.create_task(visitor.http.get("/v1/visitor/messages"))
        answer = await dana.http.get(f"/v1/chat/sessions/{visitor.session_id}/messages")
        assert answer.status_code == 200
        assert not customer.done()
        await reading.aclose()
        assert (await customer).status_code == 200


async def test_a_page_that_nobody_may_ever_take_holds_only_so_much(server: RunningServer) -> None:
    visitor = await server.visitor()
    said = [await visitor.says("\N{GRINNING FACE}" * 8000) for _ in range(9)]
    read: list[dict[str, Any]] = []
    sizes: list[int] = []
    more = True
    while more:
        after = read[-1]["seq"] if read else 0
        answer = await visitor.http.get("/v1/visitor/messages", params={"after": after, "limit": 200})
        sizes.append(len(answer.content))
        page = answer.json()
        read += page["messages"]
        more = page["has_more"]
    assert [one["id"] for one in read] == [one["id"] for one in said]
    assert max(sizes) < 1.1 * 4 * PAGE_CHARACTERS


async def test_a_message_longer_than_a_page_is_read_alone(server: RunningServer) -> None:
    visitor = await server.visitor()
    for words in ("x" * 100, "y" * 10, "z"):
        await visitor.says(words)
    async with server.app.services.database.read() as database:
        read = partial(messages.customer_page, database, visitor.session_id, limit=200)
        (first, more), (both, further) = await read(after=0, characters=50), await read(after=0, characters=110)
        assert ([one.seq for one in first], more) == ([1], True)
        assert ([one.seq for one in both], further) == ([1, 2], True)
        assert await read(after=3, characters=50) == ([], False)
