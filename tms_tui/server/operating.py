"""Where an operator's command works: the store of servers that may be running, and a way to tell them at once."""

import contextlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass

from tms_tui.server.bus import Bus, LogGrew, Notice
from tms_tui.server.clock import SystemClock
from tms_tui.server.journal import Journal
from tms_tui.server.openbus import open_bus
from tms_tui.server.settings import ServerSettings
from tms_tui.server.store import installation
from tms_tui.server.store.agents import ensure_tenant
from tms_tui.server.store.database import Database, at_work, open_database


@dataclass(frozen=True, slots=True)
class Workplace:
    """The store and the bus of the settings' tenant. Without a bus, servers look into the log within seconds."""

    tenant_id: str
    database: Database
    bus: Bus

    async def logged(self, cursor: int) -> None:
        """The log has grown by the event of this cursor."""
        await self.bus.publish(LogGrew(self.tenant_id, cursor, cursor, SystemClock().now()))

    @contextlib.asynccontextmanager
    async def journal(self) -> AsyncIterator[Journal]:
        journal = Journal(self.database, self.bus, SystemClock())
        try:
            yield journal
        finally:
            await journal.close()


@contextlib.asynccontextmanager
async def open_workplace(settings: ServerSettings) -> AsyncIterator[Workplace]:
    """Raises what a server raises that cannot start with these settings."""
    async with contextlib.AsyncExitStack() as closing:
        database = open_database(settings)
        closing.push_async_callback(database.close)
        await database.prepare()
        async with database.write() as connection:
            await ensure_tenant(connection, settings.tenant)
            name = await installation.name(connection)
        bus = open_bus(settings, f"operator {uuid.uuid4().hex}")
        closing.push_async_callback(bus.close)
        await bus.start(_hear_nothing, name)
        with at_work():
            yield Workplace(settings.tenant, database, bus)


def _hear_nothing(_notice: Notice) -> None:
    """A command ends soon; what others say is not for it."""
