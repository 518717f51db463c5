"""What the servers of one database agree on: their common name, the key they sign with, the key of their digests."""

import secrets
import uuid
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.server.tables import installation

_NAME: Final = "name"
_SIGNING_KEY: Final = "signing key"
_DIGEST_KEY: Final = "digest key"
_ACCOUNTS: Final = "accounts"


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


def digest_key(connection: Connection) -> bytes:
    """Under which e-mails and networks are digested; made by whoever asks first, a migration for one."""
    return bytes.fromhex(_kept_now(connection, _DIGEST_KEY, secrets.token_hex(32)))


async def accounts_changed(connection: AsyncConnection) -> None:
    """Marks that an agent's account or sign-ins were changed by a process that no server hears."""
    words = sa.text(
        "INSERT INTO installation (name, value) VALUES (:name, :value)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    )
    await connection.execute(words, {"name": _ACCOUNTS, "value": uuid.uuid4().hex})


async def accounts_mark(connection: AsyncConnection) -> str:
    """Another one after each such change; "" before the first."""
    found = await connection.execute(sa.select(installation.c.value).where(installation.c.name == _ACCOUNTS))
    return found.scalar_one_or_none() or ""


async def _kept(connection: AsyncConnection, what: str, otherwise: str) -> str:
    return await connection.run_sync(_kept_now, what, otherwise)


def _kept_now(connection: Connection, what: str, otherwise: str) -> str:
    """May meet another node doing the same: whoever comes second reads what the first one wrote."""
    words = sa.text("INSERT INTO installation (name, value) VALUES (:name, :value) ON CONFLICT DO NOTHING")
    connection.execute(words, {"name": what, "value": otherwise})
    found = connection.execute(sa.select(installation.c.value).where(installation.c.name == what).with_for_update())
    value: str = found.scalar_one()
    return value
