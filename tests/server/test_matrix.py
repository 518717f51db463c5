"""The authorisation matrix: each cell's answer, and that a refused one changed and told nothing."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.server.hand_clock import HandClock
from tests.server.matrix import (
    AGENT_FRAMES,
    AGENTS,
    ROWS,
    VISITOR_FRAMES,
    VISITORS,
    Door,
    Id,
    Role,
    Row,
    cells,
    reaches,
)
from tests.server.running import RunningServer, SignedIn, Visitor
from tests.server.sockets import Far, agent_socket, bare_visitor_socket, visitor_socket
from tms_tui.server import admin, agentsocket, tables, visitorsocket
from tms_tui.server.routes import ROUTES

SOCKETS = {"/v1/chat/agent/ws", "/v1/visitor/ws"}


@dataclass
class World:
    """Everybody with their tokens, and the conversations that are named."""

    server: RunningServer
    tokens: dict[Role, str] = field(default_factory=dict)
    agents: dict[Role, SignedIn] = field(default_factory=dict)
    visitors: dict[Role, Visitor] = field(default_factory=dict)
    ids: dict[Id, str] = field(default_factory=dict)

    def client(self, role: Role) -> httpx.AsyncClient:
        client = self.server.client()
        if role in self.tokens:
            client.headers["Authorization"] = f"Bearer {self.tokens[role]}"
        return client

    async def fingerprint(self) -> dict[str, list[Any]]:
        """Everything that is stored."""
        async with self.server.app.services.database.read() as connection:
            return {
                table.name: sorted(map(repr, await connection.execute(sa.select(table))))
                for table in tables.metadata.sorted_tables
            }


@pytest.fixture
async def world(timed: RunningServer, clock: HandClock) -> World:
    made = World(timed)
    leaving = {Role.EXPIRED: "Eve", Role.SIGNED_OUT: "Sue", Role.DISABLED: "Dis", Role.REFRESH: "Ref"}
    made.tokens[Role.RUBBISH] = "a.b.c"
    expired = await timed.sign_in(leaving[Role.EXPIRED])
    made.tokens[Role.EXPIRED] = expired.access_token
    clock.advance(timed.settings.access_seconds + timed.settings.leeway + 1)
    gone = await timed.sign_in(leaving[Role.SIGNED_OUT])
    made.tokens[Role.SIGNED_OUT] = gone.access_token
    await gone.http.post("/v1/auth/logout")
    made.tokens[Role.DISABLED] = (await timed.sign_in(leaving[Role.DISABLED])).access_token
    await admin.disable_agent(timed.settings, email="dis@example.com")
    made.tokens[Role.REFRESH] = (await timed.sign_in(leaving[Role.REFRESH])).refresh_token
    for role, name in ((Role.AGENT, "Dana"), (Role.ASSIGNEE, "Bo"), (Role.ADMIN, "Ada")):
        made.agents[role] = await timed.sign_in(name)
    made.agents[Role.STRANGER] = await timed.sign_in("Mallory", tenant="elsewhere")
    made.tokens |= {role: agent.access_token for role, agent in made.agents.items()}
    await _conversations(made)
    return made


async def _conversations(made: World) -> None:
    for role in VISITORS:
        made.visitors[role] = await made.server.visitor(name=f"{role}")
        made.tokens[role] = made.visitors[role].token
        await made.visitors[role].says("good day")
    made.ids[Id.OWN] = made.visitors[Role.VISITOR].session_id
    assignee = made.agents[Role.ASSIGNEE]
    await assignee.http.post(f"/v1/chat/sessions/{made.ids[Id.OWN]}/assign", json={"agent_id": assignee.user.id})
    made.ids[Id.FOREIGN] = await _of_another_tenant(made.server)
    made.ids[Id.UNKNOWN] = str(uuid.uuid4())
    made.ids[Id.MALFORMED] = "1%20or%201=1"


async def _of_another_tenant(server: RunningServer) -> str:
    """A conversation the stranger's tenant owns."""
    visitor = await server.visitor(name="Elsewhere")
    async with server.app.services.database.write() as connection:
        moved = sa.update(tables.sessions).where(tables.sessions.c.id == visitor.session_id)
        await connection.execute(moved.values(tenant_id="elsewhere"))
        await connection.execute(sa.delete(tables.events).where(tables.events.c.session_id == visitor.session_id))
    return visitor.session_id


@pytest.mark.parametrize("role", list(Role))
async def test_every_route_answers_each_role_as_it_should(world: World, role: Role) -> None:
    client = world.client(role)
    wrong: list[tuple[object, ...]] = []
    for row, named, expected in cells(role):
        before = await world.fingerprint()
        answer = await ask(client, row, world.ids[named])
        if answer.status_code != expected:
            wrong.append((row.method, row.path, named, expected, answer.status_code))
        if expected >= 400 and await world.fingerprint() != before:
            wrong.append((row.method, row.path, named, "nothing stored", "something was"))
    assert wrong == []


async def ask(client: httpx.AsyncClient, row: Row, session_id: str) -> httpx.Response:
    path = row.path.replace("{session_id}", session_id)
    return await client.request(row.method, path, json=row.body, params=row.query)


async def test_unknown_and_foreign_are_answered_in_the_same_words(world: World) -> None:
    client = world.client(Role.AGENT)
    for row in ROWS:
        if row.names_session:
            answers = [await ask(client, row, world.ids[named]) for named in (Id.FOREIGN, Id.UNKNOWN, Id.MALFORMED)]
            assert len({answer.text for answer in answers}) == 1, row


async def test_lists_hold_nothing_of_another_tenant(world: World) -> None:
    for role, there, not_there in ((Role.AGENT, Id.OWN, Id.FOREIGN), (Role.STRANGER, Id.FOREIGN, Id.OWN)):
        client = world.client(role)
        sessions = (await client.get("/v1/chat/sessions")).text
        assert (world.ids[there] in sessions, world.ids[not_there] in sessions) == (True, False)
        assert world.ids[not_there] not in (await client.get("/v1/chat/events", params={"after": "0"})).text
    agents = (await world.client(Role.STRANGER).get("/v1/agents")).json()["agents"]
    assert [one["name"] for one in agents] == ["Mallory"]


async def test_a_visitor_reads_their_own_conversation_alone(world: World) -> None:
    await world.agents[Role.AGENT].http.post(
        f"/v1/chat/sessions/{world.ids[Id.OWN]}/messages",
        json={"content": "a note", "client_message_id": str(uuid.uuid4()), "is_private": True},
    )
    for role in VISITORS:
        page = (await world.client(role).get("/v1/visitor/messages")).json()["messages"]
        assert {one["session_id"] for one in page} == {world.visitors[role].session_id}
        assert "a note" not in [one["content"] for one in page]


@pytest.mark.parametrize("role", list(Role))
async def test_the_agents_socket_opens_to_its_agent_alone(world: World, role: Role) -> None:
    own = world.agents[role].user.id if role in world.agents else world.agents[Role.AGENT].user.id
    colleague = next(one.user.id for one in world.agents.values() if one.user.id != own)
    for agent_id, mine in ((own, True), (colleague, False), (str(uuid.uuid4()), False), ("", False), ("%00", False)):
        expected = (101 if mine else 403) if role in AGENTS else 401
        address = f"{world.server.ws_url}/v1/chat/agent/ws?agent_id={agent_id}"
        assert await upgraded(address, dict(world.client(role).headers)) == expected, agent_id


async def upgraded(address: str, headers: dict[str, str]) -> int:
    sent = {name: value for name, value in headers.items() if name.lower() == "authorization"}
    try:
        async with connect(address, additional_headers=sent, proxy=None):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


@pytest.mark.parametrize("role", list(Role))
async def test_the_visitors_socket_lives_for_visitors_alone(world: World, role: Role) -> None:
    async with bare_visitor_socket(world.server) as far:
        await far.says("auth", data={"token": world.tokens.get(role, "")})
        if role in VISITORS:
            assert (await far.hears())["data"]["session_id"] == world.visitors[role].session_id
        else:
            assert await far.close_code() == 4401


@pytest.mark.parametrize("role", AGENTS)
async def test_each_frame_of_an_agent_reaches_their_own_tenant_alone(world: World, role: Role) -> None:
    others = Role.AGENT if role is Role.STRANGER else Role.STRANGER
    async with (
        agent_socket(world.server, world.agents[role]) as far,
        agent_socket(world.server, world.agents[others]) as elsewhere,
        visitor_socket(world.server, world.visitors[Role.OTHER_VISITOR]) as customer,
    ):
        for row in AGENT_FRAMES:
            for named in Id if row.names_session else (Id.OWN,):
                before = await world.fingerprint()
                data = row.data | ({"session_id": world.ids[named]} if row.names_session else {})
                await far.says(row.type, data=data, ref=f"{row.type} {named}")
                refused = row.type == "auth" or not reaches(role, named)
                assert await errors_until_answered(far) == ([f"{row.type} {named}"] if refused else [])
                assert await world.fingerprint() == before
        for far_end in (elsewhere, customer):
            heard = await frames_until_answered(far_end)
            assert not {"typing_start", "typing_stop"} & {one["type"] for one in heard}
            assert str(world.agents[role].user.id) not in str(heard)


@pytest.mark.parametrize("named", list(Id))
async def test_a_visitors_frames_speak_of_their_own_conversation_whatever_they_name(world: World, named: Id) -> None:
    own = world.visitors[Role.OTHER_VISITOR]
    async with (
        visitor_socket(world.server, own) as far,
        agent_socket(world.server, world.agents[Role.AGENT]) as agent,
        agent_socket(world.server, world.agents[Role.STRANGER]) as stranger,
    ):
        await agent.until("connected")
        for row in VISITOR_FRAMES:
            await far.says(row.type, session_id=world.ids[named], data=row.data | {"session_id": world.ids[named]})
            assert (await agent.until(row.type))["session_id"] == own.session_id
        heard = await frames_until_answered(stranger)
        assert not {row.type for row in VISITOR_FRAMES} & {one["type"] for one in heard}


async def frames_until_answered(far: Far) -> list[dict[str, Any]]:
    """What comes until the answer to a frame that nobody knows: by then all before it has been judged."""
    await far.says("unheard of", ref="last")
    heard = []
    while (frame := await far.hears())["data"].get("ref") != "last":
        heard.append(frame)
    return heard


async def errors_until_answered(far: Far) -> list[str]:
    return [one["data"]["ref"] for one in await frames_until_answered(far) if one["type"] == "error"]


def without_row(routes: Iterable[BaseRoute]) -> set[tuple[str, str]]:
    rows = {(row.method, row.path) for row in ROWS} | {("WS", path) for path in SOCKETS}
    named: set[tuple[str, str]] = set()
    for route in routes:
        if isinstance(route, WebSocketRoute):
            named.add(("WS", route.path))
        else:
            assert isinstance(route, Route), "the matrix knows routes and sockets only"
            named |= {(method, route.path) for method in route.methods or () if method != "HEAD"}
    return named - rows


async def new_route(_request: Request) -> Response:
    return Response()


def test_every_route_and_frame_has_its_row() -> None:
    assert without_row(ROUTES) == set()
    assert without_row([*ROUTES, Route("/new", new_route, methods=["DELETE"])]) == {("DELETE", "/new")}
    assert {row.type for row in AGENT_FRAMES} == agentsocket.FRAMES.keys()
    assert {row.type for row in VISITOR_FRAMES} == visitorsocket.FRAMES.keys()


async def test_the_fingerprint_sees_a_change(world: World) -> None:
    before = await world.fingerprint()
    sending = next(row for row in ROWS if row.door is Door.AGENTS and row.ok == 201)
    await ask(world.client(Role.ADMIN), sending, world.ids[Id.OWN])
    assert await world.fingerprint() != before
