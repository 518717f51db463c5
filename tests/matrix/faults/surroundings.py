"""Clocks, names, a machine that sleeps, a log that nobody announces, and much at once."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, Final

from tests.matrix.catalogue import UNNOTICED, by_tests, played
from tests.matrix.stage import Stage
from tests.together.faultline.faults import BlackHole, Reset, sockets
from tms_tui.core import select
from tms_tui.core.select import BadgeKind
from tms_tui.domain.errors import EndingKind
from tms_tui.domain.events import Woke

NAME: Final = "chat.test"
Places = list[tuple[int, str]]


@contextmanager
def names(places: Places) -> Iterator[list[str]]:
    """While entered, NAME leads to what stands in `places` at the moment, or nowhere; yields what was asked for.

    Planted in the running loop, which both the socket and HTTP ask: no name server is part of a test.
    """
    loop = asyncio.get_running_loop()
    real, asked = loop.getaddrinfo, []

    async def getaddrinfo(host: Any, port: Any, **about: Any) -> Any:
        if host not in (NAME, NAME.encode()):
            return await real(host, port, **about)
        asked.append(NAME)
        if not places:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(family, socket.SOCK_STREAM, 6, "", (address, port)) for family, address in places]

    loop.getaddrinfo = getaddrinfo  # type: ignore[method-assign]
    try:
        yield asked
    finally:
        del loop.getaddrinfo


@played(16, "the name leads nowhere, later to another address")
async def renamed(stage: Stage) -> None:
    places: Places = [(socket.AF_INET, "127.0.0.1")]
    with names(places) as asked:
        async with stage.another_desk(url=f"http://{NAME}:{stage.line.port}") as desk:
            desk.open(stage.guests[0].session)
            await desk.shows(BadgeKind.LIVE)
            places.clear()
            asked.clear()
            stage.line.strike(Reset())
            await desk.until(lambda _: len(asked) >= 3, 30, "the name was asked for again and again")
            await stage.says(stage.guests[0])
            stage.bit(len(asked))
            stage.line.shut_door()
            await stage.line.open_door("127.0.0.2")
            places.append((socket.AF_INET, "127.0.0.2"))
            await stage.agrees(desk, "the console came back by itself")
            stage.line.shut_door()
            await stage.line.open_door()


@played(21, "IPv6 leads nowhere, IPv4 works")
async def black_ipv6(stage: Stage) -> None:
    with closing(socket.socket(socket.AF_INET6)) as deaf, names(_both()) as asked:
        deaf.bind(("::1", stage.line.port))
        deaf.listen(0)
        waiting = [_knocking(stage.line.port) for _ in range(4)]
        try:
            began = asyncio.get_running_loop().time()
            async with stage.another_desk(url=f"http://{NAME}:{stage.line.port}") as desk:
                await desk.shows(BadgeKind.LIVE)
            took = asyncio.get_running_loop().time() - began
            assert took <= 3, f"connected after {took:.1f} s"
            stage.bit(len(asked))
        finally:
            for one in waiting:
                one.close()


def _both() -> Places:
    return [(socket.AF_INET6, "::1"), (socket.AF_INET, "127.0.0.1")]


def _knocking(port: int) -> socket.socket:
    """One that fills the queue of a listener that takes nobody."""
    knocking = socket.socket(socket.AF_INET6)
    knocking.setblocking(False)
    knocking.connect_ex(("::1", port))
    return knocking


@played(
    22,
    "two sockets at once while a line is replaced",
    starred=True,
    speed=1.0,
    settings={"access_seconds": 5, "leeway": 0},
)
async def replaced(stage: Stage) -> None:
    before = len(stage.line.knocked)
    while len(stage.line.knocked) - before < 2:
        await stage.talk(2)
        await stage.lasts(0.2)
    stage.bit(stage.line.most_sockets > 1)
    kinds = {ending.kind for _, ending in stage.desk.endings}
    assert kinds <= {EndingKind.ASKED}, f"a line was cut: {kinds}"


@played(45, "the wall clock jumps by two hours, to a change of time, past 2038", starred=True)
async def jumping_clock(stage: Stage) -> None:
    asked = dict(stage.line.asked)
    for ahead in (7_200, -7_200, 3_600, 13 * 365.25 * 86_400, 0):
        stage.clock.ahead = ahead
        await stage.talk(2)
        await stage.lasts(25)
        stage.bit(1)
    for path in ("/v1/auth/login", "/v1/auth/refresh"):
        assert stage.line.asked[path] == asked.get(path, 0), f"{path} was asked for"
    assert not stage.desk.endings, "the line broke"
    assert select.badge(stage.desk.state).kind is BadgeKind.LIVE


@played(46, "five hundred conversations, one of three thousand messages", guests=1)
async def much(stage: Stage) -> None:
    nora = stage.guests[0]
    for number in range(3_000):
        await nora.says(f"long ago {number}")
    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(_crowd(stage, 125))
    began = asyncio.get_running_loop().time()
    async with stage.another_desk() as desk:
        desk.open(nora.session)
        await desk.until(lambda state: len(state.sessions) >= 500 and desk.texts(nora.session), 10)
        took = asyncio.get_running_loop().time() - began
        assert took <= 2, f"first paint after {took:.1f} s"
        stage.bit(1)
    stage.guests[:] = [nora]


async def _crowd(stage: Stage, count: int) -> None:
    for _ in range(count):
        await stage.guest("One of many")


by_tests(
    47,
    "hostile text in every place",
    "tests/terminal/test_hostile_text.py",
    "tests/domain/test_text.py",
    "tests/protocol/test_decode.py",
    starred=True,
)


@played(48, "stored and never announced", lies=UNNOTICED, settings={"mute": True, "log_check": 3600})
async def never_announced(stage: Stage) -> None:
    """A line that takes its place for being deaf may bring them later: the one that is up must not."""
    came, heard = len(stage.desk.came), len(stage.desk.state.health.heard.known)
    await stage.talk(4)
    await stage.lasts(1)
    stage.bit(len(stage.desk.state.health.heard.known) == heard)
    await stage.until(lambda: len(stage.desk.came) - came >= 4, 60, "they were read")


by_tests(
    80,
    "nodes whose clocks differ",
    "tests/server/test_nodes.py::test_clocks_five_minutes_apart_leave_the_order_to_the_store",
)


@played(84, "the machine sleeps for five minutes", starred=True)
async def asleep(stage: Stage) -> None:
    """What waking looks like: nothing passed for long, and the watch says so before anything else is taken."""
    stage.line.impose(BlackHole(), sockets)
    await stage.talk(2)
    stage.bit(stage.line.bitten[BlackHole] or 1)
    stage.desk.engine.take(Woke(300.0))
    assert select.badge(stage.desk.state).kind is not BadgeKind.LIVE, "a stale Live after waking"
    stage.line.lift()
    await stage.live(10)
