"""A customer is one by their e-mail, however it is spelt: when they come back, when they are exported and erased."""

import json
from collections import Counter

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tests.server.place import Place
from tests.server.running import RunningServer
from tests.server.test_migrations import at_revision
from tms_tui.server import retention, tables
from tms_tui.server.settings import ServerSettings
from tms_tui.server.store.database import open_database

SPELLINGS = ("Bob@Example.com", "bob@example.com", " BOB@EXAMPLE.COM ")


async def test_an_email_in_other_letters_is_the_same_customer(server: RunningServer) -> None:
    dana = await server.sign_in()
    for email in (*SPELLINGS, "Jose\u0301@example.com", "jos\u00e9@example.com"):
        await server.visitor(email=email)
    listed = (await dana.http.get("/v1/chat/sessions")).json()["sessions"]
    assert sorted(Counter(one["customer"]["id"] for one in listed).values()) == [2, 3]


@pytest.mark.parametrize("asked", SPELLINGS)
async def test_export_and_erasure_find_every_spelling_of_an_email(server: RunningServer, asked: str) -> None:
    own = {(await server.visitor(email=email)).session_id for email in SPELLINGS}
    await server.visitor(email="rob@example.com")
    exported = json.loads(await retention.export(server.settings, email=asked))
    assert {one["id"] for one in exported["sessions"]} == own
    assert (await retention.erase(server.settings, email=asked)).counts["conversations"] == len(SPELLINGS)


async def test_what_older_versions_stored_is_found_by_an_email_in_other_letters(place: Place) -> None:
    settings = ServerSettings(data=place.data, **place.settings)
    database = open_database(settings)
    async with database.write() as connection:
        await connection.run_sync(downgraded)
        await connection.run_sync(as_before, SPELLINGS[0])
    await database.migrate()
    await found_by_every_spelling(settings)
    await database.close()


async def test_what_a_node_of_before_stored_beside_a_new_one_is_found_too(place: Place) -> None:
    settings = ServerSettings(data=place.data, **place.settings)
    database = open_database(settings)
    await database.migrate()
    async with database.write() as connection:
        await connection.run_sync(as_before, SPELLINGS[0])
    await found_by_every_spelling(settings)
    await database.close()


async def found_by_every_spelling(settings: ServerSettings) -> None:
    for asked in SPELLINGS:
        exported = json.loads(await retention.export(settings, email=asked))
        assert [one["id"] for one in exported["sessions"]] == ["7"]


def downgraded(connection: Connection) -> None:
    """The tables of the version before e-mails were digested, whatever stands there."""
    tables.metadata.drop_all(connection)
    connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")
    at_revision("0003", connection)


def as_before(connection: Connection, email: str) -> None:
    """A conversation as versions wrote it that digested nothing."""
    connection.exec_driver_sql("INSERT INTO tenants (id) VALUES ('default')")
    words = sa.text(
        "INSERT INTO sessions (id, tenant_id, status, customer_name, customer_email, online, info, tags, priority, "
        "started_at, last_activity_at, version, last_seq, visitor_messages, read_by_visitor, read_by_agents, "
        "status_changed_seq) VALUES ('7', 'default', 'ended', 'Bob', :email, false, '{}', '[]', 'normal', :at, :at, "
        "1, 0, 0, 0, 0, 0)"
    )
    connection.execute(words, {"email": email, "at": "2026-01-01T00:00:00.000000Z"})
