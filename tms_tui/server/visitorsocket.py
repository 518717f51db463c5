"""The visitors' socket: a token in its first frame, then one conversation and never a note."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from tms_tui.protocol import wire
from tms_tui.server import blocking
from tms_tui.server.admission import admit, refuse
from tms_tui.server.clock import timestamp
from tms_tui.server.errors import Refusal, gone, not_found, too_many
from tms_tui.server.feed import VisitorLine
from tms_tui.server.frames import BadFrame, Frames, data_of, decoded, spoken
from tms_tui.server.line import Line
from tms_tui.server.networks import network_of
from tms_tui.server.outbox import (
    CLOSE_BLOCKED,
    CLOSE_ERASED,
    CLOSE_TOKEN,
    CLOSE_TOO_MANY,
    CLOSE_UNKNOWN,
    Ending,
    Outbox,
)
from tms_tui.server.rest.call import About, Socket
from tms_tui.server.seats import CODE, VISITOR, Seat
from tms_tui.server.services import Services, services
from tms_tui.server.store.conversation import Conversation
from tms_tui.server.tokens import VISITOR as TOKEN
from tms_tui.server.tokens import Claims
from tms_tui.server.visitors import entered

_STRANGER: Final = Ending(CLOSE_TOKEN, "say who you are first")
_ENDINGS: Final = {
    blocking.refusal().code: Ending(CLOSE_BLOCKED, "blocked"),
    not_found().code: Ending(CLOSE_UNKNOWN, "there is no such conversation"),
    gone().code: Ending(CLOSE_ERASED, "this conversation was removed"),
    CODE: Ending(CLOSE_TOO_MANY, "opened too often"),
}
"""By the refusal's code, how a socket is closed that may not be there."""


async def visitor_socket(socket: WebSocket) -> None:
    served = services(socket)
    async with contextlib.AsyncExitStack() as leaving:
        try:
            async with served.openings.turn(network_of(socket)):
                seat = admit(socket, served, VISITOR)
                leaving.callback(served.seats.leave, seat)
                await socket.accept()
        except Refusal as refusal:
            served.metrics.opens.labels("visitor", refusal.code).inc()
            await refuse(socket, served, refusal)
            return
        await _seated(socket, served, seat)


async def _seated(socket: WebSocket, served: Services, seat: Seat) -> None:
    found = await _introduced(socket, served, seat)
    if isinstance(found, Ending):
        served.metrics.opens.labels("visitor", "not_introduced").inc()
        with contextlib.suppress(WebSocketDisconnect):  # who left without a word is told nothing
            await socket.close(found.code, found.reason)
        return
    served.metrics.opens.labels("visitor", "accepted").inc()
    claims, conversation = found
    await VisitorSocket(socket, served, claims, conversation).live()


async def _introduced(socket: WebSocket, served: Services, seat: Seat) -> tuple[Claims, Conversation] | Ending:
    """The conversation named by the first frame's token, when it comes in time and holds; else why not."""
    frames = Frames(socket, Outbox(1, 0), served.settings, served.clock)
    hello = asyncio.create_task(frames.receive())
    timer = asyncio.create_task(served.clock.sleep(served.settings.visitor_auth))
    try:
        await asyncio.wait([hello, timer], return_when=asyncio.FIRST_COMPLETED)
        raw = hello.result() if hello.done() else None
    finally:
        hello.cancel()
        timer.cancel()
        await asyncio.gather(hello, timer, return_exceptions=True)
    try:
        return _STRANGER if raw is None else await _proven(raw, served, seat)
    except BadFrame:
        return _STRANGER
    except Refusal as refusal:
        return _ENDINGS.get(refusal.code, _STRANGER)


async def _proven(raw: str | bytes, served: Services, seat: Seat) -> tuple[Claims, Conversation]:
    frame = decoded(raw)
    if frame.type != wire.AUTH:
        raise BadFrame("auth_first", "The first frame is auth.")
    claims = served.tokens.verify(data_of(frame, wire.VisitorAuth).token, TOKEN)
    wait = served.seats.introduce(seat, claims.sub)
    if wait > 0:
        raise too_many(wait, CODE)
    async with served.openings.turn(seat.network), served.database.read() as database:
        return claims, await entered(database, served, claims, seat.network)


class VisitorSocket:
    """One customer's open page."""

    def __init__(self, socket: WebSocket, served: Services, claims: Claims, conversation: Conversation) -> None:
        self._served = served
        self._claims = claims
        self._network = network_of(socket)
        self._conversation = conversation
        self._line = Line(socket, served, claims.exp)
        marks = frozenset((*conversation.marks.values(), served.identities.network(self._network)))
        self._listener = VisitorLine(conversation.id, self._line.outbox, marks)

    async def live(self) -> None:
        """From the first frame to the close."""
        served, own = self._served, self._conversation
        served.metrics.sockets.labels("visitor").inc()
        try:
            await served.hub.join(own.tenant_id, self._listener)
            if await self._is_still_welcome():
                await served.visitors.arrived(own.tenant_id, own.id)
            await self._line.run(self._opening(), self._take)
        finally:
            served.hub.leave(own.tenant_id, self._listener)
            served.visitors.left(own.tenant_id, own.id)
            served.metrics.sockets.labels("visitor").dec()

    async def _is_still_welcome(self) -> bool:
        """What ended it while it was being registered was not told to it."""
        try:
            async with self._served.database.read() as database:
                await entered(database, self._served, self._claims, self._network)
        except Refusal as refusal:
            ending = _ENDINGS.get(refusal.code, _STRANGER)
            self._line.outbox.cut(ending.code, ending.reason)
            return False
        return True

    async def _opening(self) -> AsyncIterator[str]:
        now = self._served.clock.now()
        data = wire.VisitorConnected(
            session_id=self._conversation.id,
            server_time=timestamp(now),
            seen_up_to=self._conversation.read_by_agents,
        )
        yield spoken(wire.CONNECTED, data, now, "system")

    async def _take(self, frame: wire.ClientFrame) -> None:
        if self._line.outbox.ending is not None:
            return  # what comes after its end is nobody's any more
        follow = FRAMES.get(frame.type)
        if follow is None:
            raise BadFrame("unknown_type", "There is no such frame.")
        await follow(self, frame)

    async def read(self, frame: wire.ClientFrame) -> None:
        own = self._conversation
        up_to = data_of(frame, wire.ReadBody).up_to
        try:
            await self._served.receipts.read(own.tenant_id, own.id, up_to)
        except Refusal as refusal:
            raise BadFrame(refusal.code, refusal.words) from refusal

    async def typing(self, frame: wire.ClientFrame) -> None:
        own = self._conversation
        author = wire.Typing(author_type="visitor", author_id=own.customer_id, author_name=own.customer_name)
        await self._served.whispers.customer_typing(own.tenant_id, own.id, frame.type, author, self._network)


FRAMES: Final[Mapping[str, Callable[[VisitorSocket, wire.ClientFrame], Awaitable[None]]]] = {
    wire.TYPING_START: VisitorSocket.typing,
    wire.TYPING_STOP: VisitorSocket.typing,
    wire.READ_RECEIPT: VisitorSocket.read,
}
"""Every frame a customer's page may send once it has said who it is."""

route: Final = Socket(
    "/v1/visitor/ws",
    visitor_socket,
    About(
        "A customer's socket: the first frame is `auth` with the visitor's token; 404 when no upgrade is asked for.",
        {101: None},
        refusals={404: "not_found", 429: CODE, 503: "draining, node_full"},
    ),
    heard={
        wire.AUTH: wire.VisitorAuth,
        wire.TYPING_START: wire.Wire,
        wire.TYPING_STOP: wire.Wire,
        wire.READ_RECEIPT: wire.ReadBody,
    },
    told={
        wire.CONNECTED: wire.VisitorConnected,
        wire.CHAT_MESSAGE: wire.Message,
        wire.TYPING_START: wire.Typing,
        wire.TYPING_STOP: wire.Typing,
        wire.READ_RECEIPT: wire.Receipt,
        wire.ERROR: wire.FrameError,
    },
)
