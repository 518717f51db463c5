"""What the servers of one database agree on: their common name, and the key they sign with."""

import uuid
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.server.tables import installation

_NAME: Final = "name"
_SIGNING_KEY: Final = "signing key"


async def name(connection: AsyncConnection) -> str:
    """Made by the first server to ask; no other installation has the same."""
    return await _kept(connection, _NAME, uuid.uuid4().hex)


async def signing_key(connection: AsyncConnection, own: str) -> str:
    """The fingerprint of the key that is signed with; `own`, when nobody has said one yet."""
    return await _kept(connection, _SIGNING_KEY, own)


async def replace_signing_key(connection: AsyncConnection, fingerprint: str) -> None:
    of_key = installation.c.name == _SIGNING_KEY
    await connection.execute(sa.update(installation).where(of_key).values(value=fingerprint))


async def forget_signing_key(connection: AsyncConnection) -> None:
    """The next server to start says which key it is."""
    await connection.execute(sa.delete(installation).where(installation.c.name == _SIGNING_KEY))


async def _kept(connection: AsyncConnection, what: str, otherwise: str) -> str:
    """May meet another node doing the same: whoever comes second reads what the first one wrote."""
    words = sa.text("INSERT INTO installation (name, value) VALUES (:name, :value) ON CONFLICT DO NOTHING")
    await connection.execute(words, {"name": what, "value": otherwise})
    found = await connection.execute(
        sa.select(installation.c.value).where(installation.c.name == what).with_for_update()
    )
    value: str = found.scalar_one()
    return value
