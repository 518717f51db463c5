"""SQLite without thread hops: what is short is answered at once, and what waits keeps nobody waiting."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa

from tms_tui.server.store.database import Database
from tms_tui.server.store.inline import SHORT

NOTES = "CREATE TABLE notes (words VARCHAR)"
NOTE = sa.text("INSERT INTO notes VALUES ('one')").execution_options(**SHORT)
COUNT = sa.text("SELECT count(*) FROM notes").execution_options(**SHORT)
LONG_COUNT = sa.text("SELECT count(*) FROM notes")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "notes.db"


@pytest_asyncio.fixture
async def database(file: Path) -> AsyncIterator[Database]:
    opened = Database(f"sqlite:///{file}", patience=60)
    async with opened.write() as connection:
        await connection.exec_driver_sql(NOTES)
    yield opened
    await opened.close()


async def at_once(doing: Coroutine[Any, Any, Any]) -> bool:
    """Whether it came to its end without giving the loop back."""
    others: list[str] = []
    asyncio.get_running_loop().call_soon(others.append, "came to its turn")
    await doing
    return not others


async def noted(database: Database) -> int:
    async with database.read() as connection:
        count: int = (await connection.execute(COUNT)).scalar_one()
        return count


async def test_a_short_statement_is_answered_without_giving_the_loop_back(database: Database) -> None:
    async with database.read() as connection:
        assert await at_once(connection.execute(COUNT))
    async with database.write() as connection:
        assert await at_once(connection.execute(NOTE))
    assert await noted(database) == 1


async def test_any_other_statement_gives_the_loop_back(database: Database) -> None:
    async with database.read() as connection:
        assert not await at_once(connection.execute(LONG_COUNT))
        assert not await at_once(connection.exec_driver_sql("VACUUM"))
        assert await at_once(connection.execute(COUNT)), "and the next one may be short again"


async def test_who_waits_for_another_process_to_write_keeps_nobody_from_reading(database: Database, file: Path) -> None:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def write() -> None:
        async with database.write() as connection:
            await connection.execute(NOTE)

    writing = asyncio.create_task(write())
    for _ in range(20):
        assert await noted(database) == 0
    assert not writing.done()
    other.execute("COMMIT")
    other.close()
    await writing
    assert await noted(database) == 1


async def test_a_write_given_up_while_it_waits_leaves_nothing_and_hinders_nobody(
    database: Database, file: Path
) -> None:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    begun = asyncio.Event()

    async def write() -> None:
        begun.set()
        async with database.write() as connection:
            await connection.execute(NOTE)

    writing = asyncio.create_task(write())
    await begun.wait()
    for _ in range(20):
        assert await noted(database) == 0
    writing.cancel()
    other.execute("COMMIT")
    other.close()
    with pytest.raises(asyncio.CancelledError):
        await writing
    await write()
    assert await noted(database) == 1
