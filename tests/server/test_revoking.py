"""A visitor's tokens made void: at once, everywhere, for good; and blocks that reach every node."""

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.server.running import RunningServer, SignedIn, Visitor, running_server
from tests.server.sockets import Far, agent_socket, bare_visitor_socket, visitor_socket
from tms_tui.server.bus import Exchange, MemoryBus
from tms_tui.server.tokens import VISITOR


async def revoke(agent: SignedIn, visitor: Visitor) -> None:
    (await agent.http.post(f"/v1/chat/sessions/{visitor.session_id}/revoke")).raise_for_status()


async def reads(visitor: Visitor) -> tuple[int, str]:
    answer = await visitor.http.get("/v1/visitor/messages")
    return answer.status_code, answer.json().get("code", "")


async def writes(visitor: Visitor) -> tuple[int, str]:
    body = {"content": "again", "client_message_id": str(uuid.uuid4())}
    answer = await visitor.http.post("/v1/visitor/messages", json=body)
    return answer.status_code, answer.json().get("code", "")


VOID = (401, "token_revoked")


async def test_a_revoked_token_opens_nothing_any_more(server: RunningServer) -> None:
    dana, visitor, other = await server.sign_in(), await server.visitor(), await server.visitor()
    async with visitor_socket(server, visitor) as far, visitor_socket(server, other) as bystander:
        await revoke(dana, visitor)
        assert await far.close_code() == 4401
        said = await other.says("still here")
        assert (await bystander.until("chat_message"))["data"] == said
    assert (await reads(visitor), await writes(visitor)) == (VOID, VOID)
    async with bare_visitor_socket(server) as again:
        await again.says("auth", data={"token": visitor.token})
        assert await again.close_code() == 4401
    assert (await reads(other))[0] == 200


async def test_a_revoked_token_is_not_had_again_by_repeating_the_start(server: RunningServer) -> None:
    dana, name = await server.sign_in(), str(uuid.uuid4())
    visitor = await server.visitor(client_session_id=name)
    await revoke(dana, visitor)
    again = await server.visitor(client_session_id=name)
    assert again.session_id != visitor.session_id
    assert await reads(visitor) == VOID


async def test_a_blocked_customer_gets_no_token_by_repeating_the_start(server: RunningServer) -> None:
    dana, name = await server.sign_in(), str(uuid.uuid4())
    visitor = await server.visitor(client_session_id=name)
    await dana.http.post(f"/v1/chat/sessions/{visitor.session_id}/block", json={"scope": "conversation"})
    answer = await server.client().post("/v1/visitor/sessions", json={"client_session_id": name})
    assert (answer.status_code, answer.json()["code"]) == (403, "blocked")


async def test_tokens_of_before_hold_until_they_are_revoked(server: RunningServer) -> None:
    dana, visitor = await server.sign_in(), await server.visitor()
    old = server.app.services.tokens.issue(
        VISITOR, 60, sub=visitor.session_id, tenant_id="default", name="Ana", role="visitor", sid="c"
    )
    visitor.http.headers["Authorization"] = f"Bearer {old}"
    assert (await writes(visitor))[0] == 201
    await revoke(dana, visitor)
    assert await writes(visitor) == VOID


async def test_agents_hear_nothing_of_tokens_and_their_cursors_go_on(server: RunningServer) -> None:
    dana, visitor = await server.sign_in(), await server.visitor()
    async with agent_socket(server, dana) as far:
        cursor = (await far.until("connected"))["data"]["cursor"]
        await revoke(dana, visitor)
        await (await server.visitor()).says("next")
        assert await logged_until_a_message(far) == ["session_update", "chat_message"]
    missed = (await dana.http.get("/v1/chat/events", params={"after": cursor})).json()
    assert [one["type"] for one in missed["events"]] == ["session_update", "chat_message", "session_update"]
    async with agent_socket(server, dana, cursor) as far:
        assert await logged_until_a_message(far) == ["session_update", "chat_message"]


async def logged_until_a_message(far: Far) -> list[str]:
    """The kinds of frames that the log holds, up to the first message."""
    kinds: list[str] = []
    while "chat_message" not in kinds:
        frame = await far.hears()
        kinds += [frame["type"]] if frame.get("cursor") else []
    return kinds


Pair = tuple[RunningServer, RunningServer]


@pytest.fixture(params=["announced", "unheard"])
async def pair(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Pair]:
    """Two nodes over one store; of "unheard" ones neither hears what the other announces."""
    exchange = Exchange()
    buses = [MemoryBus(exchange if request.param == "announced" else None) for _ in range(2)]
    every = 30.0 if request.param == "announced" else 0.2
    async with (
        running_server(tmp_path, bus=buses[0], log_check=every) as one,
        running_server(tmp_path, bus=buses[1], log_check=every) as other,
    ):
        yield one, other


async def test_a_block_closes_the_sockets_at_every_node(pair: Pair) -> None:
    one, other = pair
    dana, visitor = await one.sign_in(), await one.visitor()
    async with visitor_socket(other, visitor) as far:
        await dana.http.post(f"/v1/chat/sessions/{visitor.session_id}/block", json={"scope": "conversation"})
        assert await far.close_code() == 4403
    async with bare_visitor_socket(other) as again:
        await again.says("auth", data={"token": visitor.token})
        assert await again.close_code() == 4403


async def test_a_revocation_closes_the_sockets_at_every_node(pair: Pair) -> None:
    one, other = pair
    dana, visitor = await one.sign_in(), await one.visitor()
    async with visitor_socket(other, visitor) as far:
        await revoke(dana, visitor)
        assert await far.close_code() == 4401
