"""The database: read snapshots side by side, and writes one after the other where the store needs it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from tms_tui.server.tables import metadata

READERS = 4


class Database:
    """One store by URL. On SQLite a single writer; on PostgreSQL row locks do that work."""

    def __init__(self, url: str, patience: float = 5) -> None:
        self._sqlite = sa.make_url(url).get_backend_name() == "sqlite"
        if self._sqlite:
            self._make_directory(url)
            self._writer = _sqlite_writer(url, patience)
            self._reader = _sqlite_engine(
                url, READERS, patience, isolation_level="AUTOCOMMIT", skip_autocommit_rollback=True
            )
        else:
            self._writer = self._reader = create_async_engine(url, hide_parameters=True, pool_pre_ping=True)
        self._one_writer = asyncio.Lock()

    async def create(self) -> None:
        """Makes what tables are missing."""
        async with self.write() as connection:
            await connection.run_sync(metadata.create_all)

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Each statement sees what is committed by then; so what must be oldest is read first."""
        async with self._reader.connect() as connection:
            yield connection

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction, committed when the block ends without an exception."""
        if not self._sqlite:
            async with self._writer.begin() as connection:
                yield connection
            return
        async with self._one_writer, self._writer.begin() as connection:
            yield connection

    async def ping(self) -> None:
        async with self.read() as connection:
            await connection.execute(sa.select(1))

    async def close(self) -> None:
        await self._writer.dispose()
        await self._reader.dispose()

    @staticmethod
    def _make_directory(url: str) -> None:
        file = sa.make_url(url).database
        if file and file != ":memory:":
            Path(file).parent.mkdir(mode=0o700, parents=True, exist_ok=True)


def _sqlite_writer(url: str, patience: float) -> AsyncEngine:
    engine = _sqlite_engine(url, 1, patience)

    @sa.event.listens_for(engine.sync_engine, "begin")
    def open_transaction(connection: Connection) -> None:
        # The driver's own BEGIN is never IMMEDIATE: two writers would meet at their first UPDATE.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _sqlite_engine(url: str, connections: int, patience: float, **options: Any) -> AsyncEngine:
    engine = create_async_engine(
        url,
        hide_parameters=True,
        pool_size=connections,
        max_overflow=0,
        # Every connection comes back committed or rolled back; one more ROLLBACK is one more thread hop.
        pool_reset_on_return=None,
        **options,
    )

    @sa.event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            f"busy_timeout={round(patience * 1000)}",
            "foreign_keys=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine
