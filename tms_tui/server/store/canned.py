"""Texts kept for reuse, in the database."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.protocol import wire
from tms_tui.server.tables import canned


async def of_tenant(connection: AsyncConnection, tenant_id: str) -> list[wire.Canned]:
    rows = await connection.execute(
        sa.select(canned).where(canned.c.tenant_id == tenant_id).order_by(canned.c.shortcut)
    )
    return [wire.Canned(shortcut=row.shortcut, title=row.title, content=row.content) for row in rows]


async def put(connection: AsyncConnection, tenant_id: str, response: wire.Canned) -> None:
    """Adds one, or replaces the one of the same shortcut."""
    await connection.execute(
        sa.delete(canned).where(canned.c.tenant_id == tenant_id, canned.c.shortcut == response.shortcut)
    )
    await connection.execute(
        sa.insert(canned).values(
            tenant_id=tenant_id,
            shortcut=response.shortcut,
            title=response.title,
            content=response.content,
        )
    )
