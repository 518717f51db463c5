"""A journal over a store of its own, with nothing around it, and customers who write into it."""

import contextlib
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.server.place import Place
from tms_tui.protocol import wire
from tms_tui.server import blocking
from tms_tui.server.beginning import Beginning, begin
from tms_tui.server.bus import MemoryBus
from tms_tui.server.clock import SystemClock
from tms_tui.server.journal import Journal
from tms_tui.server.settings import ServerSettings
from tms_tui.server.store import agents, blocks, log, messages, sessions
from tms_tui.server.store.agents import AgentRow
from tms_tui.server.store.blocks import Block
from tms_tui.server.store.conversation import Conversation
from tms_tui.server.store.database import Database, open_database
from tms_tui.server.talk import Entrance, Said, Speaker, send

TENANT: Final = "default"
DANA: Final = Speaker("agent", "dana", "Dana")
BO: Final = Speaker("agent", "bo", "Bo")
SHUNNED: Final = "a network that is kept out"
LONG_AGO: Final = "2020-01-01T00:00:00.000000Z"


@dataclass(frozen=True)
class Node:
    """A journal over the store, with nothing around it."""

    database: Database
    journal: Journal

    async def open_conversation(self, **about: Any) -> Conversation:
        async with self.journal.change(TENANT) as change:
            conversation = Conversation(
                id=str(uuid.uuid4()),
                tenant_id=TENANT,
                customer_id=str(uuid.uuid4()),
                customer_name="Ana",
                started_at=change.at,
                last_activity_at=change.at,
                **about,
            )
            await sessions.insert(change.connection, conversation)
        return conversation

    async def says(self, conversation: Conversation, words: str, named: str | None = None) -> tuple[wire.Message, bool]:
        """The customer writes."""
        said = Said(content=words, client_message_id=named or str(uuid.uuid4()))
        return await send(self.journal, TENANT, conversation.id, customer_of(conversation), said, entrance("home"))

    async def begins(self, name: str, email: str | None = None, network: str = "home") -> tuple[Conversation, bool]:
        """A customer's page starts a conversation under this name."""
        told = Beginning(client_id=name, network=network, name="Ana", email=email, email_digest=email)
        return await begin(self.journal, TENANT, told)

    async def written(self, conversation: Conversation) -> list[wire.Message]:
        async with self.database.read() as connection:
            page, _more = await messages.page(connection, conversation.id, after=0, limit=200)
        return page

    async def logged(self) -> list[log.Logged]:
        async with self.database.read() as connection:
            return await log.read(connection, TENANT, 0, 100_000)


def customer_of(conversation: Conversation) -> Speaker:
    assert conversation.customer_id is not None
    return Speaker("visitor", conversation.customer_id, conversation.customer_name)


def entrance(network: str) -> Entrance:
    return Entrance(network, lambda conversation, kept_out: blocking.check(conversation, network, kept_out))


def agent(name: str, disabled_at: str | None = None) -> AgentRow:
    return AgentRow(name, TENANT, f"{name}@example.com", name, "agent", "", "online", disabled_at)


@contextlib.asynccontextmanager
async def open_node(place: Place) -> AsyncIterator[Node]:
    database = open_database(ServerSettings(data=place.data, **place.settings))
    journal = Journal(database, MemoryBus(), SystemClock())
    try:
        yield Node(database, journal)
    finally:
        await journal.close()
        await database.close()


async def furnish(connection: AsyncConnection) -> None:
    """A tenant with three agents, one of them kept out, and a network that is kept out too."""
    await agents.ensure_tenant(connection, TENANT)
    for one in (agent("dana"), agent("bo"), agent("gone")):
        await agents.insert(connection, one)
    await agents.disable(connection, "gone", LONG_AGO)
    stands = Block("a block", TENANT, "address", None, "", "dana", "Dana", LONG_AGO, None)
    await blocks.insert(connection, stands, {"address": SHUNNED})


@contextlib.asynccontextmanager
async def furnished(place: Place) -> AsyncIterator[Node]:
    async with open_node(place) as opened:
        await opened.database.prepare()
        async with opened.database.write() as connection:
            await furnish(connection)
        yield opened


@contextlib.contextmanager
def statements() -> Iterator[Counter[str]]:
    """Counts what any store of this process is asked meanwhile, by the first word; a transaction begins and ends."""
    counted: Counter[str] = Counter()

    def asked(*given: Any) -> None:
        counted[given[2].split(maxsplit=1)[0]] += 1

    def committed(_connection: object) -> None:
        counted.update(("BEGIN", "COMMIT"))

    def undone(_connection: object) -> None:
        counted.update(("BEGIN", "ROLLBACK"))

    sa.event.listen(Engine, "before_cursor_execute", asked)
    sa.event.listen(Engine, "commit", committed)
    sa.event.listen(Engine, "rollback", undone)
    try:
        yield counted
    finally:
        sa.event.remove(Engine, "before_cursor_execute", asked)
        sa.event.remove(Engine, "commit", committed)
        sa.event.remove(Engine, "rollback", undone)
