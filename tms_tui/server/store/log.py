"""The event log: per tenant, contiguous cursors, in commit order; each event marked at random.

A log that was restored from a backup gives out cursors again that its clients have heard of. The mark tells the two
events apart, so that nobody goes on from a place in a life that this log has not lived.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.server.store.inline import SHORT
from tms_tui.server.tables import events, tenants

NOBODY: Final = ""
"""As an event's agent: no agent hears of it, for it concerns the sockets of customers."""
_PLACE: Final = re.compile(r"(\d{1,15})(?:\.([0-9a-f]{8}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the log: the cursor of its newest event, and that event's mark (none before 0.2)."""

    cursor: int
    mark: str = ""

    def __str__(self) -> str:
        return f"{self.cursor}.{self.mark}" if self.mark else str(self.cursor)


def place(text: str) -> Place | None:
    """The place that a client names by its cursor; None for what no log gave out."""
    found = _PLACE.fullmatch(text)
    return None if found is None else Place(int(found[1]), found[2] or "")


@dataclass(frozen=True, slots=True)
class Happened:
    """Something to be logged, in its wire shape; a session in it counts no unread messages yet.

    `session_id` is "" for what concerns several; `agent_id` is the one agent who hears of it, None is everybody.
    """

    type: str
    session_id: str
    data: msgspec.Struct
    from_type: str
    at: str
    visitor_messages: int = 0
    agent_id: str | None = None


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
    mark: str = ""
    agent_id: str | None = None

    @property
    def place(self) -> Place:
        return Place(self.cursor, self.mark)

    def is_for(self, agent_id: str) -> bool:
        """Whether this agent hears of it."""
        return self.agent_id is None or self.agent_id == agent_id


TAKE = (
    sa.update(tenants)
    .where(tenants.c.id == sa.bindparam("tenant"))
    .values(cursor=tenants.c.cursor + sa.bindparam("many", type_=sa.BigInteger), mark=sa.bindparam("newest"))
    .returning(tenants.c.cursor)
    .execution_options(**SHORT)
)
"""Takes as many cursors as are needed: the newest of them."""
_HOLD = sa.select(tenants.c.cursor).where(tenants.c.id == sa.bindparam("tenant")).with_for_update(key_share=True)
_INSERT = sa.insert(events).execution_options(**SHORT)
_AFTER = (
    sa.select(events)
    .where(events.c.tenant_id == sa.bindparam("tenant_id"), events.c.cursor > sa.bindparam("after"))
    .order_by(events.c.cursor)
    .limit(sa.bindparam("most", type_=sa.Integer))
    .execution_options(**SHORT)
)
_BETWEEN = _AFTER.where(events.c.cursor <= sa.bindparam("up_to"))


async def hold(connection: AsyncConnection, tenant_id: str) -> None:
    """Locks the tenant's row until the commit, as `append` does, but before anything else is locked."""
    await connection.execute(_HOLD, {"tenant": tenant_id})


def spelt(tenant_id: str, one: Happened) -> Logged:
    """An event as it is to be logged; the log gives it its cursor, which is 0 until then."""
    return Logged(
        tenant_id,
        0,
        one.type,
        one.session_id,
        one.from_type,
        msgspec.json.encode(one.data),
        one.visitor_messages,
        one.at,
        secrets.token_hex(4),
        one.agent_id,
    )


def row(event: Logged) -> dict[str, Any]:
    """Its columns."""
    return {
        "tenant_id": event.tenant_id,
        "cursor": event.cursor,
        "type": event.type,
        "session_id": event.session_id,
        "from_type": event.from_type,
        "data": event.data.decode(),
        "visitor_messages": event.visitor_messages,
        "created_at": event.created_at,
        "mark": event.mark,
        "agent_id": event.agent_id,
    }


async def append(connection: AsyncConnection, tenant_id: str, news: Sequence[Happened]) -> list[Logged]:
    """Writes `news` under the next cursors; the tenant's row stays locked until the commit."""
    return await write(connection, tenant_id, [spelt(tenant_id, one) for one in news])


async def write(connection: AsyncConnection, tenant_id: str, events: Sequence[Logged]) -> list[Logged]:
    """The same with events that are spelt already."""
    named = {"tenant": tenant_id, "many": len(events), "newest": events[-1].mark}
    written = numbered(events, (await connection.execute(TAKE, named)).scalar_one())
    await connection.execute(_INSERT, [row(one) for one in written])
    return written


def numbered(events: Sequence[Logged], head: int) -> list[Logged]:
    """The events with their cursors, of which `head` is the last."""
    first = head - len(events) + 1
    return [replace(one, cursor=first + offset) for offset, one in enumerate(events)]


async def head(connection: AsyncConnection, tenant_id: str) -> Place:
    """The newest event's place; cursor 0 when nothing ever happened."""
    found = await connection.execute(sa.select(tenants.c.cursor, tenants.c.mark).where(tenants.c.id == tenant_id))
    row = found.one_or_none()
    return Place(0) if row is None else Place(row.cursor, row.mark)


async def stands(connection: AsyncConnection, tenant_id: str, named: Place, head: Place) -> bool:
    """Whether this log has lived through the place, and still holds everything after it. `head` was read before."""
    if named.cursor == head.cursor:
        return named == head
    if named.cursor == 0:
        return not named.mark and await _holds(connection, tenant_id, 1)
    mark = await connection.execute(
        sa.select(events.c.mark).where(events.c.tenant_id == tenant_id, events.c.cursor == named.cursor)
    )
    return mark.scalar_one_or_none() == named.mark


async def _holds(connection: AsyncConnection, tenant_id: str, cursor: int) -> bool:
    found = await connection.execute(
        sa.select(events.c.cursor).where(events.c.tenant_id == tenant_id, events.c.cursor == cursor)
    )
    return found.one_or_none() is not None


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
            row.mark,
            row.agent_id,
        )
        for row in rows
    ]
