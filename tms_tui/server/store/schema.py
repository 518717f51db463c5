"""The schema's version: asked of the database, brought up to date by the migrations."""

from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

HEAD: Final = "0014"
"""The revision this code works with: the newest one in `migrations/versions`."""
MIGRATIONS: Final = Path(__file__).parents[1] / "migrations"
_VERSION_TABLE: Final = "alembic_version"
_MIGRATING: Final = 0x746D732D


class OutdatedSchemaError(Exception):
    """The database's tables are not those this version works with."""

    def __init__(self, revision: str | None) -> None:
        has = f"stands at revision {revision}" if revision else "has no tables of this server yet"
        super().__init__(
            f"The database {has}, and this version needs {HEAD}. "
            "Run `tms-chat server migrate` with the same --database, then start again."
        )


async def revision(connection: AsyncConnection) -> str | None:
    """What the database stands at; None before the first migration."""
    if not await connection.run_sync(lambda sync: sa.inspect(sync).has_table(_VERSION_TABLE)):
        return None
    found = await connection.exec_driver_sql("SELECT version_num FROM alembic_version")
    return found.scalar_one_or_none()


async def upgrade(connection: AsyncConnection) -> None:
    """Runs every migration that is missing, within the connection's transaction."""
    if connection.dialect.name == "postgresql":
        await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATING})")
    await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    # Deferred: only whoever migrates pays for loading it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
