"""What is asked all day is found by an index, however long a history stands beside it."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.server.store import messages, sessions
from tms_tui.server.store.database import Database
from tms_tui.server.store.sessions import Wanted

Asking = Callable[[AsyncConnection], Awaitable[Any]]


async def plan_of(file: Path, asking: Asking) -> str:
    """How SQLite goes about what is asked last."""
    database = Database(f"sqlite:///{file}")
    await database.migrate()
    asked: list[tuple[str, Any]] = []
    try:
        async with database.read() as connection:
            heard = connection.sync_connection
            assert heard is not None
            sa.event.listen(heard, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
            await asking(connection)
            statement, parameters = asked[-1]
            rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            return " ".join(str(row) for row in rows)
    finally:
        await database.close()


@pytest.mark.parametrize(
    ("asking", "index"),
    [
        (lambda connection: sessions.page(connection, "default", Wanted(statuses=["pending"])), "sessions_by_status"),
        (lambda connection: sessions.page(connection, "default", Wanted()), "sessions_by_activity"),
        (lambda connection: messages.visitor_messages(connection, "one", 5), "messages_by_visitor"),
        (lambda connection: messages.last_by_visitor(connection, "one"), "messages_by_visitor"),
    ],
    ids=["one status", "the newest", "read by an agent", "the customer's last"],
)
async def test_it_is_found_by_its_index(tmp_path: Path, asking: Asking, index: str) -> None:
    assert index in await plan_of(tmp_path / "chat.db", asking)


async def test_a_receipt_looks_at_what_was_not_read_before_and_at_nothing_else(tmp_path: Path) -> None:
    plan = await plan_of(
        tmp_path / "chat.db", lambda connection: messages.seen_by_visitor(connection, "one", 5, 9, "2026-01-01")
    )
    assert "session_id=? AND seq>? AND seq<?" in plan
