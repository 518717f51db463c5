"""A line that is replaced before it is cut, over real sockets: nothing lost, nothing twice, and Live all the time."""

import asyncio
import itertools
import random

from tests.matrix.quick_clock import QuickClock
from tests.server.running import RunningServer
from tests.together.console import console
from tests.together.customer import customer
from tests.together.faultline.faults import Frames, sockets
from tests.together.faultline.frames import Drop
from tests.together.faultline.proxy import Faultline
from tms_tui.core.select import BadgeKind
from tms_tui.core.state import State
from tms_tui.domain.changes import NoticeKind
from tms_tui.domain.errors import EndingKind


def first_sockets(request_line: str) -> bool:
    """Sockets that go on from nowhere: those that replace one go on from a cursor."""
    return sockets(request_line) and "after=" not in request_line


def was_replaced(state: State) -> bool:
    return state.health.connects == 2


async def test_a_deaf_line_is_replaced_and_nobody_notices(server: RunningServer, line: Faultline) -> None:
    async with console(line.url, clock=QuickClock(5.0)) as desk, customer(server.url) as nora:
        await nora.says("before")
        await desk.reads(nora.session, "before")
        async with asyncio.timeout(60):
            while not desk.state.sync.joined:  # noqa: ASYNC110 - that the socket goes on where the log ends shows nowhere
                await asyncio.sleep(0.01)
        line.impose(Frames(Drop(1.0, random.Random(1))), on=first_sockets)
        await nora.says("unheard")
        await desk.reads(nora.session, "before", "unheard")
        await desk.until(was_replaced, what="another line")
        assert line.bitten[Frames] >= 1
        await nora.says("after")
        await desk.reads(nora.session, "before", "unheard", "after")
        assert desk.badges == [BadgeKind.CONNECTING, BadgeKind.LIVE]
        assert [ending.kind for _, ending in desk.state.health.endings] == [EndingKind.DEAF]
        assert (desk.state.health.deaf, desk.state.health.reconnects) == (1, 0)
        assert not {NoticeKind.LINE_LOST, NoticeKind.LIVE} & {notice.kind for notice in desk.notices}
        assert not desk.gaps(nora.session)


async def test_replacing_again_and_again_loses_and_doubles_nothing(server: RunningServer) -> None:
    async with console(server.url, clock=QuickClock(5.0)) as desk, customer(server.url) as nora, nora.online() as page:
        for number in itertools.count():
            if desk.state.health.connects > 4:
                break
            desk.reconnect()
            await nora.says(f"customer {number}")
            desk.send(nora.session, f"agent {number}")
            await page.until("chat_message", content=f"agent {number}")
        await desk.reads(nora.session, *await nora.stored())
        await desk.until(lambda _: not desk.pending(nora.session))
        assert desk.badges == [BadgeKind.CONNECTING, BadgeKind.LIVE]
        assert desk.texts(nora.session) == await nora.stored()
