"""A change and its events in one transaction; announced only once it is committed."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.protocol import wire
from tms_tui.server.bus import Bus, LogGrew
from tms_tui.server.clock import Clock, timestamp
from tms_tui.server.groupcommit import GroupCommit
from tms_tui.server.store import log, sessions
from tms_tui.server.store.conversation import Conversation
from tms_tui.server.store.database import Database


@dataclass(slots=True)
class Change:
    """One transaction at one moment, and what happened in it."""

    connection: AsyncConnection
    tenant_id: str
    moment: float
    news: list[log.Happened] = field(default_factory=list)

    @property
    def at(self) -> str:
        return timestamp(self.moment)

    def updated(self, conversation: Conversation, from_type: str) -> None:
        self.happened(wire.SESSION_UPDATE, conversation, conversation.on_wire(), from_type)

    def happened(
        self, kind: str, conversation: Conversation, data: wire.Wire, from_type: str, agent_id: str | None = None
    ) -> None:
        """Logs an event; with `agent_id`, for that agent alone."""
        counted = conversation.visitor_messages
        self.news.append(log.Happened(kind, conversation.id, data, from_type, self.at, counted, agent_id))

    async def save(self, conversation: Conversation) -> None:
        await sessions.save(self.connection, conversation)


class Journal:
    """The door to every durable change."""

    def __init__(self, database: Database, bus: Bus, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self._bus = bus
        self._group = GroupCommit(database, self._announce)

    @contextlib.asynccontextmanager
    async def change(self, tenant_id: str) -> AsyncIterator[Change]:
        """Committed when this returns; what the block raises undoes all of it, events included.

        Shares its transaction with others that come meanwhile: a block must not wait for anything but the database.
        """
        turn = self._group.queue(tenant_id)
        try:
            change = Change(await turn.granted, tenant_id, self.clock.now())
            yield change
        except BaseException:
            turn.undo()
            raise
        turn.finish(change.news)
        await turn.committed

    async def close(self) -> None:
        """Returns once nothing is under way any more."""
        await self._group.close()

    async def _announce(self, tenant_id: str, first: int, head: int) -> None:
        await self._bus.publish(LogGrew(tenant_id, first, head, self.clock.now()))
