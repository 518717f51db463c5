"""Who is there and what they do: typing, looking, busy, gone for a moment, gone."""

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.server.hand_clock import HandClock
from tests.server.running import RunningServer, SignedIn
from tests.server.sockets import Far, agent_socket
from tms_tui.server.store.database import StoreLostError


async def the_welcome(far: Far) -> None:
    assert (await far.hears())["type"] == "connected"


async def test_typing_is_heard_by_others_only(server: RunningServer) -> None:
    dana, bo, visitor = await server.sign_in("Dana"), await server.sign_in("Bo"), await server.visitor()
    async with agent_socket(server, dana) as far_dana, agent_socket(server, bo) as far_bo:
        await the_welcome(far_dana)
        await the_welcome(far_bo)
        await far_dana.says("typing_start", session_id=visitor.session_id)
        frame = await far_bo.until("typing_start")
        assert frame["data"] == {"author_type": "agent", "author_name": "Dana", "author_id": dana.user.id}
        assert (frame["session_id"], frame["cursor"]) == (visitor.session_id, None)
        await far_dana.says("typing_stop", data={"session_id": visitor.session_id})
        await far_bo.until("typing_stop")
        await far_bo.says("typing_start", session_id=visitor.session_id)
        assert (await far_dana.until("typing_start"))["data"]["author_name"] == "Bo", "not her own"


async def test_viewing_and_availability_are_told(server: RunningServer) -> None:
    dana, bo, visitor = await server.sign_in("Dana"), await server.sign_in("Bo"), await server.visitor()
    async with agent_socket(server, dana) as far_dana, agent_socket(server, bo) as far_bo:
        await the_welcome(far_dana)
        await the_welcome(far_bo)
        await far_dana.says("viewing", session_id=visitor.session_id)
        told = await far_bo.until("agent_presence", id=dana.user.id, viewing_session_id=visitor.session_id)
        assert told["cursor"] is None
        await far_dana.says("viewing", data={"session_id": None})
        await far_bo.until("agent_presence", id=dana.user.id, viewing_session_id=None)
        answer = await dana.http.put("/v1/agents/me/availability", json={"availability": "busy"})
        assert answer.json()["availability"] == "busy"
        await far_bo.until("agent_presence", id=dana.user.id, availability="busy")
        bad = await dana.http.put("/v1/agents/me/availability", json={"availability": "napping"})
        assert bad.status_code == 422


async def availability(asker: SignedIn, of: SignedIn) -> str:
    agents = (await asker.http.get("/v1/agents")).json()["agents"]
    found: str = next(one["availability"] for one in agents if one["id"] == of.user.id)
    return found


async def test_an_agent_without_a_socket_goes_offline_and_comes_back_as_they_were(
    timed: RunningServer, clock: HandClock
) -> None:
    dana, bo = await timed.sign_in("Dana"), await timed.sign_in("Bo")
    assert await availability(bo, dana) == "offline"
    async with agent_socket(timed, bo) as far_bo:
        async with agent_socket(timed, dana) as far_dana:
            await the_welcome(far_dana)
            await far_bo.until("agent_presence", id=dana.user.id, availability="online")
            await dana.http.put("/v1/agents/me/availability", json={"availability": "away"})
        await clock.someone_sleeps_until(20)
        assert await availability(bo, dana) == "away", "within the grace"
        clock.advance(20)
        await far_bo.until("agent_presence", id=dana.user.id, availability="offline")
        async with agent_socket(timed, dana):
            await far_bo.until("agent_presence", id=dana.user.id, availability="away")


async def test_a_short_absence_is_none(timed: RunningServer, clock: HandClock) -> None:
    dana, bo = await timed.sign_in("Dana"), await timed.sign_in("Bo")
    async with agent_socket(timed, dana) as far:
        await the_welcome(far)
    await clock.someone_sleeps_until(20)
    async with agent_socket(timed, dana) as far:
        await the_welcome(far)
        clock.advance(20)
        assert await availability(bo, dana) == "online"


async def test_an_agent_whose_socket_could_not_be_opened_is_not_there(
    timed: RunningServer, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    dana, bo = await timed.sign_in("Dana"), await timed.sign_in("Bo")
    asked: list[str] = []

    async def lost(_connection: AsyncConnection, _tenant_id: str, agent_id: str) -> None:
        asked.append(agent_id)
        raise StoreLostError("gone")

    with monkeypatch.context() as without_store:
        without_store.setattr("tms_tui.server.presence.agents.by_id", lost)
        async with agent_socket(timed, dana) as far:
            await far.close_code()
    assert asked == [dana.user.id]
    await clock.someone_sleeps_until(20)
    clock.advance(20)
    async with agent_socket(timed, bo) as far_bo:
        await the_welcome(far_bo)
        assert await availability(bo, dana) == "offline"
