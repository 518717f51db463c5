"""A change and its events in one transaction; announced only once it is committed."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.protocol import wire
from tms_tui.server.bus import Bus, LogGrew
from tms_tui.server.clock import Clock, timestamp
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

    def happened(self, kind: str, conversation: Conversation, data: wire.Wire, from_type: str) -> None:
        self.news.append(log.Happened(kind, conversation.id, data, from_type, conversation.visitor_messages))

    async def save(self, conversation: Conversation) -> None:
        await sessions.save(self.connection, conversation)


class Journal:
    """The door to every durable change."""

    def __init__(self, database: Database, bus: Bus, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self._bus = bus

    @contextlib.asynccontextmanager
    async def change(self, tenant_id: str) -> AsyncIterator[Change]:
        """Commits when the block ends; what it raises undoes everything, events included."""
        async with self.database.write() as connection:
            change = Change(connection, tenant_id, self.clock.now())
            yield change
            if change.news:
                head = await log.append(connection, tenant_id, change.news, change.at)
        if change.news:
            await self._bus.publish(LogGrew(tenant_id, head - len(change.news) + 1, head, self.clock.now()))
