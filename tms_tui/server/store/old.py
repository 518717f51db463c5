"""Old or unwanted rows: found, handed out, deleted a portion at a time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.server.store import log
from tms_tui.server.tables import agents, events, logins, marks, messages, refresh_tokens, sessions, starts, written

PAGE: Final = 5_000
"""Events looked at in one statement."""


@dataclass(frozen=True, slots=True)
class Sized:
    """A conversation, and at most how many messages are in it."""

    id: str
    messages: int


@dataclass(frozen=True, slots=True)
class Told:
    """Where the log speaks of conversations, as far as it was looked through."""

    cursors: dict[str, list[int]]
    up_to: int


async def ended_before(connection: AsyncConnection, tenant_id: str, before: str) -> list[Sized]:
    """Conversations that had ended by then, and in which nothing happened since."""
    return await _sized(connection, tenant_id, _unused_since(before))


async def of_customer(
    connection: AsyncConnection, tenant_id: str, *, email_digest: str | None, customer_id: str | None
) -> list[Sized]:
    conditions = []
    if email_digest:
        conditions.append(sessions.c.email_digest == email_digest)
    if customer_id:
        conditions.append(sessions.c.customer_id == customer_id)
    return await _sized(connection, tenant_id, sa.or_(*conditions))


async def _sized(connection: AsyncConnection, tenant_id: str, condition: sa.ColumnElement[bool]) -> list[Sized]:
    query = sa.select(sessions.c.id, sessions.c.last_seq).where(sessions.c.tenant_id == tenant_id, condition)
    return [Sized(row.id, row.last_seq) for row in await connection.execute(query.order_by(sessions.c.id))]


async def locked(
    connection: AsyncConnection, tenant_id: str, session_ids: Sequence[str], *, ended_before: str | None
) -> list[str]:
    """Those of them that are still there (and still ended by then), locked: nobody writes in what is about to go."""
    query = sa.select(sessions.c.id).where(sessions.c.tenant_id == tenant_id, sessions.c.id.in_(session_ids))
    if ended_before is not None:
        query = query.where(_unused_since(ended_before))
    return list((await connection.execute(query.order_by(sessions.c.id).with_for_update())).scalars())


def _unused_since(before: str) -> sa.ColumnElement[bool]:
    return (sessions.c.status == "ended") & (sessions.c.last_activity_at < before)


async def everything(connection: AsyncConnection, session_id: str) -> dict[str, Any]:
    """A conversation's row and its messages, as they are stored."""
    session = (await connection.execute(sa.select(*written(sessions)).where(sessions.c.id == session_id))).one()
    said = await connection.execute(
        sa.select(*written(messages)).where(messages.c.session_id == session_id).order_by(messages.c.seq)
    )
    return session._asdict() | {"messages": [row._asdict() for row in said]}


async def events_of(connection: AsyncConnection, tenant_id: str, session_ids: Collection[str]) -> Told:
    """The cursors of their events, page by page: no lock, and no long statement."""
    told = Told({}, 0)
    while session_ids:
        page = await connection.execute(
            sa.select(events.c.cursor, events.c.session_id)
            .where(events.c.tenant_id == tenant_id, events.c.cursor > told.up_to)
            .order_by(events.c.cursor)
            .limit(PAGE)
        )
        rows = page.all()
        if not rows:
            break
        for row in rows:
            if row.session_id in session_ids:
                told.cursors.setdefault(row.session_id, []).append(row.cursor)
        told = Told(told.cursors, rows[-1].cursor)
    return told


async def blank_cursors(connection: AsyncConnection, tenant_id: str, cursors: Sequence[int]) -> None:
    await _blank(connection, tenant_id, events.c.cursor.in_(cursors))


async def _blank(connection: AsyncConnection, tenant_id: str, which: sa.ColumnElement[bool]) -> None:
    """Takes out of events what they told; they keep their places, or nobody who stands at one could go on from it."""
    told = {"type": "removed", "session_id": None, "data": "{}", "agent_id": log.NOBODY}
    await connection.execute(sa.update(events).where(events.c.tenant_id == tenant_id, which).values(**told))


async def delete_messages(connection: AsyncConnection, session_id: str, up_to: int) -> None:
    """A conversation's messages up to a seq."""
    await connection.execute(sa.delete(messages).where(messages.c.session_id == session_id, messages.c.seq <= up_to))


async def delete_sessions(
    connection: AsyncConnection, tenant_id: str, session_ids: Sequence[str], *, told_up_to: int
) -> None:
    """With their messages, read marks, and what the log told of them after `told_up_to`: it repeats the texts."""
    if not session_ids:
        return
    await _blank(connection, tenant_id, (events.c.cursor > told_up_to) & events.c.session_id.in_(session_ids))
    for table in (marks, messages, starts):
        await connection.execute(sa.delete(table).where(table.c.session_id.in_(session_ids)))
    await connection.execute(sa.delete(sessions).where(sessions.c.id.in_(session_ids)))


async def first_event_since(connection: AsyncConnection, tenant_id: str, since: str) -> int | None:
    """The smallest cursor of what happened since then; None when nothing did."""
    kept = sa.select(sa.func.min(events.c.cursor)).where(events.c.tenant_id == tenant_id, events.c.created_at >= since)
    first: int | None = (await connection.execute(kept)).scalar_one()
    return first


async def delete_events(connection: AsyncConnection, tenant_id: str, below: int | None, most: int) -> int:
    """The oldest events below a cursor (None: all): a log without holes can still be resumed from. How many."""
    old = sa.select(events.c.cursor).where(events.c.tenant_id == tenant_id)
    if below is not None:
        old = old.where(events.c.cursor < below)
    some = list((await connection.execute(old.order_by(events.c.cursor).limit(most))).scalars())
    if some:
        await connection.execute(
            sa.delete(events).where(events.c.tenant_id == tenant_id, events.c.cursor.between(some[0], some[-1]))
        )
    return len(some)


async def delete_logins(connection: AsyncConnection, tenant_id: str, before: str, most: int) -> int:
    """Sign-ins that were over by then. How many."""
    own = sa.select(agents.c.id).where(agents.c.tenant_id == tenant_id)
    over = sa.select(logins.c.id).where(logins.c.agent_id.in_(own), logins.c.revoked_at < before).limit(most)
    some = list((await connection.execute(over)).scalars())
    if some:
        await connection.execute(sa.delete(refresh_tokens).where(refresh_tokens.c.login_id.in_(some)))
        await connection.execute(sa.delete(logins).where(logins.c.id.in_(some)))
    return len(some)
