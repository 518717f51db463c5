"""All that a batch reads and all that it writes: PostgreSQL in a few statements, SQLite in many short ones.

To PostgreSQL a statement is a round trip. To SQLite it is a call, and many short ones cost less than one so long.
"""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.server.store import atonce, blocks, log, messages, sessions, starts
from tms_tui.server.store.asked import Asked, AskedStart, Found, Rows, Wanted, name_of, wanted
from tms_tui.server.store.log import Logged


async def read(connection: AsyncConnection, tenant_id: str, asked: Collection[Asked | AskedStart], at: str) -> Found:
    """Looks only at what is committed once it begins: whoever holds the tenant's row misses nothing."""
    one_by_one = connection.dialect.name == "sqlite"
    found = Found()
    begins = [one for one in asked if isinstance(one, AskedStart)]
    if begins:
        await (_find_starts_singly if one_by_one else atonce.find_starts)(connection, tenant_id, begins, found)
    reading = _read_singly if one_by_one else atonce.read
    await reading(connection, tenant_id, wanted(asked, found), at, found)
    return found


async def write(connection: AsyncConnection, tenant_id: str, rows: Rows) -> list[Logged]:
    """The events with the cursors they were given; the tenant's row stays locked until the commit."""
    one_by_one = connection.dialect.name == "sqlite" or not rows.events
    return await (_write_singly if one_by_one else atonce.write)(connection, tenant_id, rows)


async def _find_starts_singly(
    connection: AsyncConnection, tenant_id: str, begins: Collection[AskedStart], found: Found
) -> None:
    for one in begins:
        begun = await starts.find(connection, tenant_id, one.key)
        if begun is not None:
            found.begun[one.key] = begun
    for digest in {one.email_digest for one in begins if one.email_digest is not None}:
        customer = await sessions.customer_by_email(connection, tenant_id, digest)
        if customer is not None:
            found.customers[digest] = customer


async def _read_singly(connection: AsyncConnection, tenant_id: str, asked: Wanted, at: str, found: Found) -> None:
    marks = set(asked.marks)
    for session_id in asked.sessions:
        held = await sessions.find(connection, tenant_id, session_id)
        if held is not None:
            found.conversations[session_id] = held
            marks |= set(held.marks.values())
    for name in asked.names:
        known = await messages.known(connection, *name)
        if known is not None:
            found.known[name_of(known)] = known
    if asked.marks:  # else no customer asks, whom alone a block concerns
        found.kept_out = await blocks.kept_out(connection, tenant_id, marks, at)


async def _write_singly(connection: AsyncConnection, tenant_id: str, rows: Rows) -> list[Logged]:
    if rows.begun:
        await sessions.insert(connection, *rows.begun.values())
    if rows.starts:
        await starts.insert(connection, tenant_id, rows.starts)
    if rows.messages:
        await messages.insert(connection, *rows.messages)
    if rows.saved:
        await sessions.save(connection, *rows.saved.values())
    return await log.write(connection, tenant_id, rows.events) if rows.events else []
