"""What a stranger or a broken console can whisper, and what the others hear of it."""

import contextlib
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from tests.server.hand_clock import HandClock
from tests.server.running import RunningServer, SignedIn, Visitor, running_server
from tests.server.sockets import Far, Frame, agent_socket, visitor_socket
from tests.server.waiting import until
from tms_tui.protocol import wire
from tms_tui.server.background import Background
from tms_tui.server.bus import MemoryBus, Notice, Whisper
from tms_tui.server.metrics import Metrics
from tms_tui.server.pacing import Pace
from tms_tui.server.settings import Rate, ServerSettings
from tms_tui.server.whispers import Whispers

FRAMES = 55


@contextlib.asynccontextmanager
async def tabs(server: RunningServer, visitor: Visitor, many: int) -> AsyncIterator[list[Far]]:
    async with contextlib.AsyncExitStack() as stack:
        yield [await stack.enter_async_context(visitor_socket(server, visitor)) for _ in range(many)]


def of(kind: str, frames: list[Frame]) -> list[Frame]:
    return [one for one in frames if one["type"].startswith(kind)]


async def say_typing(tab: Far, last: str) -> None:
    for number in range(FRAMES):
        await tab.says("typing_start" if number % 2 else "typing_stop")
    await tab.says(last)
    await tab.so_far()


async def test_however_many_whispers_one_customer_sends_the_agents_hear_the_first_and_the_latest(
    timed: RunningServer, clock: HandClock
) -> None:
    dana, visitor = await timed.sign_in(), await timed.visitor()
    async with agent_socket(timed, dana) as far, tabs(timed, visitor, 5) as open_tabs:
        await far.so_far()
        for tab in open_tabs:
            await say_typing(tab, "typing_start")
        assert [one["type"] for one in of("typing", await far.so_far())] == ["typing_stop"], "the first, at once"
        clock.advance(2)
        assert (await far.until("typing_start"))["session_id"] == visitor.session_id
        clock.advance(2)
        await say_typing(open_tabs[0], "typing_stop")
        await say_typing(open_tabs[1], "typing_start")
        await say_typing(open_tabs[2], "typing_stop")
        heard = of("typing", await far.so_far())
        assert len(heard) <= 1
        clock.advance(2)
        await far.until("typing_stop")
        await visitor.says("and still live")
        await far.until("chat_message", content="and still live")


async def test_a_console_that_types_everywhere_at_once_disturbs_nobody(timed: RunningServer) -> None:
    dana, bo = await timed.sign_in("Dana"), await timed.sign_in("Bo")
    visitors = [await timed.visitor() for _ in range(30)]
    async with agent_socket(timed, dana) as far, agent_socket(timed, bo) as far_bo:
        await far_bo.so_far()
        for visitor in visitors:
            await far.says("typing_start", session_id=visitor.session_id)
        await far.so_far()
        heard = of("typing", await far_bo.so_far())
        assert len(heard) == len({one["session_id"] for one in heard}) == 20


async def test_looking_here_and_there_is_told_by_the_first_and_the_latest(
    timed: RunningServer, clock: HandClock
) -> None:
    dana, bo = await timed.sign_in("Dana"), await timed.sign_in("Bo")
    first, second = await timed.visitor(), await timed.visitor()
    async with agent_socket(timed, dana) as far, agent_socket(timed, bo) as far_bo:
        await far.so_far()
        await far_bo.so_far()
        for number in range(41):
            await far.says("viewing", session_id=(second if number % 2 else first).session_id)
        await far.says("viewing", session_id=second.session_id)
        await far.so_far()
        told = of("agent_presence", await far_bo.so_far())
        assert [one["data"]["viewing_session_id"] for one in told] == [first.session_id]
        clock.advance(2)
        told = [await far_bo.until("agent_presence")]
        assert [one["data"]["viewing_session_id"] for one in told] == [second.session_id]


async def test_availability_that_flickers_is_told_by_the_first_and_the_latest(
    timed: RunningServer, clock: HandClock
) -> None:
    dana, bo = await timed.sign_in("Dana"), await timed.sign_in("Bo")
    async with agent_socket(timed, dana) as far, agent_socket(timed, bo) as far_bo:
        await far.so_far()
        await far_bo.so_far()
        for availability in ["busy", "away"] * 10:
            await dana.http.put("/v1/agents/me/availability", json={"availability": availability})
        told = of("agent_presence", await far_bo.so_far())
        assert [one["data"]["availability"] for one in told] == ["busy"]
        clock.advance(2)
        await far_bo.until("agent_presence", id=dana.user.id, availability="away")


async def events(agent: SignedIn, kind: str) -> list[Frame]:
    page = (await agent.http.get("/v1/chat/events", params={"after": "0", "limit": "200"})).json()
    assert not page["has_more"]
    return of(kind, page["events"])


async def reply(agent: SignedIn, visitor: Visitor, times: int) -> None:
    for number in range(times):
        body = {"content": f"{number}", "client_message_id": str(uuid.uuid4())}
        answer = await agent.http.post(f"/v1/chat/sessions/{visitor.session_id}/messages", json=body)
        answer.raise_for_status()


async def test_receipts_are_stored_once_a_second_and_the_furthest_lands_though_the_tab_is_gone(
    timed: RunningServer, clock: HandClock
) -> None:
    dana, visitor = await timed.sign_in(), await timed.visitor()
    await reply(dana, visitor, 20)
    async with agent_socket(timed, dana) as far:
        await far.so_far()
        async with tabs(timed, visitor, 2) as (one, other):
            for up_to in range(1, 20):
                await one.says("read_receipt", data={"up_to": up_to})
            await one.so_far()
            await other.says("read_receipt", data={"up_to": 3})
            await other.so_far()
        assert [one["data"]["up_to"] for one in await events(dana, "read_receipt")] == [1]
        clock.advance(1)
        assert (await far.until("read_receipt"))["data"]["up_to"] == 1
        assert (await far.until("read_receipt"))["data"]["up_to"] == 19, "the furthest of all tabs"
    assert len(await events(dana, "read_receipt")) == 2


async def test_a_receipt_that_waits_is_stored_when_the_server_stops(tmp_path: Path, clock: HandClock) -> None:
    async with running_server(tmp_path, clock=clock) as server:
        dana, visitor = await server.sign_in(), await server.visitor()
        await reply(dana, visitor, 2)
        async with visitor_socket(server, visitor) as tab:
            for up_to in (1, 2):
                await tab.says("read_receipt", data={"up_to": up_to})
            await tab.so_far()
        await server.stop()
        await server.start()
        assert [one["data"]["up_to"] for one in await events(dana, "read_receipt")] == [1, 2]


async def test_a_place_that_cannot_be_is_refused_though_receipts_are_folded(timed: RunningServer) -> None:
    visitor = await timed.visitor()
    async with visitor_socket(timed, visitor) as tab:
        for up_to in (1, -1):
            await tab.says("read_receipt", data={"up_to": up_to})
        assert (await tab.until("error"))["data"]["code"] == "invalid_field"


async def online(agent: SignedIn) -> list[bool]:
    return [one["data"]["customer"]["online"] for one in await events(agent, "session_update")]


async def test_a_customer_who_comes_and_goes_all_the_time_is_told_of_once_in_five_seconds(
    tmp_path: Path, clock: HandClock
) -> None:
    quick: dict[str, Any] = {"visitor_grace": 0.5}
    async with running_server(tmp_path, clock=clock, **quick) as server:
        dana, visitor = await server.sign_in(), await server.visitor()
        for moment in range(4):
            async with visitor_socket(server, visitor):
                pass
            await clock.someone_sleeps_until(moment + 0.5)
            clock.advance(1)
            assert await online(dana) == [False, True], "as it began, and as the customer came"
        async with agent_socket(server, dana) as far:
            await far.so_far()
            await clock.someone_sleeps_until(5)
            clock.advance(1)
            await far.until("session_update", id=visitor.session_id)
        assert await online(dana) == [False, True, False]


async def all_type(visitors: list[Visitor], server: RunningServer) -> None:
    for visitor in visitors:
        async with visitor_socket(server, visitor) as tab:
            await tab.says("typing_start")
            await tab.so_far()


async def test_of_one_network_and_of_all_customers_so_much_typing_is_told_and_no_more(
    tmp_path: Path, clock: HandClock
) -> None:
    rates: dict[str, Any] = {"network_typing_rate": Rate(0.01, 5), "tenant_typing_rate": Rate(0.01, 7)}
    async with running_server(tmp_path, clock=clock, **rates) as server:
        dana, bo = await server.sign_in("Dana"), await server.sign_in("Bo")
        crowd = [await server.visitor(address="127.0.0.7") for _ in range(8)]
        others = [await server.visitor(address=f"127.0.0.{place}") for place in range(20, 24)]
        async with agent_socket(server, dana) as far, agent_socket(server, bo) as far_bo:
            await far.so_far()
            await all_type(crowd, server)
            assert len(of("typing", await far.so_far())) == 5
            await all_type(others, server)
            heard = {one["session_id"] for one in of("typing", await far.so_far())}
            assert heard == {one.session_id for one in others[:2]}, "what the crowd was refused cost the others nothing"
            await far_bo.says("typing_start", session_id=crowd[7].session_id)
            assert (await far.until("typing_start"))["data"]["author_type"] == "agent"


async def test_an_office_of_300_begins_to_type_at_once_and_120_of_them_go_on(clock: HandClock) -> None:
    bus, background, metrics = MemoryBus(), Background(), Metrics()
    told: list[Notice] = []
    await bus.start(told.append, "")
    settings = ServerSettings(data=Path())
    pace = Pace(settings.whisper_every, clock, background, metrics.folded.labels("typing"))
    whispers = Whispers(bus, clock, pace, settings, metrics)
    for count, many in enumerate((300, 120, 120, 120), start=1):
        for number in range(many):
            author = wire.Typing(author_type="visitor", author_id=f"{number}", author_name="Ana")
            await whispers.customer_typing("default", f"{number}", wire.TYPING_START, author, "127.0.0.7")
        assert {one.session_id for one in told if isinstance(one, Whisper)} == {f"{one}" for one in range(many)}
        told.clear()
        await clock.someone_sleeps_until(count * settings.whisper_every, many)
        clock.advance(settings.whisper_every)
        await until(lambda: not pace._waiting)
    await background.close()
