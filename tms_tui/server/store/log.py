"""The event log: per tenant, contiguous cursors, in commit order."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.server.tables import events, tenants


@dataclass(frozen=True, slots=True)
class Happened:
    """Something to be logged, in its wire shape; a session in it counts no unread messages yet."""

    type: str
    session_id: str
    data: msgspec.Struct
    from_type: str
    at: str
    visitor_messages: int = 0


@dataclass(frozen=True, slots=True)
class Logged:
    """An event as the log has it. `visitor_messages`: how many the customer had written by then."""

    tenant_id: str
    cursor: int
    type: str
    session_id: str
    from_type: str
    data: bytes
    visitor_messages: int
    created_at: str


_TAKE = (
    sa.update(tenants)
    .where(tenants.c.id == sa.bindparam("tenant"))
    .values(cursor=tenants.c.cursor + sa.bindparam("many", type_=sa.BigInteger))
    .returning(tenants.c.cursor)
)
_HOLD = sa.select(tenants.c.cursor).where(tenants.c.id == sa.bindparam("tenant")).with_for_update(key_share=True)
_INSERT = sa.insert(events)
_AFTER = (
    sa.select(events)
    .where(events.c.tenant_id == sa.bindparam("tenant_id"), events.c.cursor > sa.bindparam("after"))
    .order_by(events.c.cursor)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_BETWEEN = _AFTER.where(events.c.cursor <= sa.bindparam("up_to"))


async def hold(connection: AsyncConnection, tenant_id: str) -> None:
    """Locks the tenant's row until the commit, as `append` does, but before anything else is locked."""
    await connection.execute(_HOLD, {"tenant": tenant_id})


async def append(connection: AsyncConnection, tenant_id: str, news: Sequence[Happened]) -> int:
    """Writes `news` under the next cursors; the tenant's row stays locked until the commit."""
    taken = await connection.execute(_TAKE, {"tenant": tenant_id, "many": len(news)})
    head: int = taken.scalar_one()
    first = head - len(news) + 1
    rows = [
        {
            "tenant_id": tenant_id,
            "cursor": first + place,
            "type": one.type,
            "session_id": one.session_id,
            "from_type": one.from_type,
            "data": msgspec.json.encode(one.data).decode(),
            "visitor_messages": one.visitor_messages,
            "created_at": one.at,
        }
        for place, one in enumerate(news)
    ]
    await connection.execute(_INSERT, rows)
    return head


async def head(connection: AsyncConnection, tenant_id: str) -> int:
    """The newest cursor; 0 when nothing ever happened."""
    found = await connection.execute(sa.select(tenants.c.cursor).where(tenants.c.id == tenant_id))
    return found.scalar_one_or_none() or 0


async def reaches_back_to(connection: AsyncConnection, tenant_id: str, head: int) -> int:
    """The smallest cursor one can still resume after; `head` was read before: the first event may come meanwhile."""
    found = await connection.execute(sa.select(sa.func.min(events.c.cursor)).where(events.c.tenant_id == tenant_id))
    oldest: int | None = found.scalar_one()
    return head if oldest is None else oldest - 1


async def read(
    connection: AsyncConnection, tenant_id: str, after: int, limit: int, *, up_to: int | None = None
) -> list[Logged]:
    """Events after a cursor, in order."""
    named = {"tenant_id": tenant_id, "after": after, "most": limit}
    if up_to is None:
        rows = await connection.execute(_AFTER, named)
    else:
        rows = await connection.execute(_BETWEEN, named | {"up_to": up_to})
    return [
        Logged(
            row.tenant_id,
            row.cursor,
            row.type,
            row.session_id,
            row.from_type,
            row.data.encode(),
            row.visitor_messages,
            row.created_at,
        )
        for row in rows
    ]
