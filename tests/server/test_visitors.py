"""The customer's side: one conversation, no note, no other door."""

import asyncio
import uuid
from typing import Any

from tests.server.hand_clock import HandClock
from tests.server.place import Place
from tests.server.running import RunningServer, SignedIn, Visitor, running_server
from tests.server.sockets import agent_socket, bare_visitor_socket, visitor_socket
from tms_tui.server.settings import Rate


async def reply(agent: SignedIn, visitor: Visitor, content: str, **rest: Any) -> dict[str, Any]:
    body = {"content": content, "client_message_id": str(uuid.uuid4())} | rest
    answer = await agent.http.post(f"/v1/chat/sessions/{visitor.session_id}/messages", json=body)
    message: dict[str, Any] = answer.raise_for_status().json()
    return message


async def test_both_sides_talk_and_notes_stay_inside(server: RunningServer) -> None:
    dana, visitor, other = await server.sign_in(), await server.visitor(), await server.visitor()
    async with visitor_socket(server, visitor) as far:
        mine = await visitor.says("hello")
        assert (await far.until("chat_message"))["data"] == mine
        await reply(dana, visitor, "a secret", is_private=True)
        await reply(dana, other, "for another customer")
        await dana.http.post(
            f"/v1/chat/sessions/{visitor.session_id}/assign", json={"agent_id": None, "note": "also secret"}
        )
        await dana.http.patch(f"/v1/chat/sessions/{visitor.session_id}", json={"tags": ["difficult"]})
        theirs = await reply(dana, visitor, "hi Ana")
        frame = await far.hears()
        assert (frame["type"], frame["data"]) == ("chat_message", theirs)
    answer = (await visitor.http.get("/v1/visitor/messages")).json()
    assert [one["content"] for one in answer["messages"]] == ["hello", "hi Ana"]
    newer = (await visitor.http.get("/v1/visitor/messages?after=1&limit=1")).json()
    assert ([one["content"] for one in newer["messages"]], newer["has_more"]) == (["hi Ana"], False)


async def test_a_start_asked_for_twice_is_one_conversation(server: RunningServer) -> None:
    dana = await server.sign_in()
    body = {"name": "Nora", "client_session_id": str(uuid.uuid4())}
    async with server.client() as page:
        answers = await asyncio.gather(*(page.post("/v1/visitor/sessions", json=body) for _ in range(5)))
        assert sorted(one.status_code for one in answers) == [200, 200, 200, 200, 201]
        assert len({one.json()["session_id"] for one in answers}) == 1
        other = await page.post("/v1/visitor/sessions", json=body | {"client_session_id": str(uuid.uuid4())})
        assert other.json()["session_id"] != answers[0].json()["session_id"]
        said = {"content": "hello", "client_message_id": str(uuid.uuid4())}
        for one in answers:
            bearer = {"Authorization": f"Bearer {one.json()['visitor_token']}"}
            assert (await page.post("/v1/visitor/messages", json=said, headers=bearer)).is_success
    listed = (await dana.http.get("/v1/chat/sessions")).json()["sessions"]
    assert {one["id"] for one in listed} == {answers[0].json()["session_id"], other.json()["session_id"]}


async def test_a_start_named_by_no_uuid_is_refused(server: RunningServer) -> None:
    async with server.client() as page:
        answer = await page.post("/v1/visitor/sessions", json={"client_session_id": "first"})
        assert (answer.status_code, answer.json()["details"]) == (422, {"field": "client_session_id"})
        assert (await (await server.sign_in()).http.get("/v1/chat/sessions")).json()["sessions"] == []


async def test_typing_goes_both_ways(server: RunningServer) -> None:
    dana, visitor, other = await server.sign_in(), await server.visitor(), await server.visitor()
    async with (
        agent_socket(server, dana) as far,
        visitor_socket(server, visitor) as far_visitor,
        visitor_socket(server, other) as far_other,
    ):
        await far.hears()
        await far_visitor.says("typing_start")
        frame = await far.until("typing_start")
        assert (frame["session_id"], frame["from_type"]) == (visitor.session_id, "visitor")
        assert (frame["data"]["author_type"], frame["data"]["author_name"]) == ("visitor", "Ana")
        await far.says("typing_start", session_id=visitor.session_id)
        assert (await far_visitor.hears())["data"]["author_type"] == "agent"
        await far.says("typing_start", session_id=other.session_id)
        assert (await far_other.hears())["session_id"] == other.session_id, "and nothing before"


async def test_seen_goes_both_ways(server: RunningServer) -> None:
    dana, visitor = await server.sign_in(), await server.visitor()
    await visitor.says("hello")
    async with agent_socket(server, dana) as far, visitor_socket(server, visitor) as far_visitor:
        await far.hears()
        await dana.http.post(f"/v1/chat/sessions/{visitor.session_id}/read", json={"up_to": 1})
        assert (await far_visitor.until("read_receipt"))["data"] == {"reader_type": "agent", "up_to": 1}
        await reply(dana, visitor, "hi")
        await far_visitor.says("read_receipt", data={"up_to": 999})
        receipt = await far.until("read_receipt")
        assert receipt["data"] == {"reader_type": "visitor", "up_to": 2}
        assert receipt["cursor"] is not None
        for bad in ({"up_to": -1}, {"up_to": "x"}, {}, {"up_to": 10**30, "x": 1}):
            await far_visitor.says("read_receipt", data=bad)
        errors = [(await far_visitor.until("error"))["data"]["code"] for _ in range(3)]
        assert errors == ["invalid_field", "bad_data", "bad_data"]
    messages = (await dana.http.get(f"/v1/chat/sessions/{visitor.session_id}/messages")).json()["messages"]
    assert [one["read_by_visitor_at"] is not None for one in messages] == [False, True]
    async with bare_visitor_socket(server) as again:
        await again.says("auth", data={"token": visitor.token})
        assert (await again.hears())["data"]["seen_up_to"] == 1


async def test_agents_see_the_customer_come_and_go(place: Place, clock: HandClock) -> None:
    grace, pace = 7, 4  # seconds; nothing else in the server waits as long
    async with running_server(place, clock=clock, visitor_grace=grace, customer_seen_every=pace) as timed:
        dana, visitor = await timed.sign_in(), await timed.visitor()
        async with agent_socket(timed, dana) as far:
            async with visitor_socket(timed, visitor):
                update = await far.until("session_update", id=visitor.session_id)
                assert update["data"]["customer"]["online"] is True
            await clock.someone_sleeps_until(grace)
            async with visitor_socket(timed, visitor):
                clock.advance(grace)
            await clock.someone_sleeps_until(2 * grace)
            await clock.someone_sleeps_until(grace + pace)
            clock.advance(grace)
            update = await far.until("session_update", id=visitor.session_id)
            assert update["data"]["customer"]["online"] is False, "the reload in between was no absence"


async def test_a_restart_finds_out_who_is_gone(place: Place, clock: HandClock) -> None:
    async with running_server(place, clock=clock) as server:
        dana, visitor = await server.sign_in(), await server.visitor()
        async with visitor_socket(server, visitor):
            await server.stop()
        await server.start()
        async with agent_socket(server, dana) as far:
            assert (await far.hears())["type"] == "connected"
            await clock.someone_sleeps_until(5)
            clock.advance(5)
            update = await far.until("session_update", id=visitor.session_id)
            assert update["data"]["customer"]["online"] is False


async def test_a_socket_that_does_not_say_who_it_is_is_closed(timed: RunningServer, clock: HandClock) -> None:
    dana, visitor = await timed.sign_in(), await timed.visitor()
    async with bare_visitor_socket(timed) as far:
        await clock.someone_sleeps_until(5)
        clock.advance(5)
        assert await far.close_code() == 4401
    for first in ('{"type":"typing_start"}', "rubbish", f'{{"type":"auth","data":{{"token":"{dana.access_token}"}}}}'):
        async with bare_visitor_socket(timed) as far:
            await far.socket.send(first)
            assert await far.close_code() == 4401
    clock.advance(8 * 24 * 3600)
    async with bare_visitor_socket(timed) as far:
        await far.says("auth", data={"token": visitor.token})
        assert await far.close_code() == 4401
    answer = await visitor.http.get("/v1/visitor/messages")
    assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")


async def test_fifty_sends_of_one_intent_store_one_message(server: RunningServer) -> None:
    visitor = await server.visitor()
    mine = str(uuid.uuid4())
    answers = await asyncio.gather(*(visitor.says("once", mine) for _ in range(50)))
    assert len({one["id"] for one in answers}) == 1
    assert len((await visitor.http.get("/v1/visitor/messages")).json()["messages"]) == 1


async def test_what_a_page_tells_is_checked(server: RunningServer) -> None:
    nobody = server.client()
    bad: list[dict[str, Any]] = [
        {"name": "a\0b"},
        {"name": "x" * 201},
        {"email": "e\0"},
        {"page_url": "h" * 2001},
        {"locale": "x" * 36},
        {"info": {"deep": {"er": 1}}},
        {"info": {"n": 10**30}},
        {"info": {"n": 1e30}},
        {"info": {"a\0": 1}},
        {"info": {f"{number}": 1 for number in range(51)}},
        {"info": []},
    ]
    for body in bad:
        answer = await nobody.post("/v1/visitor/sessions", json=body)
        assert answer.status_code == 422, body
    answer = await nobody.post("/v1/visitor/sessions", json={"name": " ", "unknown": "ignored"})
    assert answer.status_code == 201
    dana = await server.sign_in()
    listed = (await dana.http.get("/v1/chat/sessions")).json()["sessions"]
    assert [one["customer"]["name"] for one in listed] == ["Visitor"]


async def test_one_address_may_not_start_conversations_without_end(place: Place) -> None:
    async with running_server(place, visitor_session_rate=Rate(0.01, 2)) as server:
        nobody = server.client()
        statuses = [(await nobody.post("/v1/visitor/sessions", json={})).status_code for _ in range(3)]
        assert statuses == [201, 201, 429]
        forged = {"X-Forwarded-For": "10.9.8.7"}
        assert (await nobody.post("/v1/visitor/sessions", json={}, headers=forged)).status_code == 429
