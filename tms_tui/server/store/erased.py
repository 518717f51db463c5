"""Conversations that were erased: their ids and nothing else."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.server.tables import erased


async def remember(connection: AsyncConnection, tenant_id: str, session_ids: Collection[str], at: str) -> None:
    rows = [{"session_id": one, "tenant_id": tenant_id, "at": at} for one in session_ids]
    if rows:
        await connection.execute(sa.insert(erased), rows)


async def holds(connection: AsyncConnection, tenant_id: str, session_id: str) -> bool:
    query = sa.select(erased.c.session_id).where(erased.c.tenant_id == tenant_id, erased.c.session_id == session_id)
    return (await connection.execute(query)).one_or_none() is not None


async def forget(connection: AsyncConnection, tenant_id: str, before: str) -> None:
    """Of those erased before then nobody asks any more."""
    await connection.execute(sa.delete(erased).where(erased.c.tenant_id == tenant_id, erased.c.at < before))
