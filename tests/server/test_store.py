"""Both stores: cursors in commit order, restarts of the database, addresses that cannot be served."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from tests.server.place import Place
from tests.server.postgres import Postgres, running_postgres
from tests.server.running import RunningServer, running_server
from tests.server.sockets import agent_socket
from tms_tui.protocol import wire
from tms_tui.server.bus import MemoryBus
from tms_tui.server.clock import SystemClock
from tms_tui.server.journal import Journal
from tms_tui.server.settings import ServerSettings
from tms_tui.server.store import agents, log
from tms_tui.server.store.database import Database, open_database, resolved

TENANT = "default"
WRITERS = 8
EACH = 10


class OutOfOrderError(Exception):
    """A reader saw a cursor whose predecessor was not there yet."""


@contextlib.asynccontextmanager
async def two_nodes(place: Place) -> AsyncIterator[list[Database]]:
    settings = ServerSettings(data=place.data, **place.settings)
    nodes = [open_database(settings), open_database(settings)]
    await nodes[0].prepare()
    async with nodes[0].write() as connection:
        await agents.ensure_tenant(connection, TENANT)
    try:
        yield nodes
    finally:
        for node in nodes:
            await node.close()


def news() -> log.Happened:
    receipt = wire.Receipt(reader_type="visitor", up_to=1)
    return log.Happened("chat_message", str(uuid.uuid4()), receipt, "visitor", "2030-01-01T00:00:00.000000Z")


async def follow(database: Database, up_to: int) -> None:
    """Reads as a node does; raises OutOfOrderError for a gap."""
    position = 0
    while position < up_to:
        async with database.read() as connection:
            found = [one.cursor for one in await log.read(connection, TENANT, position, 7)]
        if found != list(range(position + 1, position + 1 + len(found))):
            raise OutOfOrderError(f"{found} after {position}")
        position += len(found)


async def test_cursor_order_is_commit_order(place: Place) -> None:
    async with two_nodes(place) as nodes:

        async def write(database: Database, turn: int) -> None:
            journal = Journal(database, MemoryBus(), SystemClock())
            for number in range(EACH):
                async with journal.change(TENANT) as change:
                    change.news.extend(news() for _ in range(1 + (number + turn) % 3))
                    await change.connection.execute(sa.select(1))

        written = sum(1 + (number + turn) % 3 for turn in range(WRITERS) for number in range(EACH))
        async with asyncio.timeout(50):
            await asyncio.gather(
                *(write(nodes[turn % 2], turn) for turn in range(WRITERS)),
                *(follow(database, written) for database in nodes),
            )


async def test_the_follower_would_see_a_cursor_taken_outside_the_transaction(place: Place) -> None:
    async with two_nodes(place) as nodes:
        async with nodes[0].write() as connection:
            await connection.execute(sa.text("UPDATE tenants SET cursor = cursor + 1"))
        async with nodes[1].write() as connection:
            await log.append(connection, TENANT, [news()])
        with pytest.raises(OutOfOrderError):
            await follow(nodes[0], 2)


async def test_what_is_undone_takes_no_cursor(place: Place) -> None:
    async with two_nodes(place) as nodes:
        journal = Journal(nodes[0], MemoryBus(), SystemClock())
        with contextlib.suppress(ZeroDivisionError):
            async with nodes[0].write() as connection:
                await log.append(connection, TENANT, [news()])
                raise ZeroDivisionError
        async with journal.change(TENANT) as change:
            change.news.append(news())
        async with nodes[1].read() as connection:
            assert [one.cursor for one in await log.read(connection, TENANT, 0, 10)] == [1]


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("mysql://db.example/chat", "mysql"),
        ("postgresql://chat:secret@db.example/chat", "file"),
    ],
)
def test_what_cannot_be_a_store_is_said_without_the_secret(url: str, word: str) -> None:
    with pytest.raises(ValueError, match=word) as refused:
        resolved(url)
    assert "secret" not in str(refused.value)


@pytest.fixture
def mortal() -> Iterator[Postgres]:
    """A cluster that a test may end."""
    with running_postgres() as cluster:
        yield cluster


@pytest.mark.services
async def test_a_restart_of_postgresql_loses_nothing_and_lies_to_nobody(mortal: Postgres, tmp_path: Path) -> None:
    async with mortal.database() as url:
        place = Place(tmp_path, {"database": url, "database_password": mortal.password_file, "log_check": 0.2})
        async with running_server(place) as server:
            await _talk_through_a_restart(server, mortal)


async def _talk_through_a_restart(server: RunningServer, mortal: Postgres) -> None:
    dana, visitor = await server.sign_in(), await server.visitor()
    async with agent_socket(server, dana) as far:
        await visitor.says("before")
        await far.until("chat_message", content="before")
        mortal.stop("immediate")
        body = {"content": "during", "client_message_id": str(uuid.uuid4())}
        for asked in (
            visitor.http.post("/v1/visitor/messages", json=body),
            dana.http.get("/v1/chat/sessions"),
            dana.http.get("/readyz"),
        ):
            answer = await asked
            assert answer.status_code == 503, answer.text
            assert int(answer.headers["Retry-After"]) >= 1
        mortal.start()
        answer = await visitor.http.post("/v1/visitor/messages", json=body)
        assert answer.status_code == 201, answer.text
        await far.until("chat_message", content="during")
        page = await dana.http.get(f"/v1/chat/sessions/{visitor.session_id}/messages")
        assert [one["content"] for one in page.json()["messages"]] == ["before", "during"]


@pytest.mark.services
async def test_a_wrong_password_is_a_failure_of_the_store(postgres: Postgres, tmp_path: Path) -> None:
    (tmp_path / "wrong").write_text("guess\n")
    settings = ServerSettings(data=tmp_path, database=postgres.url("postgres"), database_password=tmp_path / "wrong")
    database = open_database(settings)
    with pytest.raises(SQLAlchemyError):
        await database.ping()
    await database.close()
