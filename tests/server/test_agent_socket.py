"""The agents' socket: who gets in, what is heard, who is told of whom, and how it ends."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from tests.server.hand_clock import HandClock
from tests.server.place import Place
from tests.server.running import PASSWORD, RunningServer, SignedIn, running_server
from tests.server.sockets import Far, agent_address, agent_socket, bare_agent_socket, event_number
from tms_tui.server import accounts
from tms_tui.server.feed import AgentLine
from tms_tui.server.hub import Hub
from tms_tui.server.settings import Rate
from tms_tui.server.signins import SignIns
from tms_tui.server.store import log
from tms_tui.server.store.agents import AgentRow
from tms_tui.server.tokens import Claims


async def refused(address: str, headers: dict[str, str], **options: Any) -> tuple[int, bytes]:
    with pytest.raises(InvalidStatus) as caught:
        async with connect(address, additional_headers=headers, proxy=None, **options):
            raise AssertionError("let in")
    return caught.value.response.status_code, bytes(caught.value.response.body or b"")


async def welcomed(far: Far) -> dict[str, Any]:
    frame = await far.hears()
    assert frame["type"] == "connected"
    data: dict[str, Any] = frame["data"]
    return data


async def send(agent: SignedIn, session_id: str, content: str = "hi", **rest: Any) -> dict[str, Any]:
    body = {"content": content, "client_message_id": str(uuid.uuid4())} | rest
    answer = await agent.http.post(f"/v1/chat/sessions/{session_id}/messages", json=body)
    message: dict[str, Any] = answer.raise_for_status().json()
    return message


async def test_refusals_come_before_the_upgrade_and_say_why(server: RunningServer) -> None:
    dana, bo = await server.sign_in("Dana"), await server.sign_in("Bo")
    address = agent_address(server, dana)
    status, body = await refused(address, {})
    assert (status, b"no_token" in body) == (401, True)
    status, body = await refused(address, {"Authorization": "Bearer rubbish"})
    assert (status, b"bad_token" in body) == (401, True)
    status, body = await refused(address, bo.headers)
    assert (status, b"agent_mismatch" in body) == (403, True)
    status, body = await refused(address, dana.headers, origin="https://evil.example")
    assert (status, b"origin_refused" in body) == (403, True)
    status, body = await refused(f"{address}&token={dana.access_token}", {})
    assert (status, b"token_in_url" in body) == (400, True)
    server.app.services.draining = True
    with pytest.raises(InvalidStatus) as caught:
        async with connect(address, additional_headers=dana.headers, proxy=None):
            raise AssertionError("let in")
    assert caught.value.response.status_code == 503
    assert caught.value.response.headers["Retry-After"] == "2"


async def test_listed_origins_may_come(place: Place) -> None:
    async with running_server(place, origins=("https://desk.example",)) as server:
        dana = await server.sign_in()
        for origin in ("https://desk.example", server.url):
            async with connect(
                agent_address(server, dana), additional_headers=dana.headers, proxy=None, origin=Origin(origin)
            ) as socket:
                await welcomed(Far(socket))


async def test_the_first_frame_says_where_the_log_stands(server: RunningServer) -> None:
    dana, visitor = await server.sign_in(), await server.visitor()
    await visitor.says("hello")
    listed = (await dana.http.get("/v1/chat/sessions")).json()
    async with agent_socket(server, dana) as far:
        data = await welcomed(far)
    assert data["agent_id"] == dana.user.id
    assert (data["resumed"], data["cursor"], data["heartbeat_seconds"]) == (False, listed["cursor"], 30)


async def test_a_customers_message_and_ones_own_are_heard(server: RunningServer) -> None:
    dana, visitor = await server.sign_in(), await server.visitor()
    async with agent_socket(server, dana) as far:
        await welcomed(far)
        said = await visitor.says("hello")
        frame = await far.until("chat_message")
        assert (frame["data"], frame["from_type"]) == (said, "visitor")
        update = await far.until("session_update")
        assert update["data"]["waiting_since"] == said["created_at"]
        assert update["data"]["unread_count"] == 1
        assert event_number(update["cursor"]) == event_number(frame["cursor"]) + 1
        mine = await send(dana, visitor.session_id, "hi")
        assert (await far.until("chat_message"))["data"] == mine
        assert (await far.until("session_update"))["data"]["waiting_since"] is None
        await visitor.says("thanks")
        await far.until("chat_message", content="thanks")
        await visitor.says("bye")
        assert (await far.until("chat_message"))["data"]["content"] == "bye"


async def test_unread_counts_on_the_socket_are_each_agents_own(server: RunningServer) -> None:
    dana, bo, visitor = await server.sign_in("Dana"), await server.sign_in("Bo"), await server.visitor()
    await visitor.says("one")
    async with agent_socket(server, dana) as far_dana, agent_socket(server, bo) as far_bo:
        await welcomed(far_dana)
        await welcomed(far_bo)
        await dana.http.post(f"/v1/chat/sessions/{visitor.session_id}/read", json={"up_to": 1})
        await dana.http.patch(f"/v1/chat/sessions/{visitor.session_id}", json={"priority": "high"})
        assert (await far_dana.until("session_update", priority="high"))["data"]["unread_count"] == 0
        assert (await far_bo.until("session_update", priority="high"))["data"]["unread_count"] == 1


async def test_assignment_is_told_with_who_did_it(server: RunningServer) -> None:
    dana, bo, visitor = await server.sign_in("Dana"), await server.sign_in("Bo"), await server.visitor()
    async with agent_socket(server, bo) as far:
        await dana.http.post(
            f"/v1/chat/sessions/{visitor.session_id}/assign", json={"agent_id": bo.user.id, "note": "yours"}
        )
        told = (await far.until("session_assigned"))["data"]
        assert (told["previous_agent_id"], told["by_agent_id"]) == (None, dana.user.id)
        assert told["session"]["assigned_agent_name"] == "Bo"
        assert (await far.until("chat_message"))["data"]["is_private"] is True


async def test_nine_bad_frames_are_answered_and_forgiven(server: RunningServer) -> None:
    dana, bo, visitor = await server.sign_in("Dana"), await server.sign_in("Bo"), await server.visitor()
    bad = ["", "{", "[]", '{"type":5}', '{"type":"dance","ref":"r1"}', '{"type":"typing_start"}']
    bad += ['{"type":"viewing","data":[' * 1000, '{"type":"viewing","session_id":"\\u0000"}']
    async with agent_socket(server, dana) as far, agent_socket(server, bo) as far_bo:
        await welcomed(far)
        await welcomed(far_bo)
        for text in bad:
            await far.socket.send(text)
            assert (await far.until("error"))["data"]["code"] in ("bad_frame", "bad_data", "unknown_type", "not_found")
        await far.socket.send(b"\x00\xff")
        await far.until("error")
        await far.says("typing_start", session_id=visitor.session_id)
        await far_bo.until("typing_start")
        await far.says("dance", ref="r2")
        error = (await far.until("error"))["data"]
        assert (error["code"], error["ref"], error["retryable"]) == ("unknown_type", "r2", False)


async def test_ten_bad_frames_in_a_row_end_it(server: RunningServer) -> None:
    dana = await server.sign_in()
    async with agent_socket(server, dana) as far:
        for _ in range(10):
            await far.says("dance")
        assert await far.close_code() == 1008


async def test_too_many_frames_end_the_socket(place: Place) -> None:
    async with running_server(place, frame_rate=Rate(0.001, 5)) as server:
        dana = await server.sign_in()
        async with agent_socket(server, dana) as far:
            for _ in range(6):
                await far.says("viewing", data={"session_id": None})
            assert await far.close_code() == 4429


async def test_a_frame_over_64_kib_ends_the_socket(server: RunningServer) -> None:
    dana = await server.sign_in()
    async with agent_socket(server, dana) as far:
        await far.says("dance", data={"x": "y" * 65_536})
        assert await far.close_code() == 1009


async def test_frames_about_foreign_conversations_are_not_found(server: RunningServer) -> None:
    dana, eve = await server.sign_in("Dana"), await server.sign_in("Eve", tenant="elsewhere")
    visitor = await server.visitor()
    async with agent_socket(server, eve) as far, agent_socket(server, dana) as far_dana:
        await welcomed(far_dana)
        for kind in ("typing_start", "viewing"):
            for session_id in (visitor.session_id, str(uuid.uuid4()), "nonsense"):
                await far.says(kind, session_id=session_id)
                assert (await far.until("error"))["data"]["code"] == "not_found"
        await visitor.says("for Dana alone")
        await far_dana.until("chat_message")
        await far.says("dance")
        assert (await far.hears())["type"] == "error", "nothing of another tenant was heard"


@contextlib.asynccontextmanager
async def several(server: RunningServer, agent: SignedIn, many: int) -> AsyncIterator[list[Far]]:
    async with contextlib.AsyncExitStack() as stack:
        fars = [await stack.enter_async_context(agent_socket(server, agent)) for _ in range(many)]
        for far in fars:
            await welcomed(far)
        yield fars


async def test_the_sixth_socket_replaces_the_first(server: RunningServer) -> None:
    dana = await server.sign_in()
    async with several(server, dana, 5) as first, agent_socket(server, dana) as sixth:
        await welcomed(sixth)
        assert await first[0].close_code() == 4409
        await first[1].says("dance")
        await first[1].until("error")


async def test_a_console_that_replaces_its_line_takes_nobody_elses(server: RunningServer) -> None:
    dana = await server.sign_in()
    login = {"email": dana.user.email, "password": PASSWORD}
    again = (await dana.http.post("/v1/auth/login", json=login)).json()["access_token"]
    elsewhere = replace(dana, access_token=again)
    async with several(server, dana, 4) as first, agent_socket(server, elsewhere) as second:
        await welcomed(second)
        async with agent_socket(server, elsewhere) as third:
            await welcomed(third)
            assert await second.close_code() == 4409
            await first[0].says("dance")
            await first[0].until("error")


async def test_the_socket_ends_with_its_token(timed: RunningServer, clock: HandClock) -> None:
    dana = await timed.sign_in()
    async with agent_socket(timed, dana) as far:
        await welcomed(far)
        await clock.someone_sleeps_until(900)
        clock.advance(900)
        assert await far.close_code() == 4401


async def test_a_fresh_token_lets_it_live_on(timed: RunningServer, clock: HandClock) -> None:
    dana = await timed.sign_in("Dana")
    eve = await timed.sign_in("Eve")
    async with agent_socket(timed, dana) as far:
        await welcomed(far)
        await clock.someone_sleeps_until(900)
        clock.advance(600)
        answer = await timed.client().post("/v1/auth/refresh", json={"refresh_token": dana.refresh_token})
        for token, code in (("rubbish", "bad_token"), (eve.access_token, "agent_mismatch")):
            await far.says("auth", data={"token": token})
            assert (await far.until("error"))["data"]["code"] == code
        await far.says("auth", data={"token": answer.json()["access_token"]})
        await far.says("dance")
        await far.until("error", code="unknown_type")
        clock.advance(300)
        await clock.someone_sleeps_until(1500)
        await far.says("dance")
        await far.until("error", code="unknown_type")
        clock.advance(600)
        assert await far.close_code() == 4401


async def test_signing_out_ends_its_sockets_and_no_others(server: RunningServer) -> None:
    dana, bo = await server.sign_in("Dana"), await server.sign_in("Bo")
    async with agent_socket(server, dana) as far, agent_socket(server, bo) as far_bo:
        await welcomed(far)
        await dana.http.post("/v1/auth/logout")
        assert await far.close_code() == 4401
        await far_bo.says("dance")
        await far_bo.until("error")


class SlowToRegister:
    """The hub, but whoever joins waits until they are let in."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self.asked, self.let_in = asyncio.Event(), asyncio.Event()

    async def join(self, tenant_id: str, line: AgentLine) -> log.Place:
        self.asked.set()
        await self.let_in.wait()
        return await self._hub.join(tenant_id, line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._hub, name)


async def test_a_sign_out_while_the_socket_is_being_registered_ends_it_and_nobody_is_told_of_it(
    timed: RunningServer,
) -> None:
    dana, bo = await timed.sign_in("Dana"), await timed.sign_in("Bo")
    async with agent_socket(timed, bo) as far_bo:
        await far_bo.so_far()
        timed.app.services.hub = door = SlowToRegister(timed.app.services.hub)  # type: ignore[assignment]
        async with bare_agent_socket(timed, dana) as far:
            await door.asked.wait()
            await dana.http.post("/v1/auth/logout")
            door.let_in.set()
            assert await far.close_code() == 4401
        assert [one["type"] for one in await far_bo.so_far()] == []


class SlowToAnswer:
    """The sign-ins, but what is asked first is answered late, with what was true when it was asked."""

    def __init__(self, signins: SignIns) -> None:
        self._signins = signins
        self.asked, self.let_go = asyncio.Event(), asyncio.Event()

    async def agent(self, claims: Claims) -> AgentRow:
        found = await self._signins.agent(claims)
        if not self.asked.is_set():
            self.asked.set()
            await self.let_go.wait()
        return found


async def test_a_sign_out_while_its_fresh_token_is_looked_at_ends_the_socket(timed: RunningServer) -> None:
    dana = await timed.sign_in("Dana")
    login = {"email": dana.user.email, "password": PASSWORD}
    token = (await timed.client().post("/v1/auth/login", json=login)).json()["access_token"]
    async with agent_socket(timed, dana) as far:
        await far.so_far()
        timed.app.services.signins = late = SlowToAnswer(timed.app.services.signins)  # type: ignore[assignment]
        await far.says("auth", data={"token": token})
        await late.asked.wait()
        await timed.client().post("/v1/auth/logout", headers={"Authorization": f"Bearer {token}"})
        late.let_go.set()
        assert await far.close_code() == 4401


async def test_an_agent_shut_out_is_gone_within_a_minute(timed: RunningServer, clock: HandClock) -> None:
    dana, bo = await timed.sign_in("Dana"), await timed.sign_in("Bo")
    async with agent_socket(timed, dana) as far, agent_socket(timed, bo) as far_bo:
        await welcomed(far)
        await accounts.disable_agent(timed.settings, email=dana.user.email)
        clock.advance(30)
        assert await far.close_code() == 4401
        assert (await dana.http.get("/v1/auth/me")).json()["code"] == "token_revoked"
        answer = await timed.client().post("/v1/auth/login", json={"email": dana.user.email, "password": PASSWORD})
        assert answer.json()["code"] == "bad_credentials"
        renewed = await timed.client().post("/v1/auth/refresh", json={"refresh_token": dana.refresh_token})
        assert renewed.json()["code"] == "token_revoked"
        await far_bo.says("dance")
        await far_bo.until("error")


async def test_stopping_closes_with_going_away(server: RunningServer) -> None:
    dana = await server.sign_in()
    async with agent_socket(server, dana) as far:
        await welcomed(far)
        stopping = asyncio.create_task(server.stop())
        assert await far.close_code() == 1012
        await stopping


async def test_a_full_node_sends_them_elsewhere(place: Place) -> None:
    async with running_server(place, sockets_per_node=1) as server:
        dana = await server.sign_in()
        async with agent_socket(server, dana) as far:
            await welcomed(far)
            status, body = await refused(agent_address(server, dana), dana.headers)
        assert (status, b"node_full" in body) == (503, True)
