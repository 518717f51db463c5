"""Conversations: listed, found, taken, passed on, ended, read; and never seen by another tenant."""

import asyncio
import uuid
from typing import Any

import pytest

from tests.server.running import RunningServer, SignedIn, Visitor

Session = dict[str, Any]


async def get(agent: SignedIn, session_id: str) -> Session:
    answer = await agent.http.get(f"/v1/chat/sessions/{session_id}")
    assert answer.status_code == 200, answer.text
    body: Session = answer.json()
    return body


async def change(agent: SignedIn, visitor: Visitor, what: str, **body: Any) -> tuple[int, Session]:
    answer = await agent.http.post(f"/v1/chat/sessions/{visitor.session_id}/{what}", json=body)
    return answer.status_code, answer.json()


async def names(agent: SignedIn, query: str = "") -> list[str]:
    answer = await agent.http.get(f"/v1/chat/sessions?{query}")
    assert answer.status_code == 200, answer.text
    return [one["customer"]["name"] for one in answer.json()["sessions"]]


async def test_a_new_conversation_carries_what_the_page_told(server: RunningServer) -> None:
    agent = await server.sign_in()
    visitor = await server.visitor(
        name="Zoë", email="z@example.com", page_url="https://shop/", locale="de", info={"plan": "pro", "n": 3}
    )
    session = await get(agent, visitor.session_id)
    customer = session["customer"]
    assert (customer["name"], customer["email"], customer["info"]) == ("Zoë", "z@example.com", {"plan": "pro", "n": 3})
    assert (session["status"], session["priority"], session["unread_count"]) == ("active", "normal", 0)
    assert session["waiting_since"] is None
    assert customer["online"] is False


async def test_the_list_is_newest_first_and_filtered(server: RunningServer) -> None:
    agent = await server.sign_in()
    ana, bea, cleo = [await server.visitor(name=name) for name in ("Ana", "Bea", "Cleo")]
    await ana.says("where is my parcel 50%")
    await change(agent, bea, "assign", agent_id=agent.user.id)
    await change(agent, cleo, "status", status="ended")
    assert await names(agent) == ["Ana", "Cleo", "Bea"]
    assert await names(agent, "status=active") == ["Ana", "Bea"]
    assert await names(agent, "status=ended&status=pending") == ["Cleo"]
    assert await names(agent, "status=active,ended") == ["Ana", "Cleo", "Bea"]
    assert await names(agent, "assigned=me") == ["Bea"]
    assert await names(agent, f"assigned={agent.user.id}") == ["Bea"]
    assert await names(agent, "assigned=any") == ["Bea"]
    assert await names(agent, "assigned=none") == ["Ana", "Cleo"]
    assert await names(agent, "q=PARCEL") == ["Ana"]
    assert await names(agent, "q=50%25") == ["Ana"]
    assert await names(agent, "q=5%25%25") == [], "a percent sign is a percent sign"
    assert await names(agent, "q=cle") == ["Cleo"]


@pytest.mark.parametrize(
    ("written", "sought"),
    [
        ("wo bleibt die LÖSUNG", "lösung"),
        ("wo bleibt die lösung", "LÖSUNG"),
        ("ГДЕ ПОСЫЛКА", "посылка"),
        ("caf\u00e9", "cafe\u0301"),
        ("cafe\u0301", "CAF\u00c9"),
        ("Hauptstraße 5", "HAUPTSTRASSE"),
    ],
)
async def test_a_search_goes_by_one_folding(server: RunningServer, written: str, sought: str) -> None:
    agent = await server.sign_in()
    said, named, mailed = [await server.visitor(**about) for about in ({}, {"name": written}, {"email": written})]
    await server.visitor(name="Bea")
    await said.says(written)
    listed = await agent.http.get("/v1/chat/sessions", params={"q": sought})
    assert {one["id"] for one in listed.json()["sessions"]} == {one.session_id for one in (said, named, mailed)}
    assert (await said.http.get("/v1/visitor/messages")).json()["messages"][0]["content"] == written


async def test_one_customer_by_e_mail_keeps_one_id(server: RunningServer) -> None:
    agent = await server.sign_in()
    first = await server.visitor(name="Ana", email="ana@example.com")
    await server.visitor(name="Ana again", email="ana@example.com")
    await server.visitor(name="Bea")
    customer = (await get(agent, first.session_id))["customer"]["id"]
    assert await names(agent, f"customer_id={customer}") == ["Ana again", "Ana"]


async def test_pages_of_the_list_miss_nothing(server: RunningServer) -> None:
    agent = await server.sign_in()
    for number in range(7):
        await server.visitor(name=f"{number}")
    seen: list[str] = []
    after = ""
    while True:
        query = {"limit": "3"} | ({"after": after} if after else {})
        body = (await agent.http.get("/v1/chat/sessions", params=query)).json()
        seen += [one["customer"]["name"] for one in body["sessions"]]
        if body["next"] is None:
            break
        after = body["next"]
    assert seen == [f"{number}" for number in range(6, -1, -1)]


async def test_an_unfit_query_is_refused(server: RunningServer) -> None:
    agent = await server.sign_in()
    bad = ("status=open", "limit=0", "limit=999", "after=%00", "after=abc", "after=AAAA", "q=%00", "assigned=%00")
    for query in bad:
        answer = await agent.http.get(f"/v1/chat/sessions?{query}")
        assert answer.status_code == 422, query


async def test_of_ten_who_take_it_one_gets_it(server: RunningServer) -> None:
    agents = [await server.sign_in(f"Agent {number}") for number in range(10)]
    visitor = await server.visitor()
    takes = [change(one, visitor, "assign", agent_id=one.user.id, expected_agent_id=None) for one in agents]
    answers = await asyncio.gather(*takes)
    won = [body for status, body in answers if status == 200]
    lost = [body for status, body in answers if status == 409]
    assert (len(won), len(lost)) == (1, 9)
    winner = won[0]["assigned_agent_id"]
    assert {one["code"] for one in lost} == {"already_assigned"}
    assert {one["session"]["assigned_agent_id"] for one in lost} == {winner}


async def test_a_conversation_is_passed_on_with_a_note_and_released(server: RunningServer) -> None:
    dana, bo, visitor = await server.sign_in("Dana"), await server.sign_in("Bo"), await server.visitor()
    status, session = await change(dana, visitor, "assign", agent_id=bo.user.id, note="knows the parcel")
    assert (status, session["assigned_agent_name"]) == (200, "Bo")
    assert session["assigned_at"] is not None
    status, session = await change(dana, visitor, "assign", agent_id=None, expected_agent_id=bo.user.id)
    assert (status, session["assigned_agent_id"], session["assigned_at"]) == (200, None, None)
    messages = (await bo.http.get(f"/v1/chat/sessions/{visitor.session_id}/messages")).json()["messages"]
    assert [(one["content"], one["is_private"], one["author_name"]) for one in messages] == [
        ("knows the parcel", True, "Dana")
    ]
    status, body = await change(dana, visitor, "assign", agent_id=str(uuid.uuid4()))
    assert (status, body["code"]) == (422, "unknown_agent")


async def test_the_customer_waits_until_answered_and_wakes_the_conversation(server: RunningServer) -> None:
    agent, visitor = await server.sign_in(), await server.visitor()
    first = await visitor.says("hello?")
    await visitor.says("anyone?")
    assert (await get(agent, visitor.session_id))["waiting_since"] == first["created_at"]
    post = f"/v1/chat/sessions/{visitor.session_id}/messages"
    note = {"content": "note", "client_message_id": str(uuid.uuid4()), "is_private": True}
    await agent.http.post(post, json=note)
    assert (await get(agent, visitor.session_id))["waiting_since"] == first["created_at"]
    await agent.http.post(post, json={"content": "hi", "client_message_id": str(uuid.uuid4())})
    assert (await get(agent, visitor.session_id))["waiting_since"] is None
    for status in ("pending", "ended"):
        await visitor.says("more")
        _, session = await change(agent, visitor, "status", status=status)
        assert session["status"] == status
        assert (session["ended_at"] is None) == (status == "pending")
        assert (session["waiting_since"] is None) == (status == "ended")
        await visitor.says("still there?")
        session = await get(agent, visitor.session_id)
        assert (session["status"], session["ended_at"]) == ("active", None)
        assert session["waiting_since"] is not None


async def test_a_customer_who_was_not_answered_still_waits_when_the_end_is_taken_back(server: RunningServer) -> None:
    agent, visitor = await server.sign_in(), await server.visitor()
    post = f"/v1/chat/sessions/{visitor.session_id}/messages"
    await visitor.says("hello?")
    await agent.http.post(post, json={"content": "hi", "client_message_id": str(uuid.uuid4())})
    asked = await visitor.says("my lamp is broken")
    await visitor.says("anyone?")
    note = {"content": "which lamp?", "client_message_id": str(uuid.uuid4()), "is_private": True}
    await agent.http.post(post, json=note)
    await change(agent, visitor, "status", status="ended")
    _, session = await change(agent, visitor, "status", status="active")
    assert session["waiting_since"] == asked["created_at"]
    await agent.http.post(post, json={"content": "a new one is on its way", "client_message_id": str(uuid.uuid4())})
    await change(agent, visitor, "status", status="ended")
    _, session = await change(agent, visitor, "status", status="pending")
    assert session["waiting_since"] is None, "they were answered before the end"


async def test_status_tags_and_priority_change_and_unfit_ones_are_refused(server: RunningServer) -> None:
    agent, visitor = await server.sign_in(), await server.visitor()
    until = "2030-01-31T12:00:00.000000Z"
    _, session = await change(agent, visitor, "status", status="pending", pending_until=until)
    assert (session["status"], session["pending_until"]) == ("pending", "2030-01-31T12:00:00.000000Z")
    _, session = await change(agent, visitor, "status", status="pending", pending_until="2030-01-31T14:00:00.5+02:00")
    assert session["pending_until"] == "2030-01-31T12:00:00.500000Z", "one spelling, so that text order is time order"
    address = f"/v1/chat/sessions/{visitor.session_id}"
    session = (await agent.http.patch(address, json={"tags": ["vip", "vip", "späti"]})).json()
    assert session["tags"] == ["vip", "späti"]
    newer = (await agent.http.patch(address, json={"priority": "urgent"})).json()
    assert (newer["priority"], newer["tags"]) == ("urgent", ["vip", "späti"])
    assert newer["version"] > session["version"]
    bad: list[Any] = [{"tags": [" "]}, {"tags": ["x"] * 21}, {"priority": "high!"}, {"tags": ["\0"]}, {"tags": None}]
    for body in bad:
        assert (await agent.http.patch(address, json=body)).status_code == 422, body
    assert (await change(agent, visitor, "status", status="open"))[0] == 422
    for wrong in ("tomorrow", "2030-02-30T12:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z"):
        assert (await change(agent, visitor, "status", status="pending", pending_until=wrong))[0] == 422, wrong


async def test_unread_is_counted_for_each_agent(server: RunningServer) -> None:
    dana, bo, visitor = await server.sign_in("Dana"), await server.sign_in("Bo"), await server.visitor()
    for words in ("one", "two", "three"):
        await visitor.says(words)
    address = f"/v1/chat/sessions/{visitor.session_id}/read"
    assert (await dana.http.post(address, json={"up_to": 2})).status_code == 204
    assert (await get(dana, visitor.session_id))["unread_count"] == 1
    assert (await dana.http.post(address, json={"up_to": 1})).status_code == 204, "never back"
    assert (await get(dana, visitor.session_id))["unread_count"] == 1
    assert (await get(bo, visitor.session_id))["unread_count"] == 3
    await dana.http.post(address, json={"up_to": 1_000_000})
    await visitor.says("four")
    listed = (await dana.http.get("/v1/chat/sessions")).json()["sessions"]
    assert [one["unread_count"] for one in listed] == [1]
    assert (await visitor.http.get("/v1/visitor/messages")).json()["seen_up_to"] == 3


async def test_marking_unread_moves_ones_own_mark_back_and_nobody_elses(server: RunningServer) -> None:
    dana, bo, visitor = await server.sign_in("Dana"), await server.sign_in("Bo"), await server.visitor()
    for words in ("one", "two", "three"):
        await visitor.says(words)
    address = f"/v1/chat/sessions/{visitor.session_id}"
    await dana.http.post(f"{address}/messages", json={"content": "hi", "client_message_id": str(uuid.uuid4())})
    for agent in (dana, bo):
        await agent.http.post(f"{address}/read", json={"up_to": 4})
    unread = await dana.http.post(f"{address}/unread", json={})
    assert (unread.status_code, unread.json()["unread_count"]) == (200, 1)
    assert (await dana.http.post(f"{address}/unread", json={"from_seq": 4})).json()["unread_count"] == 1
    assert (await dana.http.post(f"{address}/unread", json={"from_seq": 2})).json()["unread_count"] == 2
    assert (await dana.http.post(f"{address}/unread", json={"from_seq": 3})).json()["unread_count"] == 2, (
        "never forward"
    )
    assert (await get(dana, visitor.session_id))["unread_count"] == 2
    assert (await get(bo, visitor.session_id))["unread_count"] == 0
    assert (await visitor.http.get("/v1/visitor/messages")).json()["seen_up_to"] == 4, "the customer is not told"
    assert (await dana.http.post(f"{address}/unread", json={"from_seq": 0})).status_code == 422
    silent = await server.visitor()
    answer = await dana.http.post(f"/v1/chat/sessions/{silent.session_id}/unread", json={})
    assert (answer.status_code, answer.json()["unread_count"]) == (200, 0)


async def test_what_another_tenant_owns_is_not_there(server: RunningServer) -> None:
    stranger = await server.sign_in("Eve", tenant="elsewhere")
    own = await server.sign_in("Dana")
    visitor = await server.visitor()
    await visitor.says("mine")
    before = await get(own, visitor.session_id)
    address = f"/v1/chat/sessions/{visitor.session_id}"
    body = {"content": "x", "client_message_id": str(uuid.uuid4())}
    calls: list[tuple[str, str, Any]] = [
        ("GET", "", None),
        ("PATCH", "", {"priority": "low"}),
        ("GET", "/messages", None),
        ("POST", "/messages", body),
        ("POST", "/assign", {"agent_id": stranger.user.id}),
        ("POST", "/status", {"status": "ended"}),
        ("POST", "/read", {"up_to": 1}),
        ("POST", "/unread", {}),
    ]
    for method, rest, json in calls:
        foreign = await stranger.http.request(method, address + rest, json=json)
        unknown = await stranger.http.request(method, f"/v1/chat/sessions/{uuid.uuid4()}{rest}", json=json)
        malformed = await stranger.http.request(method, f"/v1/chat/sessions/%00..%2f{rest}", json=json)
        assert foreign.status_code == unknown.status_code == malformed.status_code == 404, rest
        assert foreign.json() == unknown.json() == malformed.json()
    assert await names(stranger) == []
    assert (await stranger.http.get("/v1/chat/events?after=0")).json()["events"] == []
    assert len((await stranger.http.get("/v1/agents")).json()["agents"]) == 1
    assert (await change(own, visitor, "assign", agent_id=stranger.user.id))[0] == 422
    assert await get(own, visitor.session_id) == before


async def test_every_agents_route_asks_for_a_token(server: RunningServer) -> None:
    nobody = server.client()
    one = f"/v1/chat/sessions/{uuid.uuid4()}"
    gets = ("/v1/auth/me", "/v1/agents", "/v1/chat/sessions", one, f"{one}/messages", "/v1/chat/events")
    posts = [f"{one}/{what}" for what in ("messages", "assign", "status", "read")]
    for address in (*gets, "/v1/chat/canned-responses", "/v1/visitor/messages"):
        assert (await nobody.get(address)).json()["code"] == "no_token", address
    for address in (*posts, "/v1/auth/logout", "/v1/agents/me/metrics", "/v1/visitor/messages"):
        assert (await nobody.post(address)).json()["code"] == "no_token", address
    assert (await nobody.put("/v1/agents/me/availability")).status_code == 401
