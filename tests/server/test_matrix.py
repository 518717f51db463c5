"""The authorisation matrix: each cell's answer, and that a refused one changed and told nothing."""

import uuid
from collections.abc import AsyncIterator, Iterable, Sequence

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.server.hand_clock import HandClock
from tests.server.matrix import (
    AGENT_FRAMES,
    AGENTS,
    BLOCKED,
    KEPT_OUT,
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
from tests.server.place import Place
from tests.server.running import running_server
from tests.server.sockets import Far, agent_socket, bare_visitor_socket, visitor_socket
from tests.server.world import OverheardBus, World, populated
from tms_tui.server import agentsocket, visitorsocket
from tms_tui.server.openbus import open_bus
from tms_tui.server.routes import ROUTES
from tms_tui.server.settings import ServerSettings

SOCKETS = {"/v1/chat/agent/ws", "/v1/visitor/ws"}


@pytest.fixture
async def world(place: Place, clock: HandClock) -> AsyncIterator[World]:
    bus = OverheardBus(open_bus(ServerSettings(data=place.data, **place.settings), uuid.uuid4().hex))
    async with running_server(place, clock=clock, bus=bus) as server:
        yield await populated(World(server, told=bus.told), server, clock)


@pytest.mark.parametrize(
    "roles", [KEPT_OUT, VISITORS, BLOCKED, AGENTS], ids=["kept out", "visitors", "blocked", "agents"]
)
async def test_every_route_answers_each_role_as_it_should(world: World, roles: Sequence[Role]) -> None:
    wrong: list[tuple[object, ...]] = []
    before = await world.fingerprint()
    for role in roles:
        client = world.client(role)
        for row, named, expected in cells(role):
            place = await world.named(row, named)
            before = await world.fingerprint() if row.names_block else before
            answer = await ask(client, row, place)
            after = await world.fingerprint()
            if answer.status_code != expected:
                wrong.append((role, row.method, row.path, named, expected, answer.status_code))
            if expected >= 400 and after != before:
                wrong.append((role, row.method, row.path, named, "nothing stored or told", "something was"))
            before = after
    assert wrong == []


async def ask(client: httpx.AsyncClient, row: Row, place: str) -> httpx.Response:
    path = row.path.replace("{session_id}", place).replace("{block_id}", place)
    return await client.request(row.method, path, json=row.body, params=row.query)


async def test_unknown_and_foreign_are_answered_in_the_same_words(world: World) -> None:
    client = world.client(Role.AGENT)
    for row in ROWS:
        if row.names_session:
            places = [await world.named(row, named) for named in (Id.FOREIGN, Id.UNKNOWN, Id.MALFORMED)]
            answers = [await ask(client, row, place) for place in places]
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


async def test_agents_of_another_tenant_cannot_be_named(world: World) -> None:
    """Neither in a body nor in a query: they are as unknown as nobody."""
    client, foreign = world.client(Role.AGENT), world.agents[Role.STRANGER].user.id
    address = f"/v1/chat/sessions/{world.ids[Id.OWN]}/assign"
    for agent_id in (foreign, str(uuid.uuid4()), "1 or 1=1", ""):
        before = await world.fingerprint()
        answers = [
            await client.post(address, json={"agent_id": agent_id}),
            await client.post(address, json={"agent_id": None, "expected_agent_id": agent_id}),
        ]
        assert [(one.status_code, one.json()["code"]) for one in answers] == [
            (422, "unknown_agent"),
            (409, "already_assigned"),
        ]
        assert await world.fingerprint() == before
        for query in ({"assigned": agent_id or "x"}, {"customer_id": agent_id or "x"}):
            assert (await client.get("/v1/chat/sessions", params=query)).json()["sessions"] == []


async def test_the_agents_socket_opens_to_its_agent_alone(world: World) -> None:
    for role in Role:
        own = world.agents[role].user.id if role in world.agents else world.agents[Role.AGENT].user.id
        colleague = next(one.user.id for one in world.agents.values() if one.user.id != own)
        for agent_id in (own, colleague, str(uuid.uuid4()), "", "%00"):
            expected = (101 if agent_id == own else 403) if role in AGENTS else 401
            address = f"{world.server.ws_url}/v1/chat/agent/ws?agent_id={agent_id}"
            assert await upgraded(address, dict(world.client(role).headers)) == expected, (role, agent_id)


async def upgraded(address: str, headers: dict[str, str]) -> int:
    sent = {name: value for name, value in headers.items() if name.lower() == "authorization"}
    try:
        async with connect(address, additional_headers=sent, proxy=None):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


async def test_the_visitors_socket_lives_for_visitors_alone(world: World) -> None:
    for role in Role:
        async with bare_visitor_socket(world.server) as far:
            await far.says("auth", data={"token": world.tokens.get(role, "")})
            if role in VISITORS:
                assert (await far.hears())["data"]["session_id"] == world.visitors[role].session_id
            else:
                assert await far.close_code() == (4403 if role is Role.BLOCKED else 4401), role


async def test_an_agents_socket_is_renewed_by_a_token_of_that_agent_alone(world: World) -> None:
    async with agent_socket(world.server, world.agents[Role.AGENT]) as far:
        for role in Role:
            await far.says("auth", data={"token": world.tokens.get(role, "")}, ref=role)
            assert await errors_until_answered(far) == ([] if role is Role.AGENT else [role])
            await far.says("viewing", data={})  # ten bad frames in a row would end the socket


@pytest.mark.parametrize("role", [Role.ASSIGNEE, Role.STRANGER])
async def test_each_frame_of_an_agent_reaches_their_own_tenant_alone(world: World, role: Role) -> None:
    others = Role.AGENT if role is Role.STRANGER else Role.STRANGER
    async with (
        agent_socket(world.server, world.agents[role]) as far,
        agent_socket(world.server, world.agents[others]) as elsewhere,
        visitor_socket(world.server, world.visitors[Role.OTHER_VISITOR]) as customer,
    ):
        await agent_frames(world, far, role)
        for far_end in (elsewhere, customer):
            heard = await far_end.so_far()
            assert not {"typing_start", "typing_stop"} & {one["type"] for one in heard}
            assert str(world.agents[role].user.id) not in str(heard)


@pytest.mark.parametrize("role", [Role.AGENT, Role.ADMIN])
async def test_each_frame_of_an_agent_is_taken_whoever_has_the_conversation(world: World, role: Role) -> None:
    async with agent_socket(world.server, world.agents[role]) as far:
        await agent_frames(world, far, role)


async def agent_frames(world: World, far: Far, role: Role) -> None:
    """Every frame with every kind of id: refused where it must be, and then neither stored nor told."""
    for row in AGENT_FRAMES:
        for named in Id if row.names_session else (Id.OWN,):
            before = await world.fingerprint()
            data = row.data | ({"session_id": world.ids[named]} if row.names_session else {})
            await far.says(row.type, data=data, ref=f"{row.type} {named}")
            refused = row.type == "auth" or not reaches(role, named)
            assert await errors_until_answered(far) == ([f"{row.type} {named}"] if refused else [])
            after = await world.fingerprint()
            told = after.pop("told")[len(before.pop("told")) :]
            assert after == before
            assert not (refused and told), (row, named)


async def test_a_visitors_frames_speak_of_their_own_conversation_whatever_they_name(
    world: World, clock: HandClock
) -> None:
    own = world.visitors[Role.OTHER_VISITOR]
    async with (
        visitor_socket(world.server, own) as far,
        agent_socket(world.server, world.agents[Role.AGENT]) as agent,
        agent_socket(world.server, world.agents[Role.STRANGER]) as stranger,
    ):
        await agent.until("connected")
        for named in Id:
            up_to = (await own.says("and another thing"))["seq"]
            for row in VISITOR_FRAMES:
                data = row.data | {"session_id": world.ids[named]} | ({"up_to": up_to} if "up_to" in row.data else {})
                await far.says(row.type, session_id=world.ids[named], data=data)
                await far.so_far()
                clock.advance(world.server.settings.whisper_every)
                assert (await agent.until(row.type))["session_id"] == own.session_id
        heard = await stranger.so_far()
        assert not {row.type for row in VISITOR_FRAMES} & {one["type"] for one in heard}


async def errors_until_answered(far: Far) -> list[str]:
    return [one["data"]["ref"] for one in await far.so_far() if one["type"] == "error"]


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
