"""What is kept no longer: old conversations pruned, one customer's data handed out or erased."""

import contextlib
from collections.abc import AsyncIterator, Iterable
from functools import partial

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.server.clock import SystemClock, timestamp
from tms_tui.server.errors import Refusal
from tms_tui.server.identities import Identities, fill_in
from tms_tui.server.portions import PORTION_ROWS, Gone, Portions, sized
from tms_tui.server.settings import ServerSettings
from tms_tui.server.store import old
from tms_tui.server.store.agents import ensure_tenant
from tms_tui.server.store.database import Database, open_database


async def prune(settings: ServerSettings, older_than: float, gone: Gone | None = None) -> Gone:
    """Deletes the tenant's ended conversations, events and sign-ins of before `older_than` seconds.

    Bit by bit, so that the servers go on writing meanwhile. A console whose cursor lay before takes a fresh snapshot.
    """
    before = timestamp(SystemClock().now() - older_than)
    gone = gone or Gone()
    async with _store(settings) as database:
        portions = Portions(database)
        gone.add("conversations", 0)
        # Events first: what is left of the log is then looked through for the conversations.
        await _prune_events(portions, settings.tenant, before, gone)
        await _prune_sessions(portions, settings.tenant, before, gone)
        await _prune_logins(portions, settings.tenant, before, gone)
    return gone


async def export(settings: ServerSettings, *, email: str | None = None, customer_id: str | None = None) -> str:
    """JSON of every conversation, its messages and the notes in it; raises Refusal when there is none."""
    async with _store(settings) as database:
        async with database.write() as connection:
            found = await _sessions(connection, settings.tenant, email, customer_id)
        kept = []
        for one in found:
            async with database.read() as connection:
                kept.append(await old.everything(connection, one.id))
    return msgspec.json.format(msgspec.json.encode({"sessions": kept}), indent=2).decode()


async def erase(
    settings: ServerSettings, gone: Gone | None = None, *, email: str | None = None, customer_id: str | None = None
) -> Gone:
    """Deletes the same bit by bit, and the events that told of it. Raises Refusal when there is none."""
    gone = gone or Gone()
    gone.add("conversations", 0)
    async with _store(settings) as database:
        async with database.write() as connection:
            found = await _sessions(connection, settings.tenant, email, customer_id)
        await _Deletion(Portions(database), settings.tenant, gone).delete(found)
    return gone


async def _prune_sessions(portions: Portions, tenant_id: str, before: str, gone: Gone) -> None:
    async with portions.database.read() as connection:
        found = await old.ended_before(connection, tenant_id, before)
    await _Deletion(portions, tenant_id, gone, ended_before=before).delete(found)


async def _prune_events(portions: Portions, tenant_id: str, before: str, gone: Gone) -> None:
    gone.add("events", 0)
    async with portions.database.read() as connection:
        first = await old.first_event_since(connection, tenant_id, before)
    while count := await portions.each(partial(old.delete_events, tenant_id=tenant_id, below=first, most=PORTION_ROWS)):
        gone.add("events", count)


async def _prune_logins(portions: Portions, tenant_id: str, before: str, gone: Gone) -> None:
    gone.add("sign-ins", 0)
    while count := await portions.each(
        partial(old.delete_logins, tenant_id=tenant_id, before=before, most=PORTION_ROWS)
    ):
        gone.add("sign-ins", count)


class _Deletion:
    """Conversations with all that belongs to them, as many at a time as one short transaction takes."""

    def __init__(self, portions: Portions, tenant_id: str, gone: Gone, ended_before: str | None = None) -> None:
        """`ended_before`: what is in use again by the time its turn comes is left alone."""
        self._portions = portions
        self._tenant_id = tenant_id
        self._gone = gone
        self._ended_before = ended_before

    async def delete(self, found: Iterable[old.Sized]) -> None:
        found = list(found)
        # Looked through beforehand and without a lock: the log has no index by conversation.
        async with self._portions.database.read() as connection:
            log = await old.events_of(connection, self._tenant_id, {one.id for one in found})
        for some in sized(found):
            if some[0].messages > PORTION_ROWS:
                await self._thin_out(some[0])
            await self._thin_log(some, log)
            work = partial(self._delete, some=some, log=log)
            self._gone.add("conversations", await self._portions.each(work))

    async def _thin_out(self, large: old.Sized) -> None:
        """The oldest messages first: what is left if this ends half way is the newer part."""
        for up_to in range(PORTION_ROWS, large.messages, PORTION_ROWS):
            await self._portions.each(partial(self._delete_messages, session_id=large.id, up_to=up_to))

    async def _thin_log(self, some: list[old.Sized], log: old.Told) -> None:
        cursors = [cursor for one in some for cursor in log.cursors.get(one.id, ())]
        for start in range(0, len(cursors), PORTION_ROWS):
            portion = cursors[start : start + PORTION_ROWS]
            await self._portions.each(partial(old.delete_cursors, tenant_id=self._tenant_id, cursors=portion))

    async def _delete_messages(self, connection: AsyncConnection, session_id: str, up_to: int) -> None:
        if await self._unused(connection, [session_id]):
            await old.delete_messages(connection, session_id, up_to)

    async def _delete(self, connection: AsyncConnection, some: list[old.Sized], log: old.Told) -> int:
        ids = await self._unused(connection, [one.id for one in some])
        await old.delete_sessions(connection, self._tenant_id, ids, told_up_to=log.up_to)
        return len(ids)

    async def _unused(self, connection: AsyncConnection, ids: list[str]) -> list[str]:
        return await old.locked(connection, self._tenant_id, ids, ended_before=self._ended_before)


@contextlib.asynccontextmanager
async def _store(settings: ServerSettings) -> AsyncIterator[Database]:
    database = open_database(settings)
    try:
        await database.prepare()
        async with database.write() as connection:
            await ensure_tenant(connection, settings.tenant)
        yield database
    finally:
        await database.close()


async def _sessions(
    connection: AsyncConnection, tenant_id: str, email: str | None, customer_id: str | None
) -> list[old.Sized]:
    if not email and not customer_id:
        raise Refusal(422, "invalid_field", "Name the customer by --email or by --customer-id.")
    await connection.run_sync(fill_in)
    known = Identities()
    await connection.run_sync(known.learn)
    digest = known.email(email or None)
    found = await old.of_customer(connection, tenant_id, email_digest=digest, customer_id=customer_id)
    if not found:
        raise Refusal(404, "unknown_customer", "Nothing is kept of such a customer.")
    return found
