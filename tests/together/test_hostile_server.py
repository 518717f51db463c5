"""A console at a server that means harm, over real sockets: it asks at a pace of its own, and goes on working."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import pytest

from tests.matrix.quick_clock import QuickClock
from tests.protocol.samples import SESSION
from tests.together.console import Console
from tests.together.hostile import (
    AGENTS,
    EVENTS,
    REFRESH,
    SESSIONS,
    SOCKET,
    Hostile,
    connected,
    endless_events,
    every_other,
    hostile,
    ok,
    refused,
    tokens,
)
from tests.transport.scripted import hang_up, http, text_frame, upgrade
from tms_tui.domain import policy
from tms_tui.domain.changes import Bound, NoticeKind
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.secret import Secret

SPEED: Final = 20.0
MINUTE: Final = 60.0


@asynccontextmanager
async def signed_in(server: Hostile) -> AsyncIterator[Console]:
    """A console at it whose clock runs so many times as fast."""
    clock = QuickClock(SPEED)
    desk = Console(server.url, clock.timings(), clock=clock, chance=random.Random(1))
    await desk.sign_in("dana@example.com", "secret")
    desk.start()
    try:
        yield desk
    finally:
        await desk.stop()


async def a_minute() -> None:
    """A minute of the console's clock, by an alarm of that clock."""
    over, clock = asyncio.Event(), QuickClock(SPEED)
    clock.call_at(clock.now() + MINUTE, over.set)
    await over.wait()


def short_lived() -> Hostile:
    return Hostile({"/v1/auth/login": lambda _: ok(**tokens(0)), REFRESH: lambda _: ok(**tokens(0))})


def refusing_each_first() -> Hostile:
    server = short_lived()
    server.everything = every_other(refused(401), ok(sessions=[], events=[], agents=[], cursor="0", has_more=False))
    return server


def welcoming_without_end() -> Hostile:
    return Hostile(socket=upgrade(*[connected()] * 5000))


def hanging_up() -> Hostile:
    return Hostile(socket=upgrade(connected(), then=hang_up))


def resting_for_nothing() -> Hostile:
    return Hostile(everything=lambda _: refused(429, Retry_After="0"))


def failing_for_nothing() -> Hostile:
    return Hostile(everything=lambda _: refused(503, Retry_After="0.001"), socket=hang_up)


def expiring() -> Hostile:
    return Hostile({EVENTS: lambda _: refused(410)})


def listing_without_end() -> Hostile:
    return Hostile({SESSIONS: lambda _: ok(sessions=[SESSION], cursor="0", next="same")})


ONCE: Final = 30
"""Requests with which a console begins."""
HOSTILITIES: Final[dict[str, tuple[Callable[[], Hostile], str, int, int]]] = {
    "tokens that live 0 s": (short_lived, REFRESH, 5, 16),
    "tokens that are refused at first": (refusing_each_first, REFRESH, 3, 16),
    "welcomes without end": (welcoming_without_end, AGENTS, 1, 3),
    "sockets that close at once": (hanging_up, SOCKET, 3, 18),
    "a rest of 0 s": (resting_for_nothing, EVENTS, 0, 60),
    "failures with a rest of 1 ms": (failing_for_nothing, SOCKET, 3, 18),
    "a log that has always expired": (expiring, EVENTS, 3, 20),
    "a list without end": (listing_without_end, SESSIONS, 2, ONCE),
}
"""Who serves, what is counted, how often it is asked for in a minute at least (so the harm was met) and at most."""


@pytest.mark.parametrize("name", HOSTILITIES)
async def test_a_hostile_server_is_asked_at_a_pace_of_our_own(name: str) -> None:
    make, path, least, most = HOSTILITIES[name]
    async with hostile(make()) as server, signed_in(server):
        await a_minute()
        assert least <= server.asked[path] <= most, server.asked
        assert server.total() <= 240, server.asked


async def test_events_that_never_end_are_read_once_a_second_after_the_first_and_that_is_said() -> None:
    async with hostile(Hostile({EVENTS: endless_events()})) as server, signed_in(server) as desk:
        said = await desk.says(NoticeKind.BOUNDED)
        assert said.bound is Bound.READS
        before = server.asked[EVENTS]
        assert before >= policy.READS_AT_ONCE - ONCE
        await a_minute()
        assert 10 <= server.asked[EVENTS] - before <= MINUTE / policy.READ_EVERY + ONCE


async def test_a_server_that_refuses_every_token_it_gives_is_soon_asked_for_nothing_more() -> None:
    async with hostile(Hostile(everything=lambda _: refused(401))) as server, signed_in(server) as desk:
        await desk.until(lambda state: state.sign_in_needed is not None)
        await a_minute()
        at_first = server.requests()
        await a_minute()
        assert server.requests() == at_first
        assert server.asked[REFRESH] <= 3
        assert server.total() <= ONCE


async def test_a_token_that_fills_every_request_is_not_taken() -> None:
    long = {**tokens(), "access_token": "x" * 200_000}
    async with hostile(Hostile({"/v1/auth/login": lambda _: ok(**long)})) as server:
        desk = Console(server.url)
        outcome = await desk.login.sign_in("dana@example.com", Secret("secret"))
        await desk.login.aclose()
        assert isinstance(outcome, Failure)
        assert outcome.kind is FailureKind.UNREADABLE


HUGE: Final = "1" + 400 * "0"


@pytest.mark.parametrize(
    "bent",
    [
        {"tags": ["t" * 1_000_000] * 3},
        {"unread_count": "HUGE"},
        {"version": "HUGE"},
        {"customer": {**SESSION["customer"], "info": {"orders": "HUGE"}}},
        {"customer": {**SESSION["customer"], "name": "n" * 1_000_000}},
    ],
    ids=["tags of 1 MB", "a count of 400 digits", "a version of 400 digits", "a fact of 400 digits", "a name of 1 MB"],
)
async def test_a_conversation_of_monstrous_parts_costs_no_more_than_itself(bent: dict[str, object]) -> None:
    def frame(session: dict[str, object], cursor: str) -> bytes:
        raw = json.dumps({"type": "session_update", "data": session, "cursor": cursor})
        return text_frame(raw.replace('"HUGE"', HUGE).encode())

    monstrous = frame({**SESSION, "id": "monstrous", **bent}, "1")
    good = frame({**SESSION, "id": "good"}, "2")
    async with hostile(Hostile(socket=upgrade(connected(), monstrous, good))) as server, signed_in(server) as desk:
        await desk.until(lambda state: "good" in state.sessions)
        held = desk.state.sessions.get("monstrous")  # type: ignore[call-overload]  # an id is a string
        assert held is None or len(repr(held)) < 20_000
        assert (held is None) == bool(desk.state.health.unread)


async def test_a_renewal_that_names_a_life_of_400_digits_does_not_end_the_console() -> None:
    renewal = json.dumps({**tokens(), "expires_in": "HUGE"}).replace('"HUGE"', HUGE).encode()
    renewed = http(200, renewal, Content_Type="application/json")
    answers = {REFRESH: lambda _: renewed, AGENTS: every_other(refused(401), ok(agents=[]))}
    async with hostile(Hostile(answers)) as server, signed_in(server) as desk:
        await desk.until(lambda state: state.health.failures_seen)
        assert server.asked[REFRESH] >= 1
        await desk.until(lambda state: state.health.connects)
