"""What messages ask of PostgreSQL: a handful of statements for any number of them, each answered by an index."""

import asyncio
import uuid
from pathlib import Path
from typing import Final

import pytest

from tests.server.journals import (
    furnished,
    open_node,
    statements,
)
from tests.server.place import Place
from tests.server.postgres import Postgres
from tms_tui.server.groupcommit import MOST_POSTS


@pytest.mark.services
@pytest.mark.parametrize("many", [1, MOST_POSTS])
async def test_postgresql_is_asked_five_things_however_many_messages_there_are(
    postgres: Postgres, tmp_path: Path, many: int
) -> None:
    async with postgres.database() as url:
        place = Place(tmp_path, {"database": url, "database_password": postgres.password_file})
        async with furnished(place) as node:
            talks = [await node.open_conversation() for _ in range(many)]
            with statements() as asked:
                await asyncio.gather(*(node.says(one, "Hello") for one in talks))
            assert [len(await node.written(one)) for one in talks] == [1] * many
    assert asked == {"BEGIN": 1, "SELECT": 1, "WITH": 2, "COMMIT": 1}


@pytest.mark.services
@pytest.mark.parametrize("many", [1, MOST_POSTS])
async def test_postgresql_is_asked_six_things_however_many_conversations_begin(
    postgres: Postgres, tmp_path: Path, many: int
) -> None:
    async with postgres.database() as url:
        place = Place(tmp_path, {"database": url, "database_password": postgres.password_file})
        async with furnished(place) as node:
            with statements() as asked:
                names = [str(uuid.uuid4()) for _ in range(many)]
                begun = await asyncio.gather(*(node.begins(one, f"{one}@example.com") for one in names))
            assert [new for _talk, new in begun] == [True] * many
    assert asked == {"BEGIN": 1, "SELECT": 2, "WITH": 2, "COMMIT": 1}


HISTORY: Final = (
    """INSERT INTO sessions (id, tenant_id, status, customer_name, online, info, tags, priority, started_at,
    last_activity_at, version, last_seq, visitor_messages, read_by_visitor, read_by_agents, status_changed_seq)
    SELECT 's' || n, 'default', 'active', 'Ana', false, '{}', '[]', 'normal', '', '', 1, 1, 1, 0, 0, 0
    FROM generate_series(1, 2000) n""",
    """INSERT INTO messages (id, session_id, seq, message_type, content, author_type, author_id, author_name,
    is_private, client_message_id, created_at)
    SELECT 'm' || n, 's' || n, 1, 'text', 'hello', 'visitor', 'ana', 'Ana', false, n, ''
    FROM generate_series(1, 2000) n""",
    """INSERT INTO blocks (id, kind, value, tenant_id, scope, reason, by_agent_id, by_agent_name, at)
    SELECT 'b' || n, 'address', 'v' || n, 'default', 'address', '', '', '', '' FROM generate_series(1, 2000) n""",
    "ANALYZE",
)
_WHOLE: Final = """SELECT sum(seq_scan) FROM pg_stat_user_tables WHERE relname IN ('sessions', 'messages', 'blocks')"""
_STORED: Final = "SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'messages'"


@pytest.mark.services
async def test_postgresql_looks_through_no_table_for_a_batch(postgres: Postgres, tmp_path: Path) -> None:
    async with postgres.database() as url:
        place = Place(tmp_path, {"database": url, "database_password": postgres.password_file})
        async with furnished(place) as node, node.database.write() as connection:
            for words in HISTORY:
                await connection.exec_driver_sql(words)
        before = await tables_read_whole(place, stored=2000)
        async with open_node(place) as node:
            talk = await node.open_conversation()
            for number in range(10):  # after the fifth time PostgreSQL may plan once for all times to come
                await node.says(talk, f"{number}")
                await node.begins(str(uuid.uuid4()), f"{number}@example.com")
        assert await tables_read_whole(place, stored=2010) == before


async def tables_read_whole(place: Place, *, stored: int) -> int:
    """How often so far, once it has been counted in that so many messages were stored."""
    async with open_node(place) as node, node.database.read() as connection, asyncio.timeout(30):
        while (await connection.exec_driver_sql(_STORED)).scalar_one() < stored:  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(0.05)
        times: int = (await connection.exec_driver_sql(_WHOLE)).scalar_one()
        return times
