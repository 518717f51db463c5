"""A change at one moment: what it writes, and what it tells in the log."""

from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.protocol import wire
from tms_tui.server.clock import timestamp
from tms_tui.server.store import log, messages, sessions
from tms_tui.server.store.conversation import Conversation


@dataclass(slots=True)
class Change:
    """One that works on the database at once, and reads there what it needs."""

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

    async def insert(self, message: wire.Message) -> None:
        await messages.insert(self.connection, message)

    async def reader(self) -> AsyncConnection:
        """The database as all changes before this one left it."""
        return self.connection
