"""The server's clock is set back while agents and customers are there: nobody is signed out, nobody has timed out."""

from typing import Final

import pytest

from tests.server.hand_clock import HandClock
from tests.server.place import Place
from tests.server.running import RunningServer, SignedIn, Visitor, running_server
from tests.server.sockets import agent_socket, visitor_socket

each_step: Final = pytest.mark.parametrize("back", [600.0, 660.0, 7200.0, 30 * 86_400.0])
"""Seconds."""


async def me(server: RunningServer, token: str) -> str:
    """ "ok", or why not."""
    answer = await server.client().get("/v1/auth/me", headers={"Authorization": f"Bearer {token}"})
    return "ok" if answer.status_code == 200 else str(answer.json()["code"])


async def renewed(server: RunningServer, token: str) -> dict[str, str]:
    answer = await server.client().post("/v1/auth/refresh", json={"refresh_token": token})
    body: dict[str, str] = answer.json()
    return body


async def visit(visitor: Visitor) -> str:
    answer = await visitor.http.get("/v1/visitor/messages")
    return "ok" if answer.status_code == 200 else str(answer.json()["code"])


async def both(server: RunningServer) -> tuple[SignedIn, Visitor]:
    return await server.sign_in(), await server.visitor()


@each_step
async def test_agents_and_customers_stay_in_over_http(timed: RunningServer, clock: HandClock, back: float) -> None:
    agent, visitor = await both(timed)
    clock.advance(-back)
    assert (await me(timed, agent.access_token), await visit(visitor)) == ("ok", "ok")
    await visitor.says("still here")


@each_step
async def test_a_sign_in_is_renewed_and_a_spent_token_ends_it_still(
    timed: RunningServer, clock: HandClock, back: float
) -> None:
    agent = await timed.sign_in()
    clock.advance(-back)
    fresh = await renewed(timed, agent.refresh_token)
    assert await me(timed, fresh["access_token"]) == "ok"
    assert (await renewed(timed, agent.refresh_token))["code"] == "token_revoked"
    assert await me(timed, fresh["access_token"]) == "token_revoked"


@each_step
async def test_open_sockets_stay_and_new_ones_are_let_in(timed: RunningServer, clock: HandClock, back: float) -> None:
    agent, visitor = await both(timed)
    async with agent_socket(timed, agent) as far:
        await far.until("connected")
        clock.advance(-back)
        async with visitor_socket(timed, visitor) as page, agent_socket(timed, agent) as again:
            await again.until("connected")
            await visitor.says("is somebody there?")
            for one in (far, again, page):
                await one.until("chat_message", content="is somebody there?")


@each_step
async def test_its_end_still_binds(timed: RunningServer, clock: HandClock, back: float) -> None:
    agent, visitor = await both(timed)
    clock.advance(-back)
    clock.advance(back + timed.settings.access_seconds + timed.settings.leeway + 1)
    assert await me(timed, agent.access_token) == "token_expired"
    clock.advance(timed.settings.visitor_seconds)
    assert await visit(visitor) == "token_expired"
    assert (await renewed(timed, agent.refresh_token))["code"] == "token_expired"


async def test_what_a_node_issued_whose_clock_is_ahead_is_good_on_the_others(place: Place) -> None:
    ahead, right = HandClock(), HandClock()
    ahead.advance(3600)
    async with running_server(place, clock=ahead) as one, running_server(place, clock=right) as other:
        agent = await one.sign_in()
        assert await me(other, agent.access_token) == "ok"
        fresh = await renewed(other, agent.refresh_token)
        assert await me(other, fresh["access_token"]) == "ok"


async def test_a_sign_in_that_is_over_elsewhere_is_not_remembered_for_longer(place: Place) -> None:
    clock = HandClock()
    async with running_server(place, clock=HandClock()) as one, running_server(place, clock=clock) as other:
        agent = await one.sign_in()
        assert await me(other, agent.access_token) == "ok"
        await agent.http.post("/v1/auth/logout")
        clock.advance(-600)
        assert await me(other, agent.access_token) == "token_revoked"
