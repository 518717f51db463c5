"""One tenant's live delivery on this node: reads the log in order and hands it to the sockets."""

import asyncio
import itertools
import logging
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from tms_tui.protocol import wire
from tms_tui.server import departures
from tms_tui.server.bus import LogGrew, Whisper
from tms_tui.server.clock import moment
from tms_tui.server.outbox import CLOSE_RESTART, CLOSE_TOKEN, Outbox
from tms_tui.server.readmarks import ReadMarks, frame, speaks_of_session, text, unread
from tms_tui.server.store import log
from tms_tui.server.store.database import Database

logger = logging.getLogger(__name__)
PAGE = 200


@dataclass(eq=False, slots=True)
class AgentLine:
    """An agent's socket as the feed sees it."""

    agent_id: str
    login_id: str
    outbox: Outbox
    number: int = field(default_factory=itertools.count().__next__)
    """Grows with each socket, so that the oldest can be told."""


@dataclass(eq=False, slots=True)
class VisitorLine:
    """A visitor's socket as the feed sees it."""

    session_id: str
    outbox: Outbox
    marks: frozenset[str] = frozenset()
    """What its customer is recognised by."""
    number: int = field(default_factory=itertools.count().__next__)
    """Grows with each socket, so that the oldest can be told."""


@dataclass(slots=True)
class Listeners:
    """Who is on this node for one tenant."""

    agents: set[AgentLine] = field(default_factory=set)
    visitors: dict[str, set[VisitorLine]] = field(default_factory=dict)

    def everyone(self) -> list[AgentLine | VisitorLine]:
        return [*self.agents, *itertools.chain.from_iterable(self.visitors.values())]

    def of_session(self, session_id: str | None) -> set[VisitorLine]:
        return self.visitors.get(session_id or "", set())


class Feed:
    """Everything up to `position` has been handed out; everything after it will be."""

    def __init__(self, tenant_id: str, database: Database, marks: ReadMarks, check_every: float) -> None:
        self.listeners = Listeners()
        self._tenant_id = tenant_id
        self._database = database
        self._commits: dict[int, float] = {}
        """When the last changes were committed, by cursor."""
        self._marks = marks
        self._check_every = check_every
        self._position: log.Place | None = None
        self._reading = asyncio.Lock()
        self._grew = asyncio.Event()
        self._handed: deque[log.Logged] = deque(maxlen=PAGE)
        """What this node has logged last and not delivered yet, so that it need not be read."""
        self._behind = True
        """Whether something may be in the log that was not handed over."""

    async def join(self, line: AgentLine | VisitorLine) -> log.Place:
        """Registers a socket; the place up to which it must help itself from the log."""
        async with self._reading:
            self._behind = True  # it may have heard already of what is in the log and was not announced yet
            position = await self._catch_up()
            if isinstance(line, AgentLine):
                self.listeners.agents.add(line)
            else:
                self.listeners.visitors.setdefault(line.session_id, set()).add(line)
            return position

    def leave(self, line: AgentLine | VisitorLine) -> None:
        if isinstance(line, AgentLine):
            self.listeners.agents.discard(line)
            return
        there = self.listeners.of_session(line.session_id)
        there.discard(line)
        if not there:
            self.listeners.visitors.pop(line.session_id, None)

    def hand_over(self, events: Sequence[log.Logged]) -> None:
        """This node has logged them just now, in this order; `committed` follows."""
        self._handed.extend(events)

    def committed(self, notice: LogGrew) -> None:
        """The log grew up to a cursor; may come late, twice or never."""
        for cursor in range(notice.first, notice.last + 1):
            self._commits[cursor] = notice.committed_at
        while len(self._commits) > PAGE:
            del self._commits[next(iter(self._commits))]
        if not self._handed or self._handed[-1].cursor < notice.last:
            self._behind = True
        self._grew.set()

    def grew(self) -> None:
        """Something is in the log; may be called too often, never waits."""
        self._behind = True
        self._grew.set()

    def whisper(self, notice: Whisper) -> None:
        """Hands out what is not stored."""
        key = notice.key or notice.frame  # a node of an older version names none
        if notice.to_agents:
            for line in self.listeners.agents:
                if line.agent_id != notice.except_agent:
                    line.outbox.whisper(key, notice.frame)
        if notice.to_visitor:
            for visitor in self.listeners.of_session(notice.session_id):
                visitor.outbox.whisper(key, notice.frame)

    def cut(self, login_ids: Collection[str]) -> None:
        """Closes the sockets of sign-ins that are over."""
        for line in self.listeners.agents:
            if line.login_id in login_ids:
                line.outbox.cut(CLOSE_TOKEN, "signed out")

    async def run(self) -> None:
        """Delivers for ever. A missed announcement costs `check_every` seconds, a failing store a pause."""
        while True:
            try:
                async with asyncio.timeout(self._check_every):
                    await self._grew.wait()
            except TimeoutError:
                self._behind = True
            self._grew.clear()
            try:
                async with self._reading:
                    await self._catch_up()
            except SQLAlchemyError as error:
                logger.error("event log unreadable error=%s", type(error).__name__)
                await asyncio.sleep(1)
                self.grew()

    async def _catch_up(self) -> log.Place:
        if self._position is None:
            async with self._database.read() as connection:
                self._position = await log.head(connection, self._tenant_id)
        try:
            while events := self._from_memory(self._position) or await self._from_log(self._position):
                self._position = await self._deliver(events)
        except BaseException:
            self._behind = True
            raise
        return self._position

    def _from_memory(self, delivered: log.Place) -> list[log.Logged]:
        """What was handed over and follows what was delivered; what does not is left to be read."""
        handed = list(self._handed)
        self._handed.clear()
        if not handed or handed[-1].place == delivered:
            return []
        following = [one for one in handed if one.cursor > delivered.cursor]
        fitting = [one for one, place in zip(following, itertools.count(delivered.cursor + 1)) if one.cursor == place]
        if not fitting or fitting != following:
            self._behind = True
        return fitting

    async def _from_log(self, delivered: log.Place) -> list[log.Logged]:
        if not self._behind:
            return []
        self._behind = False
        async with self._database.read() as connection:
            events = await log.read(connection, self._tenant_id, delivered.cursor, PAGE)
            head = delivered if events else await log.head(connection, self._tenant_id)
        if head.cursor < delivered.cursor:
            self._begin_anew(head)
        if len(events) == PAGE:
            self._behind = True
        return events

    async def _deliver(self, events: Sequence[log.Logged]) -> log.Place:
        counts = await self._marks.load({one.session_id for one in events if speaks_of_session(one)})
        await departures.follow(events, self.listeners.visitors, self._database)
        for event in events:
            self._hand_out(event, counts.get(event.session_id, {}))
        return events[-1].place

    def _begin_anew(self, head: log.Place) -> None:
        """The store was restored under this node: everybody comes back, and hears that they cannot resume."""
        logger.warning("the event log went back, to cursor=%d", head.cursor)
        self._position = head
        for line in self.listeners.everyone():
            line.outbox.cut(CLOSE_RESTART, "the server's data was restored: come back")

    def _hand_out(self, event: log.Logged, read: dict[str, int]) -> None:
        spelt: dict[int, str] = {}
        committed_at = self._committed_at(event) if event.type == wire.CHAT_MESSAGE else None
        speaks = speaks_of_session(event)
        for line in self.listeners.agents:
            if not event.is_for(line.agent_id):
                continue
            count = unread(event, read.get(line.agent_id, 0)) if speaks else 0
            if count not in spelt:
                spelt[count] = text(frame(event, count))
            line.outbox.offer(spelt[count], committed_at)
        if event.type == wire.CHAT_MESSAGE and self.listeners.of_session(event.session_id):
            self._tell_visitors(event)

    def _committed_at(self, event: log.Logged) -> float:
        # Unannounced is slow, and must count: the transaction's beginning then stands for its end.
        return self._commits.get(event.cursor) or moment(event.created_at)

    def _tell_visitors(self, event: log.Logged) -> None:
        if msgspec.json.decode(event.data, type=wire.Message).is_private:
            return
        words = text(frame(event))
        for visitor in self.listeners.of_session(event.session_id):
            visitor.outbox.offer(words)
