"""What is kept no longer: old conversations pruned, one customer's data handed out or erased."""

import contextlib
from collections.abc import Iterable
from dataclasses import asdict, replace
from functools import partial

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.protocol import wire
from tms_tui.server import revoking
from tms_tui.server.clock import SystemClock, timestamp
from tms_tui.server.errors import Refusal
from tms_tui.server.identities import Identities, fill_in
from tms_tui.server.operating import Workplace, open_workplace
from tms_tui.server.portions import PORTION_ROWS, Gone, Portions, sized
from tms_tui.server.settings import ServerSettings
from tms_tui.server.store import blocks, erased, old
from tms_tui.server.store import log as event_log
from tms_tui.server.store.database import Database


async def prune(settings: ServerSettings, older_than: float, gone: Gone | None = None) -> Gone:
    """Deletes the tenant's ended conversations, events and sign-ins of before `older_than` seconds.

    Bit by bit, so that the servers go on writing meanwhile. A console whose cursor lay before takes a fresh snapshot.
    """
    before = timestamp(SystemClock().now() - older_than)
    gone = gone or Gone()
    async with open_workplace(settings) as work:
        portions = Portions(work.database)
        gone.add("conversations", 0)
        # Events first: what is left of the log is then looked through for the conversations.
        await _prune_events(portions, settings.tenant, before, gone)
        await _prune_sessions(work, portions, before, gone)
        await _prune_logins(portions, settings.tenant, before, gone)
        await portions.each(partial(blocks.forget, tenant_id=settings.tenant, before=before))
        await portions.each(partial(erased.forget, tenant_id=settings.tenant, before=before))
        await _leave_nothing(work.database, settings)
    return gone


async def export(settings: ServerSettings, *, email: str | None = None, customer_id: str | None = None) -> str:
    """JSON of every conversation, its messages and the notes in it; raises Refusal when there is none."""
    async with open_workplace(replace(settings, search_patience=settings.export_patience)) as work:
        async with work.database.write() as connection:
            found = await _sessions(connection, settings.tenant, email, customer_id)
        kept = []
        for one in found:
            async with work.database.search() as connection:
                kept.append(await old.everything(connection, one.id))
        async with work.database.search() as connection:
            decided = await blocks.decided_on(connection, settings.tenant, [one.id for one in found])
    everything = {"sessions": kept, "blocks": [asdict(one) for one in decided]}
    return msgspec.json.format(msgspec.json.encode(everything), indent=2).decode()


async def erase(
    settings: ServerSettings,
    gone: Gone | None = None,
    *,
    email: str | None = None,
    customer_id: str | None = None,
    rewrite: bool = False,
) -> Gone:
    """Deletes the same bit by bit, and the events that told of it; running servers tell consoles and pages.

    Raises Refusal when there is none, RemnantsError when what is deleted cannot be got out of a file of SQLite's.
    `rewrite`: also get out of it what versions deleted that left it there.
    """
    gone = gone or Gone()
    gone.add("conversations", 0)
    async with open_workplace(settings) as work:
        async with work.database.write() as connection:
            found = await _sessions(connection, settings.tenant, email, customer_id)
        await _Deletion(work, Portions(work.database), gone).delete(found)
        if rewrite:
            await work.database.rewrite()
        await _leave_nothing(work.database, settings)
    return gone


async def revoke(settings: ServerSettings, *, email: str | None = None, customer_id: str | None = None) -> int:
    """Makes a customer's visitor tokens void; of how many conversations. Raises Refusal when there is none."""
    async with open_workplace(settings) as work, work.journal() as journal:
        async with work.database.write() as connection:
            found = await _sessions(connection, settings.tenant, email, customer_id)
        for one in found:
            with contextlib.suppress(Refusal):  # deleted since it was found
                await revoking.revoke(journal, settings.tenant, one.id)
    return len(found)


class RemnantsError(Exception):
    """Deleted, but not yet gone from the disk."""

    def __init__(self) -> None:
        super().__init__(
            "What was deleted still stands in SQLite's write-ahead log, for somebody reads the database all the time. "
            "Stop the servers and start them again: that empties it."
        )


async def _leave_nothing(database: Database, settings: ServerSettings) -> None:
    if not await database.empty_write_ahead_log(settings.erase_patience):
        raise RemnantsError


async def _prune_sessions(work: Workplace, portions: Portions, before: str, gone: Gone) -> None:
    async with portions.database.read() as connection:
        found = await old.ended_before(connection, work.tenant_id, before)
    await _Deletion(work, portions, gone, ended_before=before).delete(found)


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

    def __init__(self, work: Workplace, portions: Portions, gone: Gone, ended_before: str | None = None) -> None:
        """`ended_before`: what is in use again by the time its turn comes is left alone. None: it is erased."""
        self._work = work
        self._portions = portions
        self._tenant_id = work.tenant_id
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
            ids, cursor = await self._portions.each(partial(self._delete, some=some, log=log))
            self._gone.add("conversations", len(ids))
            if ids:
                await self._work.logged(cursor)

    async def _thin_out(self, large: old.Sized) -> None:
        """The oldest messages first: what is left if this ends half way is the newer part."""
        for up_to in range(PORTION_ROWS, large.messages, PORTION_ROWS):
            await self._portions.each(partial(self._delete_messages, session_id=large.id, up_to=up_to))

    async def _thin_log(self, some: list[old.Sized], log: old.Told) -> None:
        cursors = [cursor for one in some for cursor in log.cursors.get(one.id, ())]
        for start in range(0, len(cursors), PORTION_ROWS):
            portion = cursors[start : start + PORTION_ROWS]
            await self._portions.each(partial(old.blank_cursors, tenant_id=self._tenant_id, cursors=portion))

    async def _delete_messages(self, connection: AsyncConnection, session_id: str, up_to: int) -> None:
        if await self._unused(connection, [session_id]):
            await old.delete_messages(connection, session_id, up_to)

    async def _delete(self, connection: AsyncConnection, some: list[old.Sized], log: old.Told) -> tuple[list[str], int]:
        """What went, and the cursor of the event that tells of it."""
        await event_log.hold(connection, self._tenant_id)  # before the conversations, as servers do
        ids = await self._unused(connection, [one.id for one in some])
        if not ids:
            return ids, 0
        await old.delete_sessions(connection, self._tenant_id, ids, told_up_to=log.up_to)
        is_erasure, at = self._ended_before is None, timestamp(SystemClock().now())
        await blocks.outlive(connection, self._tenant_id, ids, nameless=is_erasure)
        if is_erasure:
            await erased.remember(connection, self._tenant_id, ids, at)
        news = event_log.Happened(wire.SESSION_ERASED, "", wire.Erased(session_ids=ids), "system", at)
        [told] = await event_log.append(connection, self._tenant_id, [news])
        return ids, told.cursor

    async def _unused(self, connection: AsyncConnection, ids: list[str]) -> list[str]:
        return await old.locked(connection, self._tenant_id, ids, ended_before=self._ended_before)


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
