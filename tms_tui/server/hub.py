"""Who hears what on this node: one feed per tenant, woken by the bus."""

import asyncio
import logging
import random
from collections.abc import Sequence
from typing import assert_never

from tms_tui.server.background import Background
from tms_tui.server.bus import LogGrew, LoginEnded, MarkMoved, Missed, Notice, Roster, Whisper
from tms_tui.server.clock import Clock
from tms_tui.server.feed import AgentLine, Feed, VisitorLine
from tms_tui.server.nodes import Nodes
from tms_tui.server.outbox import CLOSE_REPLACED, CLOSE_RESTART
from tms_tui.server.readmarks import ReadMarks
from tms_tui.server.settings import ServerSettings
from tms_tui.server.signins import SignIns
from tms_tui.server.store import agents
from tms_tui.server.store.database import Database
from tms_tui.server.store.log import Logged, Place

logger = logging.getLogger(__name__)


class Hub:
    """Owns the feeds and their tasks; `hear` is what the bus calls."""

    def __init__(
        self, database: Database, settings: ServerSettings, signins: SignIns, background: Background, nodes: Nodes
    ) -> None:
        self.nodes = nodes
        self.marks = ReadMarks(database)
        self._database = database
        self._settings = settings
        self._signins = signins
        self._background = background
        self._feeds: dict[str, Feed] = {}

    def feed(self, tenant_id: str) -> Feed:
        """The tenant's feed, started when first asked for."""
        feed = self._feeds.get(tenant_id)
        if feed is None:
            feed = Feed(tenant_id, self._database, self.marks, self._settings.log_check)
            self._feeds[tenant_id] = feed
            self._background.start(feed.run(), "feed")
        return feed

    async def join(self, tenant_id: str, line: AgentLine | VisitorLine) -> Place:
        """Registers a socket; returns the place in the log it stands at. The agent's oldest socket may have to go."""
        position = await self.feed(tenant_id).join(line)
        if isinstance(line, AgentLine):
            self._make_room(tenant_id, line)
        else:
            self._close_oldest(tenant_id, line)
        return position

    def leave(self, tenant_id: str, line: AgentLine | VisitorLine) -> None:
        self.feed(tenant_id).leave(line)

    def visitors_of(self, tenant_id: str, session_id: str) -> int:
        return len(self.feed(tenant_id).listeners.of_session(session_id))

    def visitors_here(self) -> dict[str, list[str]]:
        """Tenant -> the sessions whose customer is connected to this node."""
        return {tenant_id: list(feed.listeners.visitors) for tenant_id, feed in self._feeds.items()}

    async def drain(self, clock: Clock, seconds: float) -> None:
        """Sends every socket elsewhere, one after the other over `seconds`: not all in one moment."""
        outboxes = [one.outbox for feed in self._feeds.values() for one in feed.listeners.everyone()]
        random.shuffle(outboxes)
        for outbox in outboxes:
            outbox.cut(CLOSE_RESTART, "this server is being replaced: come back")
            if seconds > 0:
                await clock.sleep(seconds / len(outboxes))

    async def watch_writing(self, at_most: float) -> None:
        """Cuts off, for ever, whoever needs longer than `at_most` seconds to take one frame."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(at_most / 5)
            before = loop.time() - at_most
            for feed in self._feeds.values():
                for line in feed.listeners.everyone():
                    line.outbox.cut_if_stuck(before)

    async def close_ended(self) -> None:
        """Closes what a sign-out unheard or an agent shut out has left open."""
        for feed in list(self._feeds.values()):
            held = {line.login_id for line in feed.listeners.agents}
            async with self._database.read() as connection:
                feed.cut(held - await agents.standing(connection, held))

    def look_at_logs(self) -> None:
        """Somebody may have written there who announced nothing."""
        for feed in self._feeds.values():
            feed.grew()

    def hand_over(self, events: Sequence[Logged]) -> None:
        """This node has logged them; that is announced next."""
        feed = self._feeds.get(events[0].tenant_id)
        if feed is not None:
            feed.hand_over(events)

    def hear(self, notice: Notice) -> None:
        """What the bus says, from this node or another."""
        match notice:
            case LogGrew() | Whisper():
                self._pass_on(notice)
            case LoginEnded():
                self._signins.forget(notice.login_id)
                if notice.tenant_id in self._feeds:
                    self._feeds[notice.tenant_id].cut([notice.login_id])
            case MarkMoved():
                self.marks.forget(notice.session_id)
            case Roster():
                self.nodes.heard(notice)
            case Missed():
                self._catch_up()
            case _:
                assert_never(notice)

    def _pass_on(self, notice: LogGrew | Whisper) -> None:
        feed = self._feeds.get(notice.tenant_id)
        if feed is None:
            return
        if isinstance(notice, LogGrew):
            feed.committed(notice)
        else:
            feed.whisper(notice)

    def _catch_up(self) -> None:
        self._signins.forget_all()
        self.marks.forget_all()
        self.nodes.deaf_until_now()
        self.look_at_logs()

    def _make_room(self, tenant_id: str, newest: AgentLine) -> None:
        """Closes what is too much: first what the same console, which may be replacing it, had opened before."""
        lines = self.feed(tenant_id).listeners.agents
        own = [one for one in lines if one.agent_id == newest.agent_id and one.outbox.ending is None]
        too_many = len(own) - self._settings.sockets_per_agent
        older = sorted((one for one in own if one is not newest), key=lambda one: (not _same(one, newest), one.number))
        for line in older[: max(0, too_many)]:
            line.outbox.cut(CLOSE_REPLACED, "replaced by a newer connection")

    def _close_oldest(self, tenant_id: str, newest: VisitorLine) -> None:
        lines = self.feed(tenant_id).listeners.of_session(newest.session_id)
        own = sorted((one for one in lines if one.outbox.ending is None), key=lambda one: one.number)
        for line in own[: max(0, len(own) - self._settings.sockets_per_conversation)]:
            line.outbox.cut(CLOSE_REPLACED, "replaced by a newer connection")


def _same(one: AgentLine, other: AgentLine) -> bool:
    return one.login_id == other.login_id
