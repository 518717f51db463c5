"""Old or unwanted rows: found, handed out, deleted."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.server.tables import agents, events, logins, marks, messages, refresh_tokens, sessions, starts

AT_ONCE: Final = 500
"""Ids in one statement: SQLite takes no more than some thousand values."""


async def ended_before(connection: AsyncConnection, tenant_id: str, before: str) -> list[str]:
    """Conversations that had ended by then, and in which nothing happened since."""
    return await _ids(connection, tenant_id, sessions.c.status == "ended", sessions.c.last_activity_at < before)


async def of_customer(
    connection: AsyncConnection, tenant_id: str, *, email_digest: str | None, customer_id: str | None
) -> list[str]:
    conditions = []
    if email_digest:
        conditions.append(sessions.c.email_digest == email_digest)
    if customer_id:
        conditions.append(sessions.c.customer_id == customer_id)
    return await _ids(connection, tenant_id, sa.or_(*conditions))


async def _ids(connection: AsyncConnection, tenant_id: str, *conditions: sa.ColumnElement[bool]) -> list[str]:
    # Locked, so that nobody writes in what is about to go.
    query = sa.select(sessions.c.id).where(sessions.c.tenant_id == tenant_id, *conditions).order_by(sessions.c.id)
    return list((await connection.execute(query.with_for_update())).scalars())


async def everything(connection: AsyncConnection, session_id: str) -> dict[str, Any]:
    """A conversation's row and its messages, as they are stored."""
    session = (await connection.execute(sa.select(sessions).where(sessions.c.id == session_id))).one()
    said = await connection.execute(
        sa.select(messages).where(messages.c.session_id == session_id).order_by(messages.c.seq)
    )
    return session._asdict() | {"messages": [row._asdict() for row in said]}


async def delete_sessions(connection: AsyncConnection, tenant_id: str, session_ids: Sequence[str]) -> None:
    """With their messages, read marks and events: the log repeats the texts."""
    for some in _portions(session_ids):
        await connection.execute(
            sa.delete(events).where(events.c.tenant_id == tenant_id, events.c.session_id.in_(some))
        )
        for table in (marks, messages, starts):
            await connection.execute(sa.delete(table).where(table.c.session_id.in_(some)))
        await connection.execute(sa.delete(sessions).where(sessions.c.id.in_(some)))


async def delete_events(connection: AsyncConnection, tenant_id: str, before: str) -> int:
    """Events up to the first one that is not that old: a log without holes can still be resumed from."""
    of_tenant = events.c.tenant_id == tenant_id
    kept = sa.select(sa.func.min(events.c.cursor)).where(of_tenant, events.c.created_at >= before)
    first: int | None = (await connection.execute(kept)).scalar_one()
    older = of_tenant if first is None else of_tenant & (events.c.cursor < first)
    return (await connection.execute(sa.delete(events).where(older))).rowcount


async def delete_logins(connection: AsyncConnection, tenant_id: str, before: str) -> int:
    """Sign-ins that were over by then."""
    own = sa.select(agents.c.id).where(agents.c.tenant_id == tenant_id)
    old = sa.select(logins.c.id).where(logins.c.agent_id.in_(own), logins.c.revoked_at < before)
    await connection.execute(sa.delete(refresh_tokens).where(refresh_tokens.c.login_id.in_(old)))
    return (await connection.execute(sa.delete(logins).where(logins.c.id.in_(old)))).rowcount


def _portions(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]
