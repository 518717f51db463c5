"""SQLite connections that answer short statements at once; a thread runs all others, and waits for disk and locks."""

import sqlite3
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

import aiosqlite
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

SHORT: Final = {"short": True}
"""Execution options of a statement that finds its few rows by an index, however much the store holds.

It takes microseconds: the way to a thread and back takes longer, and a message is some ten of them.
"""
_SAVEPOINTS: Final = ("SAVEPOINT", "RELEASE", "ROLLBACK TO")
_STEPS: Final = ("execute", "executemany", "fetchall", "fetchone", "fetchmany")


class InlineConnection(aiosqlite.Connection):
    """Like its parent, and runs on the event loop what was said to be short.

    It builds on what the driver calls private: `pyproject.toml` allows only the releases that it was read for.
    """

    def __init__(self, opened: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(opened, iter_chunk_size=64)
        self.short = False
        """Whether the statement that runs now is."""
        self._thread.daemon = True  # it does not keep the program from ending
        self._given = self._done = 0
        """Calls given to the thread, counted here, and done, counted there."""

    async def _execute(self, fn: Callable[..., Any], *args: Any, **named: Any) -> Any:
        # Whoever waited for the thread's last call may have been cancelled: it is still at work then.
        if self._running and self._connection and self._given == self._done and self._is_short(fn):
            return fn(*args, **named)
        self._given += 1
        away: Awaitable[Any] = super()._execute(self._counted, fn, *args, **named)  # type: ignore[no-untyped-call]
        return await away

    def _is_short(self, fn: Callable[..., Any]) -> bool:
        if fn.__name__ in _STEPS:
            return self.short
        closes = fn.__name__ == "close" and isinstance(getattr(fn, "__self__", None), sqlite3.Cursor)
        return closes or fn.__name__ == "cursor"

    def _counted(self, fn: Callable[..., Any], *args: Any, **named: Any) -> Any:
        try:
            return fn(*args, **named)
        finally:
            self._done += 1


def connector(url: sa.URL) -> Callable[[], Awaitable[aiosqlite.Connection]]:
    """Opens connections to that database."""
    given, named = SQLiteDialect_aiosqlite().create_connect_args(url)
    opened: Callable[[], sqlite3.Connection] = partial(sqlite3.connect, *given, **named)

    async def connect() -> aiosqlite.Connection:
        return await InlineConnection(opened)

    return connect


def heed_options(engine: AsyncEngine) -> None:
    """Tells each connection of the engine whether its next statement is short."""

    @sa.event.listens_for(engine.sync_engine, "before_cursor_execute")
    def heed(connection: Connection, *given: Any) -> None:
        _cursor, statement, _parameters, context, _many = given
        driver = connection.connection.driver_connection
        assert isinstance(driver, InlineConnection)  # noqa: S101 - the engine was given its connector
        driver.short = bool(context.execution_options.get("short")) or statement.startswith(_SAVEPOINTS)
