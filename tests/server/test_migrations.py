"""Migrations: the same tables as the code's on both stores, old databases adopted, outdated ones refused."""

import asyncio
import functools
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from click.testing import CliRunner
from sqlalchemy.engine import Connection

from tests.server.place import Place
from tests.server.postgres import Postgres
from tests.server.running import running_server
from tms_tui.server.commands import serve, server_group
from tms_tui.server.settings import ServerSettings
from tms_tui.server.store import schema
from tms_tui.server.store.database import Database, open_database
from tms_tui.server.tables import messages, metadata, sessions


def test_the_newest_migration_is_the_one_the_code_works_with() -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [schema.HEAD]


def differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))


async def test_migrating_makes_the_tables_the_code_declares(place: Place) -> None:
    database = open_database(ServerSettings(data=place.data, **place.settings))
    await database.migrate()
    async with database.write() as connection:
        assert await connection.run_sync(differences) == []
        await connection.exec_driver_sql("ALTER TABLE tenants ADD COLUMN surplus TEXT")
        assert len(await connection.run_sync(differences)) == 1, "the comparison sees a difference"
    await database.close()


def at_revision(number: str, connection: Connection) -> None:
    """Brings an empty database to an old revision."""
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, number)


OLD_SESSION = str(uuid.UUID(int=1))
OLD_ROWS = """
INSERT INTO tenants (id, cursor) VALUES ('default', 1);
INSERT INTO sessions (id, tenant_id, status, customer_name, online, info, tags, priority, started_at,
  last_activity_at, version, last_seq, visitor_messages, read_by_visitor, read_by_agents, status_changed_seq)
VALUES ('00000000-0000-0000-0000-000000000001', 'default', 'active', 'Nora', 0, '{}', '[]', 'normal',
  '2026-01-01T12:00:00.000Z', '2026-01-01T12:00:00.000Z', 2, 1, 1, 0, 0, 0);
INSERT INTO messages (id, session_id, seq, message_type, content, author_type, author_id, author_name, is_private,
  created_at)
VALUES ('m1', '00000000-0000-0000-0000-000000000001', 1, 'text', 'still here', 'visitor', 'c1', 'Nora', 0,
  '2026-01-01T12:00:00.000Z')
"""


async def test_a_database_older_than_the_migrations_is_adopted(tmp_path: Path) -> None:
    database = open_database(ServerSettings(data=tmp_path))
    async with database.write() as connection:
        await connection.run_sync(functools.partial(at_revision, "0001"))
        await connection.exec_driver_sql("DROP TABLE alembic_version")
        for statement in OLD_ROWS.split(";"):
            await connection.exec_driver_sql(statement)
    await database.close()
    async with running_server(tmp_path) as server:
        dana = await server.sign_in()
        page = await dana.http.get(f"/v1/chat/sessions/{OLD_SESSION}/messages")
        assert [one["content"] for one in page.json()["messages"]] == ["still here"]


def before_folding(connection: Connection) -> None:
    """The tables of the version that folded nothing, with more conversations than are folded in one step."""
    metadata.drop_all(connection)
    connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")
    at_revision("0011", connection)
    connection.exec_driver_sql("INSERT INTO tenants (id, cursor) VALUES ('default', 0)")
    connection.execute(OLD_TALK, [{"id": str(uuid.UUID(int=number)), "at": OLD_TIME} for number in range(1201)])
    connection.execute(OLD_WORDS, [{"id": f"m{number}", "at": OLD_TIME} for number in range(1201)])


OLD_TIME = "2026-01-01T12:00:00.000000Z"
OLD_TALK = sa.text(
    "INSERT INTO sessions (id, tenant_id, status, customer_name, customer_email, online, info, tags, priority,"
    " started_at, last_activity_at, version, last_seq, visitor_messages, read_by_visitor, read_by_agents,"
    " status_changed_seq) VALUES (:id, 'default', 'ended', 'Jose\u0301', 'Z\u00dcRICH@example.com', false, '{}',"
    " '[]', 'normal', :at, :at, 2, 1, 1, 0, 0, 0)"
)
OLD_WORDS = sa.text(
    "INSERT INTO messages (id, session_id, seq, message_type, content, author_type, author_id, author_name,"
    " is_private, created_at) VALUES (:id, '00000000-0000-0000-0000-000000000001', CAST(SUBSTR(:id, 2) AS INTEGER),"
    " 'text', '\u0413\u0414\u0415', 'visitor', 'c1', 'Nora', false, :at)"
)


async def test_old_rows_are_folded_when_the_search_learns_to_fold(place: Place) -> None:
    settings = ServerSettings(data=place.data, **place.settings)
    database = open_database(settings)
    async with database.write() as connection:
        await connection.run_sync(before_folding)
    await database.migrate()
    async with database.read() as connection:
        people = await connection.execute(sa.select(sessions.c.name_folded, sessions.c.email_folded).distinct())
        assert [tuple(row) for row in people] == [("jos\u00e9", "z\u00fcrich@example.com")]
        words = await connection.execute(
            sa.select(messages.c.content_folded, sa.func.count()).group_by("content_folded")
        )
        assert [tuple(row) for row in words] == [("\u0433\u0434\u0435", 1201)]
    await database.close()


async def test_what_a_node_of_before_stores_beside_a_new_one_is_found_too(place: Place) -> None:
    async with running_server(place) as server:
        agent, visitor = await server.sign_in(), await server.visitor()
        await visitor.says("Where is my Parcel")
        async with server.app.services.database.write() as connection:
            await connection.execute(sa.update(messages).values(content_folded=None))
        listed = await agent.http.get("/v1/chat/sessions", params={"q": "parcel"})
        assert [one["id"] for one in listed.json()["sessions"]] == [visitor.session_id]


@pytest.fixture
def empty(postgres: Postgres) -> Iterator[str]:
    """The URL of a PostgreSQL database without tables."""
    asyncio.run(postgres.execute("CREATE DATABASE empty"))
    yield postgres.url("empty")
    asyncio.run(postgres.execute("DROP DATABASE empty WITH (FORCE)"))


@pytest.mark.services
def test_the_server_starts_on_postgresql_only_once_it_was_migrated(
    postgres: Postgres, empty: str, tmp_path: Path
) -> None:
    where = ["--database", empty, "--database-password-file", str(postgres.password_file)]
    refused = CliRunner().invoke(serve, [*where, "--data", str(tmp_path), "--port", "0"])
    assert (refused.exit_code, "tms-chat server migrate" in refused.output) == (1, True), refused.output
    for word in (f"{schema.HEAD}\n", "already"):
        migrated = CliRunner().invoke(server_group, ["migrate", *where])
        assert (migrated.exit_code, word in migrated.output) == (0, True), migrated.output
    add = ["add-agent", "--email", "a@b.example", "--name", "A", "--password-stdin", *where]
    assert CliRunner().invoke(server_group, add, input="long enough\n").exit_code == 0


@pytest.mark.services
async def test_of_nodes_that_migrate_at_once_all_succeed(postgres: Postgres, empty: str, tmp_path: Path) -> None:
    settings = ServerSettings(data=tmp_path, database=empty, database_password=postgres.password_file)
    nodes: list[Database] = [open_database(settings) for _ in range(4)]
    await asyncio.gather(*(node.migrate() for node in nodes))
    async with nodes[0].read() as connection:
        assert await schema.revision(connection) == schema.HEAD
    for node in nodes:
        await node.close()
