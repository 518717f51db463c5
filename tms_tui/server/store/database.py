"""The database: read snapshots side by side, and writes one after the other where the store needs it."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from sqlite3 import SQLITE_INTERRUPT

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.private_files import close_sqlite, make_folder, make_own_folder
from tms_tui.server.settings import ServerSettings, password_in
from tms_tui.server.store import engines, schema


class StoreLostError(SQLAlchemyError):
    """The database cannot be reached, or did not answer in time."""


class StoreFailedError(SQLAlchemyError):
    """The database was opened, and then could not be used."""


class TooLongError(SQLAlchemyError):
    """A search was given up: it took longer than it may, or others had all the connections there are for it."""


class Database:
    """One store by URL. On SQLite a single writer; on PostgreSQL row locks do that work."""

    def __init__(self, url: str | sa.URL, patience: float = 5, longest: float = 5) -> None:
        """Connects to nothing yet; an SQLite file is made for its owner alone.

        `longest`: how many seconds a search may take.

        Raises ValueError for a database nobody serves or a password in a text URL, OSError for a file not to be had.
        """
        place = resolved(url)
        self._sqlite = place.get_backend_name() == "sqlite"
        if self._sqlite:
            _make_file(place)
            self._writer = engines.sqlite_writer(place, patience)
            self._reader = engines.sqlite_readers(place, patience)
            self._searcher = engines.sqlite_searchers(place, patience, longest)
        else:
            self._writer = engines.postgresql(place, patience)
            self._reader = self._writer.execution_options(isolation_level="AUTOCOMMIT")
            self._searcher = engines.postgresql_searchers(place, patience, longest)
        self._one_writer = asyncio.Lock()

    @property
    def locks_rows(self) -> bool:
        """Whether writers may run side by side, each holding rows; SQLite has one at a time."""
        return not self._sqlite

    async def prepare(self) -> None:
        """SQLite is brought up to date; raises OutdatedSchemaError for a PostgreSQL that is not."""
        async with self.read() as connection:
            revision = await schema.revision(connection)
        if revision == schema.HEAD:
            return
        if not self._sqlite:
            raise schema.OutdatedSchemaError(revision)
        await self.migrate()

    async def migrate(self) -> None:
        """Brings the tables up to date; of several at once, one does it and the others wait."""
        async with self.write() as connection:
            await schema.upgrade(connection)

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Each statement sees what is committed by then; so what must be oldest is read first."""
        with _lost():
            async with self._reader.connect() as connection:
                yield connection

    @contextlib.asynccontextmanager
    async def search(self) -> AsyncIterator[AsyncConnection]:
        """A reading that may take long: it has connections of its own; raises TooLongError when it takes too long."""
        with _lost(), _limited():
            async with self._searcher.connect() as connection:
                yield connection

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction, committed when the block ends without an exception."""
        with _lost():
            if not self._sqlite:
                async with self._writer.begin() as connection:
                    yield connection
                return
            async with self._one_writer, self._writer.begin() as connection:
                yield connection

    async def empty_write_ahead_log(self, within: float) -> bool:
        """SQLite repeats there what was deleted since; False when it is in use for so many seconds on end."""
        ends = time.monotonic() + within
        while not await self._checkpointed():
            if time.monotonic() > ends:
                return False
            await asyncio.sleep(0.1)
        return True

    async def _checkpointed(self) -> bool:
        if not self._sqlite:
            return True
        async with self.read() as connection:
            busy: int = (await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).scalar_one()
        return not busy

    async def rewrite(self) -> None:
        """Leaves out of SQLite's file what versions gave up that did not zero it. Nobody can write meanwhile."""
        if self._sqlite:
            async with self.read() as connection:
                await connection.exec_driver_sql("VACUUM")

    async def ping(self) -> None:
        async with self.read() as connection:
            await connection.execute(sa.select(1))

    async def close(self) -> None:
        await self._writer.dispose()
        await self._reader.dispose()
        await self._searcher.dispose()


def open_database(settings: ServerSettings) -> Database:
    """The store the settings name; raises ValueError for an unfit URL, OSError for a file that is not to be had."""
    if settings.database is None:
        make_own_folder(settings.data)
    url = sa.make_url(settings.database_url)
    place: str | sa.URL = settings.database_url
    if settings.database_password is not None:
        place = url.set(password=password_in(settings.database_password))
    return Database(place, settings.store_patience, settings.search_patience)


def resolved(url: str | sa.URL) -> sa.URL:
    """The URL with its driver; raises ValueError for a database nobody serves or a password in a text URL."""
    place = sa.make_url(url)
    if isinstance(url, str) and place.password is not None:
        words = "The database URL holds a password, which anyone on this machine can read. Put it in a file."
        raise ValueError(words)
    match place.get_backend_name():
        case "sqlite":
            return place.set(drivername="sqlite+aiosqlite")
        case "postgresql":
            return place.set(drivername="postgresql+asyncpg")
        case other:
            words = f"There is no store for {other} URLs; sqlite:// and postgresql:// are served."
            raise ValueError(words)


@contextlib.contextmanager
def _lost() -> Iterator[None]:
    # asyncpg's failures to connect and to answer in time come as they are, past SQLAlchemy's own.
    try:
        yield
    except OSError as lost:
        raise StoreLostError(type(lost).__name__) from lost


@contextlib.contextmanager
def at_work() -> Iterator[None]:
    """What fails within had been opened: raises StoreFailedError for it, but not for rows that do not fit."""
    try:
        yield
    except (IntegrityError, TooLongError):
        raise
    except SQLAlchemyError as error:
        raise StoreFailedError(type(error).__name__) from error


@contextlib.contextmanager
def _limited() -> Iterator[None]:
    try:
        yield
    except NoConnectionError as busy:
        raise TooLongError("no connection") from busy
    except DBAPIError as error:
        if not _given_up(error):
            raise
        raise TooLongError("given up") from error


def _given_up(error: DBAPIError) -> bool:
    """Whether the database ended the statement for the time it took."""
    driver = error.orig
    return getattr(driver, "sqlite_errorcode", 0) == SQLITE_INTERRUPT or getattr(driver, "sqlstate", "") == "57014"


def _make_file(place: sa.URL) -> None:
    if place.database and not place.database.startswith((":memory:", "file:")):
        make_folder(Path(place.database).parent)
        close_sqlite(Path(place.database))
