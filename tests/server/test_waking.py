"""What was set aside until a time is open again at that time, once, and every agent is told."""

import asyncio
from typing import Any

from tests.server.hand_clock import START, HandClock
from tests.server.place import Place
from tests.server.running import RunningServer, SignedIn, Visitor, running_server
from tests.server.sockets import agent_socket
from tms_tui.server.clock import timestamp
from tms_tui.server.waking import wake


async def set_aside(agent: SignedIn, visitor: Visitor, until: float | None) -> None:
    """`until` in seconds after the start; None: until the customer writes."""
    body = {"status": "pending"} | ({} if until is None else {"pending_until": timestamp(START + until)})
    (await agent.http.post(f"/v1/chat/sessions/{visitor.session_id}/status", json=body)).raise_for_status()


async def shown(agent: SignedIn, visitor: Visitor) -> dict[str, Any]:
    answer = await agent.http.get(f"/v1/chat/sessions/{visitor.session_id}")
    found: dict[str, Any] = answer.json()
    return found


async def wind_to(clock: HandClock, server: RunningServer, moment: float) -> None:
    """Winds the clock, and waits until the server has looked for what is due then."""
    clock.advance(START + moment - clock.now())
    await clock.someone_sleeps_until(moment + server.settings.wake_check)


async def test_it_wakes_at_its_time_and_has_waited_since(timed: RunningServer, clock: HandClock) -> None:
    dana, bo, visitor = await timed.sign_in("Dana"), await timed.sign_in("Bo"), await timed.visitor()
    async with agent_socket(timed, bo) as far:
        await far.until("connected")
        await set_aside(dana, visitor, 600)
        await far.until("session_update", status="pending")
        await wind_to(clock, timed, 595)
        assert (await shown(dana, visitor))["status"] == "pending"
        await wind_to(clock, timed, 600)
        frame = await far.until("session_update", status="active")
        assert (frame["from_type"], frame["cursor"] is not None) == ("system", True)
        assert frame["data"]["pending_until"] is None
        assert frame["data"]["waiting_since"] == timestamp(START + 600)
        awake = await shown(dana, visitor)
        assert (awake["status"], awake["waiting_since"]) == ("active", timestamp(START + 600))
        await wind_to(clock, timed, 700)
        assert (await shown(dana, visitor))["version"] == awake["version"], "once"


async def test_a_customer_who_waited_before_has_waited_since_then(timed: RunningServer, clock: HandClock) -> None:
    dana, visitor = await timed.sign_in(), await timed.visitor()
    said = await visitor.says("hello?")
    await set_aside(dana, visitor, 60)
    await wind_to(clock, timed, 100)
    assert (await shown(dana, visitor))["waiting_since"] == said["created_at"]


async def test_only_what_has_a_time_wakes_by_itself(timed: RunningServer, clock: HandClock) -> None:
    dana = await timed.sign_in()
    for_ever, ended = await timed.visitor(), await timed.visitor()
    await set_aside(dana, for_ever, None)
    await set_aside(dana, ended, 60)
    await dana.http.post(f"/v1/chat/sessions/{ended.session_id}/status", json={"status": "ended"})
    await wind_to(clock, timed, 800)
    assert [(await shown(dana, one))["status"] for one in (for_ever, ended)] == ["pending", "ended"]


async def test_what_became_due_while_the_server_was_away_wakes_when_it_is_back(
    timed: RunningServer, clock: HandClock
) -> None:
    dana, visitor = await timed.sign_in(), await timed.visitor()
    await set_aside(dana, visitor, 60)
    await timed.stop()
    clock.advance(120)
    await timed.start()
    await clock.someone_sleeps_until(120 + timed.settings.wake_check)
    assert (await shown(dana, visitor))["status"] == "active"


async def test_a_time_that_is_past_by_the_servers_clock_is_refused_and_changes_nothing(timed: RunningServer) -> None:
    dana, visitor = await timed.sign_in(), await timed.visitor()
    before = await shown(dana, visitor)
    for until in (0.0, -0.001, -7200.0):
        body = {"status": "pending", "pending_until": timestamp(START + until)}
        answer = await dana.http.post(f"/v1/chat/sessions/{visitor.session_id}/status", json=body)
        assert (answer.status_code, answer.json()["details"]) == (422, {"field": "pending_until"}), until
    assert await shown(dana, visitor) == before
    await set_aside(dana, visitor, 0.001)


async def test_the_same_asked_again_after_a_lost_answer_is_no_past_time(timed: RunningServer, clock: HandClock) -> None:
    dana, visitor = await timed.sign_in(), await timed.visitor()
    await set_aside(dana, visitor, 1)
    aside = await shown(dana, visitor)
    clock.advance(timed.settings.wake_check / 2)
    await set_aside(dana, visitor, 1)
    assert await shown(dana, visitor) == aside


async def test_a_second_node_finds_nothing_left_to_wake(timed: RunningServer, clock: HandClock) -> None:
    dana, visitor = await timed.sign_in(), await timed.visitor()
    await set_aside(dana, visitor, 60)
    await wind_to(clock, timed, 60)
    awake = await shown(dana, visitor)
    await wake(timed.app.services.journal, "default", visitor.session_id)
    assert await shown(dana, visitor) == awake


async def test_of_nodes_that_look_at_once_one_wakes_it(place: Place, clock: HandClock) -> None:
    async with running_server(place, clock=clock) as one, running_server(place, clock=clock) as other:
        dana, visitor = await one.sign_in(), await other.visitor()
        await set_aside(dana, visitor, 60)
        before = await shown(dana, visitor)
        clock.advance(60)
        journals = [node.app.services.journal for node in (one, other)] * 4
        await asyncio.gather(*(wake(journal, "default", visitor.session_id) for journal in journals))
        await clock.someone_sleeps_until(60 + one.settings.wake_check, count=2)
        after = await shown(dana, visitor)
        assert (after["status"], after["version"]) == ("active", before["version"] + 1)
