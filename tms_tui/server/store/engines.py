"""How each database is opened: SQLite with one writer, PostgreSQL with a pool."""

import time
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util import await_only

from tms_tui.server.store import inline
from tms_tui.server.yielding import give_way

READERS: Final = 4
POOLED: Final = 10
REST: Final = 1.0
"""Seconds after which a connection to PostgreSQL is asked whether it still lives, before it is used again."""
_USED_AT: Final = "used at"
SEARCHERS: Final = 2
"""Connections for what may take long; all else has its own."""
STEPS: Final = 10_000
"""Of SQLite's machine, between two looks at the time."""


def postgresql(url: sa.URL, patience: float) -> AsyncEngine:
    """A pool. Whatever takes longer than `patience` seconds fails: to connect, to get a lock, to answer."""
    engine = create_async_engine(
        url,
        hide_parameters=True,
        pool_size=POOLED,
        max_overflow=POOLED,
        pool_timeout=patience,
        connect_args={
            "timeout": patience,
            "command_timeout": 2 * patience,
            "server_settings": {
                "application_name": "tms-chat",
                "lock_timeout": str(round(patience * 1000)),
                # A node that froze within a transaction must not hold the tenant's row for ever.
                "idle_in_transaction_session_timeout": str(round(2 * patience * 1000)),
            },
        },
    )
    _ping_after_a_rest(engine.sync_engine)
    return engine


def _ping_after_a_rest(engine: sa.Engine) -> None:
    """Asks a connection that was not used for REST seconds whether it still lives; each question is a round trip."""

    @sa.event.listens_for(engine, "checkin")
    def rested(_connection: Any, entry: ConnectionPoolEntry) -> None:
        entry.info[_USED_AT] = time.monotonic()

    @sa.event.listens_for(engine, "checkout")
    def ping(connection: Any, entry: ConnectionPoolEntry, _proxy: object) -> None:
        if time.monotonic() - entry.info.get(_USED_AT, time.monotonic()) < REST:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as lost:
            raise InvalidatePoolError from lost


def postgresql_searchers(url: sa.URL, patience: float, longest: float) -> AsyncEngine:
    """A pool whose statements the database ends after `longest` seconds."""
    return create_async_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=SEARCHERS,
        max_overflow=0,
        pool_timeout=longest,
        isolation_level="AUTOCOMMIT",
        connect_args={
            "timeout": patience,
            "command_timeout": 2 * longest + patience,
            "server_settings": {
                "application_name": "tms-chat search",
                # A search that takes all processors holds up whoever writes.
                "max_parallel_workers_per_gather": "0",
                "statement_timeout": str(max(1, round(longest * 1000))),
            },
        },
    )


def sqlite_searchers(url: sa.URL, patience: float, longest: float) -> AsyncEngine:
    """Connections that give up a statement `longest` seconds after it began."""
    options: dict[str, Any] = {"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True}
    engine = _sqlite(url, SEARCHERS, patience, pool_timeout=longest, **options)

    @sa.event.listens_for(engine.sync_engine, "connect")
    def step_back(connection: Any, _entry: ConnectionPoolEntry) -> None:
        # As equals of the event loop, searches starve what has stepped back from it and holds the interpreter's lock.
        connection.create_function("step_back", 0, give_way)
        cursor = connection.cursor()
        cursor.execute("SELECT step_back()")  # on the driver's own thread
        cursor.close()

    @sa.event.listens_for(engine.sync_engine, "before_cursor_execute")
    def limit(connection: Connection, *_rest: object) -> None:
        ends = time.monotonic() + longest
        driver = connection.connection.driver_connection
        assert driver is not None  # noqa: S101 - a statement is about to run on it
        # The driver's own thread runs the statement; it alone may be asked to set this.
        await_only(driver.set_progress_handler(lambda: int(time.monotonic() > ends), STEPS))

    return engine


def sqlite_writer(url: sa.URL, patience: float) -> AsyncEngine:
    """The one connection that writes."""
    engine = _inline(url, 1, patience)

    @sa.event.listens_for(engine.sync_engine, "begin")
    def open_transaction(connection: Connection) -> None:
        # The driver's own BEGIN is never IMMEDIATE: two writers would meet at their first UPDATE.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def sqlite_readers(url: sa.URL, patience: float) -> AsyncEngine:
    return _inline(url, READERS, patience, isolation_level="AUTOCOMMIT", skip_autocommit_rollback=True)


def _inline(url: sa.URL, connections: int, patience: float, **options: Any) -> AsyncEngine:
    engine = _sqlite(url, connections, patience, async_creator=inline.connector(url), **options)
    inline.heed_options(engine)
    return engine


def _sqlite(
    url: sa.URL, connections: int, patience: float, *, pool_timeout: float | None = None, **options: Any
) -> AsyncEngine:
    engine = create_async_engine(
        url,
        hide_parameters=True,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=patience if pool_timeout is None else pool_timeout,
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
            # What is deleted or written over is zeroed, not only given up.
            "secure_delete=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine
