"""The agents' socket: who may open it, what it hears first, and what the console says over it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Final

from starlette.websockets import WebSocket

from tms_tui.protocol import wire
from tms_tui.server.admission import admit, refuse
from tms_tui.server.clock import timestamp
from tms_tui.server.errors import Refusal
from tms_tui.server.feed import AgentLine
from tms_tui.server.frames import BadFrame, data_of, session_of, spoken
from tms_tui.server.line import Line
from tms_tui.server.metrics import REPORT_EVERY
from tms_tui.server.outbox import CLOSE_TOKEN
from tms_tui.server.readmarks import text
from tms_tui.server.replay import frames, resumable
from tms_tui.server.rest.call import About, Door, Query, Socket
from tms_tui.server.rest.request import Caller, caller, known_caller
from tms_tui.server.seats import AGENT, CODE
from tms_tui.server.services import Services, services
from tms_tui.server.store import log, sessions
from tms_tui.server.tokens import ACCESS

PAGE: Final = 200
KNOWN: Final = 1000
"""Of so many conversations one socket remembers that they are the tenant's, so that typing asks the store once."""


async def agent_socket(socket: WebSocket) -> None:
    served = services(socket)
    try:
        seat = admit(socket, served, AGENT)
    except Refusal as refusal:
        await _turn_away(socket, served, refusal)
        return
    try:
        await _seated(socket, served)
    finally:
        served.seats.leave(seat)


async def _turn_away(socket: WebSocket, served: Services, refusal: Refusal) -> None:
    served.metrics.opens.labels("agent", refusal.code).inc()
    await refuse(socket, served, refusal)


async def _seated(socket: WebSocket, served: Services) -> None:
    try:
        who = await _named(socket, served)
    except Refusal as refusal:
        await _turn_away(socket, served, refusal)
        return
    await socket.accept()
    served.metrics.opens.labels("agent", "accepted").inc()
    await AgentSocket(socket, served, who).live()


async def _named(socket: WebSocket, served: Services) -> Caller:
    """The agent the token speaks for; raises the 401s, and 403 when the address names another one."""
    who = await caller(socket, served)
    if socket.query_params.get("agent_id") != who.id:
        raise Refusal(403, "agent_mismatch", "This token speaks for another agent.")
    return who


class AgentSocket:
    """One open console."""

    def __init__(self, socket: WebSocket, served: Services, who: Caller) -> None:
        self._after = socket.query_params.get("after")
        self._served = served
        self._who = who
        self._known: set[str] = set()
        self._line = Line(socket, served, who.claims.exp)
        self._listener = AgentLine(who.id, who.claims.sid, self._line.outbox)

    async def live(self) -> None:
        """From the first frame to the close."""
        served, tenant_id = self._served, self._who.tenant_id
        served.metrics.sockets.labels("agent").inc()
        try:
            position = await served.hub.join(tenant_id, self._listener)
            await self._cut_if_signed_out()
            if self._line.outbox.ending is None:
                await self._present(position)
            else:
                await self._line.close()
        finally:
            served.hub.leave(tenant_id, self._listener)
            served.metrics.sockets.labels("agent").dec()

    async def _cut_if_signed_out(self) -> None:
        """A sign-out while it was being registered, or given this token, was not told to it."""
        try:
            await known_caller(self._served, self._who.claims)
        except Refusal:
            self._line.outbox.cut(CLOSE_TOKEN, "signed out")

    async def _present(self, position: log.Place) -> None:
        served, tenant_id = self._served, self._who.tenant_id
        try:
            await served.presence.arrived(tenant_id, self._who.id)  # counted before the store is asked
            await self._line.run(self._opening(position), self._take)
        finally:
            served.presence.left(tenant_id, self._who.id)

    async def _opening(self, position: log.Place) -> AsyncIterator[str]:
        """`connected`, then what was missed up to the place where live delivery took over."""
        served, tenant_id = self._served, self._who.tenant_id
        async with served.database.read() as database:
            found = await resumable(database, tenant_id, self._after, served.settings.resume_limit)
        # No console can have heard of a cursor that this node, having just read the log, has not.
        after = found.cursor if found is not None and found.cursor <= position.cursor else None
        if self._after is not None:
            served.metrics.resumes.labels("refused" if after is None else "resumed").inc()
        yield self._connected(position, resumed=after is not None)
        while after is not None and after < position.cursor:
            async with served.database.read() as database:
                missed = await log.read(database, tenant_id, after, PAGE, up_to=position.cursor)
            if not missed:
                break  # what happened in between was erased
            for frame in await frames(missed, served.hub.marks, self._who.id):
                yield text(frame)
            after = missed[-1].cursor

    def _connected(self, position: log.Place, *, resumed: bool) -> str:
        now = self._served.clock.now()
        data = wire.Connected(
            agent_id=self._who.id,
            server_time=timestamp(now),
            resumed=resumed,
            cursor=str(position),
            report_metrics_every=REPORT_EVERY,
        )
        return spoken(wire.CONNECTED, data, now, "system")

    async def _take(self, frame: wire.ClientFrame) -> None:
        follow = FRAMES.get(frame.type)
        if follow is None:
            raise BadFrame("unknown_type", "There is no such frame.")
        await follow(self, frame)

    async def typing(self, frame: wire.ClientFrame) -> None:
        session_id = await self._own_session(frame)
        if session_id is None:
            raise BadFrame("bad_data", "Typing happens in a conversation.")
        author = wire.Typing(author_type="agent", author_id=self._who.id, author_name=self._who.agent.name)
        await self._served.whispers.typing(self._who.tenant_id, session_id, frame.type, author)

    async def viewing(self, frame: wire.ClientFrame) -> None:
        session_id = await self._own_session(frame)
        await self._served.presence.views(self._who.tenant_id, self._who.id, session_id)

    async def _own_session(self, frame: wire.ClientFrame) -> str | None:
        session_id = session_of(frame)
        if session_id is not None and session_id not in self._known:
            async with self._served.database.read() as database:
                if not await sessions.exists(database, self._who.tenant_id, session_id):
                    raise BadFrame("not_found", "There is no such conversation.")
            self._know(session_id)
        return session_id

    def _know(self, session_id: str) -> None:
        if len(self._known) >= KNOWN:
            self._known.clear()
        self._known.add(session_id)

    async def renew(self, frame: wire.ClientFrame) -> None:
        try:
            claims = self._served.tokens.verify(data_of(frame, wire.VisitorAuth).token, ACCESS)
            fresh = await known_caller(self._served, claims)
        except Refusal as refusal:
            raise BadFrame(refusal.code, refusal.words) from refusal
        if fresh.id != self._who.id:
            raise BadFrame("agent_mismatch", "This token speaks for another agent.")
        self._who = fresh
        self._listener.login_id = claims.sid
        self._line.life.expires_at = claims.exp
        await self._cut_if_signed_out()


FRAMES: Final[Mapping[str, Callable[[AgentSocket, wire.ClientFrame], Awaitable[None]]]] = {
    wire.TYPING_START: AgentSocket.typing,
    wire.TYPING_STOP: AgentSocket.typing,
    wire.VIEWING: AgentSocket.viewing,
    wire.AUTH: AgentSocket.renew,
}
"""Every frame a console may send."""

route: Final = Socket(
    "/v1/chat/agent/ws",
    agent_socket,
    About(
        "The agents' socket: every conversation of the tenant over one line; 404 when no upgrade is asked for.",
        {101: None},
        refusals={403: "agent_mismatch", 404: "not_found", 429: CODE, 503: "draining, node_full"},
        door=Door.AGENT,
        query=(
            Query("agent_id", str, "The agent the token speaks for.", required=True),
            Query("after", str, "The last cursor heard, to go on from there."),
        ),
    ),
    heard={
        wire.TYPING_START: wire.Viewing,
        wire.TYPING_STOP: wire.Viewing,
        wire.VIEWING: wire.Viewing,
        wire.AUTH: wire.VisitorAuth,
    },
    told={
        wire.CONNECTED: wire.Connected,
        wire.CHAT_MESSAGE: wire.Message,
        wire.SESSION_UPDATE: wire.Session,
        wire.SESSION_ASSIGNED: wire.Assigned,
        wire.TYPING_START: wire.Typing,
        wire.TYPING_STOP: wire.Typing,
        wire.READ_RECEIPT: wire.Receipt,
        wire.READ_MARK: wire.ReadMark,
        wire.AGENT_PRESENCE: wire.Agent,
        wire.ERROR: wire.FrameError,
    },
)
