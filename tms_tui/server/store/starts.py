"""Starts of conversations by the name their maker gave them: the same name is the same conversation."""

import hashlib
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.server.tables import starts

_CLAIM = sa.text(
    "INSERT INTO session_starts (tenant_id, key, session_id) VALUES (:tenant_id, :key, :session_id)"
    " ON CONFLICT DO NOTHING"
)


async def claim(connection: AsyncConnection, tenant_id: str, client_id: str, session_id: str) -> str:
    """The session that this client id stands for: `session_id`, or the one an earlier call named."""
    key = hashlib.sha256(client_id.lower().encode()).hexdigest()
    await connection.execute(_CLAIM, {"tenant_id": tenant_id, "key": key, "session_id": session_id})
    found = await connection.execute(
        sa.select(starts.c.session_id).where(starts.c.tenant_id == tenant_id, starts.c.key == key)
    )
    claimed: str = found.scalar_one()
    return claimed


async def forget(connection: AsyncConnection, session_ids: Collection[str]) -> None:
    """The names that led to these conversations lead nowhere any more."""
    await connection.execute(sa.delete(starts).where(starts.c.session_id.in_(session_ids)))
