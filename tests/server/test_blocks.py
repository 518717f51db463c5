"""Customers kept out: what a block stops, how far it reaches, when it ends, and who hears of it."""

import contextlib
import uuid
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from tests.server.hand_clock import HandClock
from tests.server.place import Place
from tests.server.running import RunningServer, SignedIn, Visitor, running_server
from tests.server.sockets import Far, agent_socket, bare_visitor_socket, visitor_socket
from tms_tui.server.clock import timestamp
from tms_tui.server.networks import network

DAY = 86_400.0
ELSEWHERE = "127.0.0.9"


async def block(agent: SignedIn, visitor: Visitor, scope: str = "conversation", **rest: Any) -> httpx.Response:
    return await agent.http.post(f"/v1/chat/sessions/{visitor.session_id}/block", json={"scope": scope} | rest)


async def blocked(agent: SignedIn, visitor: Visitor, scope: str = "conversation", **rest: Any) -> dict[str, Any]:
    """The conversation as it is answered once it is blocked."""
    answer = await block(agent, visitor, scope, **rest)
    session: dict[str, Any] = answer.raise_for_status().json()
    return session


async def unblock(agent: SignedIn, visitor: Visitor, **body: Any) -> dict[str, Any]:
    answer = await agent.http.post(f"/v1/chat/sessions/{visitor.session_id}/unblock", json=body)
    session: dict[str, Any] = answer.raise_for_status().json()
    return session


async def shown(agent: SignedIn, visitor: Visitor) -> dict[str, Any]:
    found: dict[str, Any] = (await agent.http.get(f"/v1/chat/sessions/{visitor.session_id}")).json()
    return found


async def writes(visitor: Visitor, words: str = "again") -> tuple[int, str]:
    body = {"content": words, "client_message_id": str(uuid.uuid4())}
    answer = await visitor.http.post("/v1/visitor/messages", json=body)
    return answer.status_code, answer.json().get("code", "")


async def begins(server: RunningServer, address: str | None = None, **about: Any) -> tuple[int, str]:
    answer = await server.client(address).post("/v1/visitor/sessions", json=about)
    return answer.status_code, answer.json().get("code", "")


KEPT_OUT = (403, "blocked")
LET_IN = (201, "")


async def test_whoever_is_blocked_neither_writes_nor_reads_and_nothing_is_stored(server: RunningServer) -> None:
    dana, visitor = await server.sign_in(), await server.visitor()
    await visitor.says("spam")
    session = await blocked(dana, visitor, reason="spam")
    assert (session["blocked"]["scope"], session["blocked"]["reason"]) == ("conversation", "spam")
    assert (session["blocked"]["by_agent_id"], session["blocked"]["until"]) == (dana.user.id, None)
    assert await writes(visitor) == KEPT_OUT
    read = await visitor.http.get("/v1/visitor/messages")
    assert (read.status_code, read.json()["code"]) == KEPT_OUT
    assert "spam" not in read.text, "why is not the customer's to know"
    page = (await dana.http.get(f"/v1/chat/sessions/{visitor.session_id}/messages")).json()
    assert [one["content"] for one in page["messages"]] == ["spam"]


async def test_an_ended_conversation_stays_ended_whatever_the_blocked_customer_sends(server: RunningServer) -> None:
    dana, visitor = await server.sign_in(), await server.visitor()
    await visitor.says("spam")
    await dana.http.post(f"/v1/chat/sessions/{visitor.session_id}/status", json={"status": "ended"})
    await blocked(dana, visitor)
    assert await writes(visitor) == KEPT_OUT
    assert (await shown(dana, visitor))["status"] == "ended"


async def test_nobody_waits_who_is_blocked_and_does_again_once_they_are_not(server: RunningServer) -> None:
    dana, visitor = await server.sign_in(), await server.visitor()
    asked = await visitor.says("please")
    assert (await blocked(dana, visitor))["waiting_since"] is None
    assert (await unblock(dana, visitor))["waiting_since"] == asked["created_at"]


async def test_the_sockets_of_whoever_is_blocked_are_closed_and_stay_closed(server: RunningServer) -> None:
    dana, visitor, other = await server.sign_in(), await server.visitor(), await server.visitor()
    async with visitor_socket(server, visitor) as far, visitor_socket(server, other) as bystander:
        await blocked(dana, visitor)
        assert await far.close_code() == 4403
        await is_there(bystander, other)
    async with bare_visitor_socket(server) as again:
        await again.says("auth", data={"token": visitor.token})
        assert await again.close_code() == 4403
    await unblock(dana, visitor)
    async with visitor_socket(server, visitor):
        assert await writes(visitor) == LET_IN


async def is_there(far: Far, visitor: Visitor) -> None:
    said = await visitor.says("still here")
    assert (await far.until("chat_message"))["data"] == said


async def test_what_a_blocked_customer_types_and_reads_is_told_to_nobody(server: RunningServer) -> None:
    dana, visitor = await server.sign_in(), await server.visitor()
    body = {"content": "hello", "client_message_id": str(uuid.uuid4())}
    await dana.http.post(f"/v1/chat/sessions/{visitor.session_id}/messages", json=body)
    async with agent_socket(server, dana) as agent, visitor_socket(server, visitor) as far:
        await agent.until("connected")
        await blocked(dana, visitor)
        assert await far.close_code() == 4403
        async with bare_visitor_socket(server) as again:
            with contextlib.suppress(ConnectionClosed):  # the sooner the better
                await again.says("auth", data={"token": visitor.token})
                await again.says("typing_start")
                await again.says("read_receipt", data={"up_to": 1})
            assert await again.close_code() == 4403
        assert await kinds_so_far(agent) == {"session_update"}


async def kinds_so_far(far: Far) -> set[str]:
    """What kinds of frames came before the answer to one that nobody knows."""
    await far.says("unheard of")
    kinds: set[str] = set()
    while (kind := (await far.hears())["type"]) != "error":
        kinds.add(kind)
    return kinds - {"agent_presence"}


async def test_blocking_the_customer_reaches_every_conversation_under_their_email(server: RunningServer) -> None:
    dana = await server.sign_in()
    first = await server.visitor(email="Bob@example.com")
    second = await server.visitor(email="bob@example.com", address=ELSEWHERE)
    other = await server.visitor(email="rob@example.com")
    async with visitor_socket(server, second) as far:
        await blocked(dana, first, "customer")
        assert await far.close_code() == 4403
    assert await writes(first) == await writes(second) == KEPT_OUT
    assert (await shown(dana, second))["blocked"]["session_id"] == first.session_id
    for email in ("BOB@EXAMPLE.COM", "bob@example.com "):
        assert await begins(server, ELSEWHERE, email=email) == KEPT_OUT
    assert await begins(server, email="rob@example.com") == LET_IN
    assert await writes(other) == LET_IN
    assert (await shown(dana, other))["blocked"] is None


async def test_blocking_one_conversation_leaves_the_customers_others(server: RunningServer) -> None:
    dana = await server.sign_in()
    first, second = [await server.visitor(email="bob@example.com") for _ in range(2)]
    await blocked(dana, first)
    assert (await writes(first), await writes(second)) == (KEPT_OUT, LET_IN)
    assert await begins(server, email="bob@example.com") == LET_IN


async def test_blocking_the_address_reaches_whoever_comes_from_there_and_nobody_else(server: RunningServer) -> None:
    dana = await server.sign_in()
    visitor, neighbour = await server.visitor(), await server.visitor(email="good@example.com")
    afar = await server.visitor(address=ELSEWHERE)
    async with visitor_socket(server, neighbour) as near, visitor_socket(server, afar) as far:
        session = await blocked(dana, visitor, "address", reason="threats")
        assert await near.close_code() == 4403
        await is_there(far, afar)
    assert session["blocked"]["reason"] == "threats"
    assert await writes(neighbour) == KEPT_OUT
    beside = (await shown(dana, neighbour))["blocked"]
    assert (beside["scope"], beside["reason"]) == ("address", ""), "the threats were another's"
    assert await begins(server) == KEPT_OUT
    assert await begins(server, ELSEWHERE) == LET_IN
    moved = server.client(ELSEWHERE)
    moved.headers["Authorization"] = f"Bearer {visitor.token}"
    assert await writes(Visitor(visitor.session_id, visitor.token, moved)) == KEPT_OUT, "nor from another network"


async def test_a_socket_from_a_blocked_network_is_closed_wherever_its_customer_wrote_from(
    server: RunningServer,
) -> None:
    dana, visitor, roamer = await server.sign_in(), await server.visitor(), await server.visitor(address=ELSEWHERE)
    roamer.address = None
    async with visitor_socket(server, roamer) as far:
        await blocked(dana, visitor, "address")
        assert await far.close_code() == 4403


async def test_a_socket_is_closed_when_the_network_its_customer_wrote_from_meanwhile_is_blocked(
    server: RunningServer,
) -> None:
    dana, roamer, visitor = await server.sign_in(), await server.visitor(), await server.visitor(address=ELSEWHERE)
    moved = server.client(ELSEWHERE)
    moved.headers["Authorization"] = f"Bearer {roamer.token}"
    async with visitor_socket(server, roamer) as far:
        assert await writes(Visitor(roamer.session_id, roamer.token, moved)) == LET_IN
        await blocked(dana, visitor, "address")
        assert await far.close_code() == 4403


async def test_the_network_last_written_from_is_the_one_that_is_blocked(server: RunningServer) -> None:
    dana, visitor = await server.sign_in(), await server.visitor(address=ELSEWHERE)
    moved = server.client()
    moved.headers["Authorization"] = f"Bearer {visitor.token}"
    assert await writes(Visitor(visitor.session_id, visitor.token, moved)) == LET_IN
    await blocked(dana, visitor, "address")
    assert (await begins(server), await begins(server, ELSEWHERE)) == (KEPT_OUT, LET_IN)


async def test_a_block_goes_by_the_64_of_an_ipv6_address(server: RunningServer) -> None:
    known = server.app.services.identities
    one, beside, other = "2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "2001:db8:0:2::1"
    assert known.network(network(one)) == known.network(network(beside)) != known.network(network(other))


async def test_no_address_and_no_email_stands_in_the_tables_of_blocks(server: RunningServer) -> None:
    dana, visitor = await server.sign_in(), await server.visitor(email="bob@example.com", address=ELSEWHERE)
    for scope in ("customer", "address"):
        await blocked(dana, visitor, scope)
    async with server.app.services.database.read() as connection:
        stored = repr(list(await connection.exec_driver_sql("SELECT * FROM blocks")))
        networks = repr(list(await connection.exec_driver_sql("SELECT network_digest FROM sessions")))
    assert visitor.session_id in stored
    assert "bob@" not in stored
    assert ELSEWHERE not in stored + networks
    assert ELSEWHERE not in (await dana.http.get("/v1/chat/sessions")).text


async def test_all_agents_hear_that_a_conversation_is_blocked_and_that_it_is_not(server: RunningServer) -> None:
    dana, bo, visitor = await server.sign_in(), await server.sign_in("Bo"), await server.visitor()
    async with agent_socket(server, bo) as far:
        cursor = (await far.until("connected"))["data"]["cursor"]
        session = await blocked(dana, visitor, reason="threats")
        update = await far.until("session_update")
        assert update["data"]["blocked"] == session["blocked"]
        assert update["data"]["version"] == session["version"]
        await unblock(dana, visitor)
        assert (await far.until("session_update"))["data"]["blocked"] is None
    missed = (await bo.http.get("/v1/chat/events", params={"after": cursor})).json()["events"]
    assert [one["data"]["blocked"] is not None for one in missed] == [True, False]


async def test_a_block_that_stands_just_so_is_not_made_twice(server: RunningServer) -> None:
    dana, visitor = await server.sign_in(), await server.visitor(email="bob@example.com")
    for scope, changed in (("conversation", {"reason": "worse"}), ("customer", {}), ("address", {"reason": "other"})):
        first = await blocked(dana, visitor, scope, reason="spam")
        assert await blocked(dana, visitor, scope, reason="spam") == first
        await blocked(dana, visitor, scope, **{"reason": "spam"} | changed)
    standing = (await dana.http.get("/v1/chat/blocks")).json()["blocks"]
    assert sorted((one["scope"], one["reason"]) for one in standing) == [
        ("address", "other"),
        ("conversation", "worse"),
        ("customer", "spam"),
    ]
    for _ in range(2):
        assert (await unblock(dana, visitor))["blocked"] is None
    assert (await dana.http.get("/v1/chat/blocks")).json()["blocks"] == []


async def test_what_was_for_a_time_can_be_made_for_good(timed: RunningServer, clock: HandClock) -> None:
    dana, visitor = await timed.sign_in(), await timed.visitor()
    await blocked(dana, visitor, until=timestamp(clock.now() + 60))
    assert (await blocked(dana, visitor))["blocked"]["until"] is None
    assert len((await dana.http.get("/v1/chat/blocks")).json()["blocks"]) == 1


async def test_of_several_blocks_one_scope_alone_can_be_lifted(server: RunningServer) -> None:
    dana, visitor = await server.sign_in(), await server.visitor()
    await blocked(dana, visitor, "conversation")
    await blocked(dana, visitor, "address")
    assert (await unblock(dana, visitor, scope="address"))["blocked"]["scope"] == "conversation"
    assert await begins(server) == LET_IN
    assert await writes(visitor) == KEPT_OUT


async def test_unblocking_reaches_a_block_that_was_decided_on_another_conversation(server: RunningServer) -> None:
    dana = await server.sign_in()
    first, second = [await server.visitor(email="bob@example.com") for _ in range(2)]
    await blocked(dana, first, "customer")
    await unblock(dana, second)
    assert (await shown(dana, first))["blocked"] is None
    assert await writes(first) == LET_IN


async def test_a_block_ends_at_its_time_and_agents_hear_of_it(timed: RunningServer, clock: HandClock) -> None:
    dana, visitor = await timed.sign_in(), await timed.visitor()
    session = await blocked(dana, visitor, until=timestamp(clock.now() + 60))
    assert session["blocked"]["until"] == timestamp(clock.now() + 60)
    async with agent_socket(timed, dana) as far:
        await far.until("connected")
        clock.advance(59)
        assert await writes(visitor) == KEPT_OUT
        clock.advance(1)
        assert await writes(visitor) == LET_IN, "before anybody has looked"
        clock.advance(timed.settings.wake_check)
        while (await far.until("session_update"))["data"]["blocked"] is not None:
            pass
    assert (await dana.http.get("/v1/chat/blocks")).json()["blocks"] == []


async def test_an_address_is_kept_out_for_a_day_unless_it_is_said_and_never_for_good(
    timed: RunningServer, clock: HandClock
) -> None:
    dana, visitor = await timed.sign_in(), await timed.visitor()
    session = await blocked(dana, visitor, "address")
    assert session["blocked"]["until"] == timestamp(clock.now() + DAY)
    answer = await block(dana, visitor, "address", until=timestamp(clock.now() + 8 * DAY))
    assert (answer.status_code, answer.json()["details"]) == (422, {"field": "until"})
    assert "7 days" in answer.json()["error"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"scope": "everybody"}, "scope"),
        ({"scope": "conversation", "until": "soon"}, "until"),
        ({"scope": "conversation", "reason": "x" * 501}, "reason"),
        ({"scope": "conversation", "reason": "a\0b"}, "reason"),
    ],
)
async def test_a_block_that_makes_no_sense_is_refused(server: RunningServer, body: dict[str, str], field: str) -> None:
    dana, visitor = await server.sign_in(), await server.visitor()
    answer = await block(dana, visitor, **body)
    assert (answer.status_code, answer.json()["details"]) == (422, {"field": field})
    assert (await shown(dana, visitor))["blocked"] is None


async def test_an_end_that_is_past_by_the_servers_clock_is_refused(timed: RunningServer, clock: HandClock) -> None:
    dana, visitor = await timed.sign_in(), await timed.visitor()
    for until in (clock.now(), clock.now() - 3600):
        answer = await block(dana, visitor, until=timestamp(until))
        assert (answer.status_code, answer.json()["details"]) == (422, {"field": "until"})


async def test_one_block_is_lifted_by_its_own_id_and_a_strangers_cannot_be(server: RunningServer) -> None:
    dana, mallory = await server.sign_in(), await server.sign_in("Mallory", tenant="elsewhere")
    visitor = await server.visitor()
    await blocked(dana, visitor)
    [standing] = (await dana.http.get("/v1/chat/blocks")).json()["blocks"]
    assert (standing["customer_name"], standing["session_id"]) == ("Ana", visitor.session_id)
    assert (await mallory.http.get("/v1/chat/blocks")).json()["blocks"] == []
    address = f"/v1/chat/blocks/{standing['id']}"
    assert (await mallory.http.delete(address)).status_code == 404
    assert await writes(visitor) == KEPT_OUT
    assert [(await dana.http.delete(address)).status_code for _ in range(2)] == [204, 404]
    assert await writes(visitor) == LET_IN
    assert (await shown(dana, visitor))["blocked"] is None


async def test_a_conversation_reopened_shows_the_block_that_its_customer_got_meanwhile(server: RunningServer) -> None:
    dana = await server.sign_in()
    old, fresh = [await server.visitor(email="bob@example.com") for _ in range(2)]
    address = f"/v1/chat/sessions/{old.session_id}/status"
    await dana.http.post(address, json={"status": "ended"})
    await blocked(dana, fresh, "customer")
    assert (await dana.http.post(address, json={"status": "active"})).json()["blocked"]["scope"] == "customer"


async def test_everybody_of_a_large_office_is_marked_and_no_console_is_cut(place: Place) -> None:
    """More conversations than frames fit into a console's queue at once."""
    async with running_server(place, queue_frames=30) as server:
        dana = await server.sign_in()
        crowd = [await server.visitor() for _ in range(70)]
        async with agent_socket(server, dana) as far:
            await far.until("connected")
            await blocked(dana, crowd[0], "address")
            told = {(await far.until("session_update"))["data"]["id"] for _ in crowd}
        assert told == {one.session_id for one in crowd}
