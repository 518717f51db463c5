"""Starts of conversations by the name their maker gave them: the same name is the same conversation."""

import hashlib
from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.server.store.inline import SHORT
from tms_tui.server.tables import starts

_ONE = (
    sa.select(starts.c.session_id)
    .where(starts.c.tenant_id == sa.bindparam("tenant_id"), starts.c.key == sa.bindparam("key"))
    .execution_options(**SHORT)
)
_INSERT = sa.insert(starts).execution_options(**SHORT)


def key_of(client_id: str) -> str:
    """What is kept of the name: by itself it would open the conversation."""
    return hashlib.sha256(client_id.lower().encode()).hexdigest()


async def find(connection: AsyncConnection, tenant_id: str, key: str) -> str | None:
    """The conversation that the name led to."""
    found: str | None = (await connection.execute(_ONE, {"tenant_id": tenant_id, "key": key})).scalar_one_or_none()
    return found


async def insert(connection: AsyncConnection, tenant_id: str, begun: Mapping[str, str]) -> None:
    """`begun`: conversations by the keys of their names."""
    await connection.execute(_INSERT, columns(tenant_id, begun))


def columns(tenant_id: str, begun: Mapping[str, str]) -> list[dict[str, Any]]:
    """Their rows."""
    return [{"tenant_id": tenant_id, "key": key, "session_id": session_id} for key, session_id in begun.items()]


async def forget(connection: AsyncConnection, session_ids: Collection[str]) -> None:
    """The names that led to these conversations lead nowhere any more."""
    await connection.execute(sa.delete(starts).where(starts.c.session_id.in_(session_ids)))
