"""Coming back: nothing lost and nothing doubled at the seam between the log and live delivery."""

import asyncio
import socket
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection
from websockets.asyncio.client import connect

from tests.server.place import Place
from tests.server.running import RunningServer, SignedIn, Visitor, running_server
from tests.server.sockets import agent_address, agent_socket, event_number
from tms_tui.server.bus import LogGrew, MemoryBus, Notice
from tms_tui.server.replay import resumable
from tms_tui.server.store import log


async def events(agent: SignedIn, after: str, **query: str) -> dict[str, Any]:
    answer = await agent.http.get("/v1/chat/events", params={"after": after} | query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_polling_gives_the_sockets_frames_in_the_same_order(server: RunningServer) -> None:
    dana, visitor = await server.sign_in(), await server.visitor()
    async with agent_socket(server, dana) as far:
        start = (await far.hears())["data"]["cursor"]
        await visitor.says("one")
        await dana.http.post(f"/v1/chat/sessions/{visitor.session_id}/read", json={"up_to": 1})
        await visitor.says("two")
        await dana.http.post(f"/v1/chat/sessions/{visitor.session_id}/assign", json={"agent_id": dana.user.id})
        heard: list[dict[str, Any]] = []
        while len(heard) < 5:
            frame = await far.hears()
            heard += [frame] if frame["cursor"] else []
    polled = (await events(dana, start))["events"]
    assert [(one["cursor"], one["type"]) for one in polled] == [(one["cursor"], one["type"]) for one in heard]
    assert polled[-1]["data"]["session"]["unread_count"] == heard[-1]["data"]["session"]["unread_count"] == 1
    assert polled[-1] == heard[-1]


async def test_events_come_in_pages_and_the_last_one_says_so(server: RunningServer) -> None:
    dana, visitor = await server.sign_in(), await server.visitor()
    for number in range(5):
        await visitor.says(f"{number}")
    first = await events(dana, "0", limit="3")
    assert (event_number(first["cursor"]), first["has_more"], len(first["events"])) == (3, True, 3)
    rest = await events(dana, first["cursor"])
    assert rest["has_more"] is False
    assert [event_number(one["cursor"]) for one in rest["events"]] == list(range(4, event_number(rest["cursor"]) + 1))
    nothing = await events(dana, rest["cursor"])
    assert (nothing["events"], nothing["cursor"], nothing["has_more"]) == ([], rest["cursor"], False)


async def test_a_cursor_nobody_gave_is_expired(place: Place) -> None:
    async with running_server(place, resume_limit=3) as server:
        dana, visitor = await server.sign_in(), await server.visitor()
        for number in range(5):
            before = (await dana.http.get("/v1/chat/sessions")).json()["cursor"]
            await visitor.says(f"{number}")
        for after in ("99", "-1", "abc", "", "1", "9" * 40, "٣"):
            answer = await dana.http.get("/v1/chat/events", params={"after": after})
            assert (answer.status_code, answer.json()["code"]) == (410, "cursor_expired"), after
            async with agent_socket(server, dana, after) as far:
                assert (await far.hears())["data"]["resumed"] is False, after
        assert (await dana.http.get("/v1/chat/events", params={"after": before})).status_code == 200


class Meanwhile:
    """A connection on which something happens after so many statements."""

    def __init__(self, connection: AsyncConnection, after: int, happens: Callable[[], Awaitable[object]]) -> None:
        self._connection = connection
        self._left = after
        self._happens = happens

    async def execute(self, *statement: Any) -> Any:
        found = await self._connection.execute(*statement)
        self._left -= 1
        if self._left == 0:
            await self._happens()
        return found


async def test_the_first_event_of_all_expires_nobody_who_asks_meanwhile(server: RunningServer) -> None:
    visitors: list[Visitor] = []

    async def comes() -> None:
        visitors.append(await server.visitor())

    async with server.app.services.database.read() as connection:
        busy = cast("AsyncConnection", Meanwhile(connection, 1, comes))
        assert await resumable(busy, "default", "0", 10) == log.Place(0)
    assert visitors, "something happened meanwhile"


async def test_a_restart_keeps_everything_and_resumes(server: RunningServer) -> None:
    dana, visitor = await server.sign_in(), await server.visitor()
    async with agent_socket(server, dana) as far:
        before = (await far.hears())["data"]["cursor"]
    await visitor.says("while nobody was there")
    address = server.url
    await server.stop()
    await server.start()
    assert server.url == address
    async with agent_socket(server, dana, before) as far:
        assert (await far.hears())["data"]["resumed"] is True
        assert (await far.hears())["data"]["content"] == "while nobody was there"


async def test_the_seam_holds_while_others_write(server: RunningServer) -> None:
    dana, visitor = await server.sign_in(), await server.visitor()
    stop = asyncio.Event()
    written = 0

    async def write() -> None:
        nonlocal written
        while not stop.is_set():
            await visitor.says(f"{written}")
            written += 1

    writers = [asyncio.create_task(write()) for _ in range(3)]
    seen: list[int] = []
    after = "0"
    for _ in range(12):
        async with agent_socket(server, dana, after) as far:
            welcome = (await far.hears())["data"]
            assert welcome["resumed"] is True
            head = event_number(welcome["cursor"])
            while not seen or seen[-1] < head + 4:  # past the head: into live delivery
                frame = await far.hears()
                after = frame["cursor"] or after
                seen += [event_number(frame["cursor"])] if frame["cursor"] else []
    stop.set()
    await asyncio.gather(*writers)
    assert written > 20, "there was writing meanwhile"
    assert seen == list(range(1, len(seen) + 1))


@pytest.mark.parametrize(
    "limits",
    [
        pytest.param({"queue_frames": 8, "slow_write": 600}, id="too much waits"),
        pytest.param({"queue_frames": 10_000, "slow_write": 1.5}, id="one frame takes too long"),
    ],
)
async def test_a_client_that_does_not_read_is_cut_and_others_are_not(place: Place, limits: dict[str, Any]) -> None:
    # On a busy machine an unanswered ping would end it before the line is full.
    async with running_server(place, ping_timeout=600, **limits) as server:
        dana, bo, visitor = await server.sign_in("Dana"), await server.sign_in("Bo"), await server.visitor()
        with deaf_socket(server) as raw:
            async with (
                connect(
                    agent_address(server, dana),
                    additional_headers=dana.headers,
                    proxy=None,
                    compression=None,
                    sock=raw,
                    max_queue=1,
                ) as slow,
                agent_socket(server, bo) as far_bo,
            ):
                await far_bo.hears()
                metrics = ""
                sent = 0
                while 'closes_total{code="4413"}' not in metrics:
                    stored = await visitor.says("\N{SNOWMAN}" * 8000)
                    await far_bo.until("chat_message", id=stored["id"])
                    sent += 1
                    assert sent < 1000, "never called too slow"
                    metrics = (await bo.http.get("/metrics")).text
                slow.transport.abort()


def deaf_socket(server: RunningServer) -> socket.socket:
    """Connected, with room for a few frames only."""
    raw = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.connect(("127.0.0.1", server.port))
    raw.setblocking(False)
    return raw


class HeldBus(MemoryBus):
    """Keeps announcements back until they are let go."""

    def __init__(self) -> None:
        super().__init__()
        self._held: list[Notice] = []

    async def publish(self, notice: Notice) -> None:
        if isinstance(notice, LogGrew):
            self._held.append(notice)
        else:
            await super().publish(notice)

    async def let_go(self) -> None:
        for notice in self._held:
            await super().publish(notice)


async def test_an_overflow_closes_with_4413_and_the_client_comes_back_for_the_rest(place: Place) -> None:
    bus = HeldBus()
    async with running_server(place, bus=bus, queue_frames=4, log_check=3600) as server:
        dana, visitor = await server.sign_in(), await server.visitor()
        async with agent_socket(server, dana) as far:
            after = (await far.hears())["data"]["cursor"]
            for number in range(12):
                await visitor.says(f"{number}")
            await bus.let_go()
            assert await far.close_code() == 4413
        async with agent_socket(server, dana, after) as far:
            assert (await far.hears())["data"]["resumed"] is True
            contents = [(await far.until("chat_message"))["data"]["content"] for _ in range(12)]
        assert contents == [f"{number}" for number in range(12)]


class LosingBus(MemoryBus):
    """Loses every announcement, as a broker may."""

    def __init__(self) -> None:
        super().__init__()
        self.lost: list[Notice] = []

    async def publish(self, notice: Notice) -> None:
        self.lost.append(notice)


async def test_a_lost_announcement_costs_seconds_and_no_message(place: Place) -> None:
    bus = LosingBus()
    async with running_server(place, bus=bus, log_check=0.05) as server:
        dana, visitor = await server.sign_in(), await server.visitor()
        async with agent_socket(server, dana) as far:
            await far.hears()
            await visitor.says("heard all the same")
            await far.until("chat_message", content="heard all the same")
    assert any(isinstance(one, LogGrew) for one in bus.lost)


async def test_a_replay_longer_than_the_queue_arrives_whole(place: Place) -> None:
    async with running_server(place, queue_frames=16) as server:
        dana, visitor = await server.sign_in(), await server.visitor()
        for number in range(60):
            await visitor.says(f"{number}")
        async with agent_socket(server, dana, "0") as far:
            contents = [(await far.until("chat_message"))["data"]["content"] for _ in range(60)]
            assert contents == [f"{number}" for number in range(60)]
            await dana.http.post(
                f"/v1/chat/sessions/{visitor.session_id}/messages",
                json={"content": "live", "client_message_id": str(uuid.uuid4())},
            )
            await far.until("chat_message", content="live")
