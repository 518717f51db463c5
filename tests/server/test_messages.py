"""Messages: stored once, refused in words, guarded against talking past each other."""

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx

from tests.server.hand_clock import HandClock
from tests.server.running import RunningServer, SignedIn, running_server
from tests.server.sockets import event_number
from tms_tui.server.settings import Rate


def new_id() -> str:
    return str(uuid.uuid4())


async def say(agent: SignedIn, session_id: str, content: str, **rest: Any) -> httpx.Response:
    body = {"content": content, "client_message_id": new_id()} | rest
    return await agent.http.post(f"/v1/chat/sessions/{session_id}/messages", json=body)


async def page(agent: SignedIn, session_id: str, **query: Any) -> dict[str, Any]:
    answer = await agent.http.get(f"/v1/chat/sessions/{session_id}/messages", params=query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_a_message_is_answered_with_what_was_stored(server: RunningServer) -> None:
    agent, visitor = await server.sign_in(), await server.visitor()
    mine = new_id()
    answer = await say(agent, visitor.session_id, "Hello\nAna \u202e", client_message_id=mine)
    assert answer.status_code == 201
    message = answer.json()
    assert message["content"] == "Hello\nAna \u202e", "cleaning is the reader's work"
    assert message["seq"] == 1
    assert message["client_message_id"] == mine
    assert (message["author_type"], message["author_id"]) == ("agent", agent.user.id)
    assert (await page(agent, visitor.session_id))["messages"] == [message]


async def test_fifty_posts_of_one_intent_store_one_message(server: RunningServer) -> None:
    agent, visitor = await server.sign_in(), await server.visitor()
    mine = new_id()
    posts = [say(agent, visitor.session_id, "once", client_message_id=mine) for _ in range(50)]
    answers = await asyncio.gather(*posts)
    assert sorted(one.status_code for one in answers) == [200] * 49 + [201]
    assert len({one.text for one in answers}) == 1
    assert len((await page(agent, visitor.session_id))["messages"]) == 1


async def test_a_known_intent_is_answered_even_after_the_end(server: RunningServer) -> None:
    agent, visitor = await server.sign_in(), await server.visitor()
    mine = new_id()
    first = await say(agent, visitor.session_id, "bye", client_message_id=mine)
    await agent.http.post(f"/v1/chat/sessions/{visitor.session_id}/status", json={"status": "ended"})
    again = await say(agent, visitor.session_id, "bye", client_message_id=mine)
    assert (again.status_code, again.json()) == (200, first.json())
    refused = await say(agent, visitor.session_id, "one more")
    assert (refused.status_code, refused.json()["code"]) == (409, "session_ended")


async def test_two_authors_may_use_one_id(server: RunningServer) -> None:
    agent, visitor = await server.sign_in(), await server.visitor()
    mine = new_id()
    assert (await say(agent, visitor.session_id, "from the agent", client_message_id=mine)).status_code == 201
    assert (await visitor.says("from the customer", mine))["seq"] == 2


async def test_unfit_texts_are_refused_on_both_sides(server: RunningServer) -> None:
    agent, visitor = await server.sign_in(), await server.visitor()
    agents = (agent.http, f"/v1/chat/sessions/{visitor.session_id}/messages")
    for http, address in (agents, (visitor.http, "/v1/visitor/messages")):
        for content in ("", " \n\t", "\u2003\u00a0", "a\0b", "x" * 8001):
            answer = await http.post(address, json={"content": content, "client_message_id": new_id()})
            assert (answer.status_code, answer.json()["details"]) == (422, {"field": "content"})
    assert (await page(agent, visitor.session_id))["messages"] == []


UNREADABLE = (
    b'{"content":"\\ud800","client_message_id":"ID"}',
    b'{"content":"\xed\xa0\x80","client_message_id":"ID"}',
    b'{"content":["a"],"client_message_id":"ID"}',
    b'{"content":"a"}',
    b'{"content":"a","client_message_id":"1234"}',
    b'{"content":"a","client_message_id":null}',
    b'{"content":"a","client_message_id":"ID","is_private":"yes"}',
    b'{"content":"a","client_message_id":"ID","if_last_seq":' + b"9" * 5000 + b"}",
    b'{"content":"a","client_message_id":"ID","x":' + b"[" * 10_000,
    b"",
    b"null",
    b"NaN",
    b"\xff\xfe",
)


async def test_unreadable_bodies_are_refused(server: RunningServer) -> None:
    agent, visitor = await server.sign_in(), await server.visitor()
    address = f"/v1/chat/sessions/{visitor.session_id}/messages"
    for body in UNREADABLE:
        content, headers = body.replace(b"ID", new_id().encode()), {"Content-Type": "application/json"}
        answer = await agent.http.post(address, content=content, headers=headers)
        assert answer.status_code == 422, body[:60]
        assert answer.json()["code"] in ("invalid_body", "invalid_field")
    assert (await page(agent, visitor.session_id))["messages"] == []


async def test_absurd_numbers_are_only_numbers(server: RunningServer) -> None:
    agent, visitor = await server.sign_in(), await server.visitor()
    for number in (10**18, 10**19, 10**400, -(10**19)):
        assert (await say(agent, visitor.session_id, "x", if_last_seq=number)).status_code == 201
        read = await agent.http.post(f"/v1/chat/sessions/{visitor.session_id}/read", json={"up_to": number})
        assert read.status_code == (204 if number > 0 else 422)


async def test_the_longest_message_fits_and_a_larger_body_does_not(server: RunningServer) -> None:
    agent, visitor = await server.sign_in(), await server.visitor()
    assert (await say(agent, visitor.session_id, "x" * 8000)).status_code == 201
    answer = await say(agent, visitor.session_id, "x" * 65_536)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_messages_come_in_pages_both_ways(server: RunningServer) -> None:
    agent, visitor = await server.sign_in(), await server.visitor()
    for number in range(1, 8):
        await visitor.says(f"{number}")

    def seqs(body: dict[str, Any]) -> list[int]:
        return [one["seq"] for one in body["messages"]]

    newest = await page(agent, visitor.session_id, limit=3)
    assert (seqs(newest), newest["has_more"]) == ([5, 6, 7], True)
    older = await page(agent, visitor.session_id, before=5, limit=3)
    assert (seqs(older), older["has_more"]) == ([2, 3, 4], True)
    oldest = await page(agent, visitor.session_id, before=2, limit=3)
    assert (seqs(oldest), oldest["has_more"]) == ([1], False)
    newer = await page(agent, visitor.session_id, after=2, limit=3)
    assert (seqs(newer), newer["has_more"]) == ([3, 4, 5], True)
    rest = await page(agent, visitor.session_id, after=5)
    assert (seqs(rest), rest["has_more"]) == ([6, 7], False)


async def test_a_page_with_an_unfit_place_or_size_is_refused(server: RunningServer) -> None:
    agent, visitor = await server.sign_in(), await server.visitor()
    huge = "before=" + "9" * 30
    for query in ("limit=0", "limit=201", "limit=x", "after=-1", "after=1.5", huge, "after=1&before=2"):
        answer = await agent.http.get(f"/v1/chat/sessions/{visitor.session_id}/messages?{query}")
        assert answer.status_code == 422, query


async def test_a_colleagues_newer_reply_holds_up_a_stale_one(server: RunningServer) -> None:
    dana, bo, visitor = await server.sign_in("Dana"), await server.sign_in("Bo"), await server.visitor()
    await visitor.says("help")
    assert (await say(bo, visitor.session_id, "on it", if_last_seq=1)).status_code == 201
    stale = await say(dana, visitor.session_id, "on it too", if_last_seq=1)
    assert (stale.status_code, stale.json()["code"]) == (409, "conversation_moved")
    assert (await say(dana, visitor.session_id, "as Bo says", if_last_seq=2)).status_code == 201
    assert (await say(dana, visitor.session_id, "and more", if_last_seq=2)).status_code == 201, "only her own"


async def test_customers_and_notes_do_not_hold_up_a_reply(server: RunningServer) -> None:
    dana, bo, visitor = await server.sign_in("Dana"), await server.sign_in("Bo"), await server.visitor()
    await visitor.says("help")
    await say(bo, visitor.session_id, "a note", is_private=True)
    await visitor.says("please")
    assert (await say(dana, visitor.session_id, "here", if_last_seq=1)).status_code == 201


async def test_a_colleagues_fresh_change_of_status_holds_up_a_reply(timed: RunningServer) -> None:
    dana, bo, visitor = await timed.sign_in("Dana"), await timed.sign_in("Bo"), await timed.visitor()
    await visitor.says("help")
    await bo.http.post(f"/v1/chat/sessions/{visitor.session_id}/status", json={"status": "pending"})
    stale = await say(dana, visitor.session_id, "hello", if_last_seq=1)
    assert stale.json()["code"] == "conversation_moved"
    assert (await say(bo, visitor.session_id, "my own change", if_last_seq=1)).status_code == 201
    assert (await say(dana, visitor.session_id, "hello", if_last_seq=2)).status_code == 201


async def test_an_old_change_of_status_does_not(timed: RunningServer, clock: HandClock) -> None:
    dana, bo, visitor = await timed.sign_in("Dana"), await timed.sign_in("Bo"), await timed.visitor()
    await visitor.says("help")
    await bo.http.post(f"/v1/chat/sessions/{visitor.session_id}/status", json={"status": "pending"})
    clock.advance(61)
    assert (await say(dana, visitor.session_id, "hello", if_last_seq=1)).status_code == 201


async def test_too_many_sends_are_told_when_to_come_back(tmp_path: Path, clock: HandClock) -> None:
    async with running_server(
        tmp_path, clock=clock, agent_send_rate=Rate(1, 2), visitor_send_rate=Rate(1, 1)
    ) as server:
        agent, visitor = await server.sign_in(), await server.visitor()
        answers = [await say(agent, visitor.session_id, "x") for _ in range(3)]
        assert [one.status_code for one in answers] == [201, 201, 429]
        assert int(answers[-1].headers["Retry-After"]) >= 1
        clock.advance(1)
        assert (await say(agent, visitor.session_id, "x")).status_code == 201
        body = {"content": "x", "client_message_id": new_id()}
        statuses = [(await visitor.http.post("/v1/visitor/messages", json=body)).status_code for _ in range(2)]
        assert statuses == [201, 429]


async def test_parallel_senders_leave_no_gap_and_no_double(server: RunningServer) -> None:
    dana, bo, visitor = await server.sign_in("Dana"), await server.sign_in("Bo"), await server.visitor()
    work: list[Callable[[], Awaitable[Any]]] = [
        lambda: say(dana, visitor.session_id, "d"),
        lambda: say(bo, visitor.session_id, "b"),
        lambda: visitor.says("v"),
    ]
    await asyncio.gather(*(one() for one in work * 10))
    seqs = [one["seq"] for one in (await page(dana, visitor.session_id, limit=200))["messages"]]
    assert seqs == list(range(1, 31))
    events = (await dana.http.get("/v1/chat/events", params={"after": "0", "limit": "200"})).json()["events"]
    assert [event_number(one["cursor"]) for one in events] == list(range(1, len(events) + 1))
    logged = [one["data"]["seq"] for one in events if one["type"] == "chat_message"]
    assert logged == seqs
    assert json.loads(json.dumps(events)) == events
