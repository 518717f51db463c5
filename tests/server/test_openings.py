"""Customers' sockets are let in one after the other, network after network, and agents do not wait behind them."""

import asyncio
import contextlib
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.server.running import RunningServer, running_server
from tests.server.sockets import agent_socket
from tms_tui.server.fairqueue import FairQueue


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
