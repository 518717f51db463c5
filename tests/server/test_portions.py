"""Deleting much of a store that is in use: others write meanwhile, and whoever stops it hears how far it got."""

import asyncio
import contextlib
import re
import signal
import sys
import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.server.place import Place
from tests.server.running import RunningServer, Visitor, running_server
from tms_tui.server import retention, tables
from tms_tui.server.portions import PORTION_ROWS, Gone, sized
from tms_tui.server.store.old import Sized

DAY = 86_400.0
MEANWHILE = 6
"""One or two get in before the deletion begins, however it is done."""
LONG_AGO = "2020-01-01T00:00:00.000000Z"
HELD = """
import sys
from tms_tui.__main__ import main
from tms_tui.server.portions import Gone
add = Gone.add
def held(self, what, count):
    if self.counts.get("conversations"):
        print("held", flush=True)
        sys.stdin.readline()
    add(self, what, count)
Gone.add = held
main()
"""
"""The program, which waits for a line when the second portion is deleted and not yet counted."""


async def fill(server: RunningServer, conversations: int, messages: int, email: str | None = None) -> None:
    """So many conversations that ended long ago, each with so many messages, and an event for each conversation."""
    template = await server.visitor(name="Old", email=email)
    async with server.app.services.database.write() as connection:
        row = await connection.execute(sa.select(tables.sessions).where(tables.sessions.c.id == template.session_id))
        old = row.one()._asdict() | {"status": "ended", "last_activity_at": LONG_AGO, "last_seq": messages}
        await connection.execute(sa.delete(tables.events).where(tables.events.c.session_id == template.session_id))
        await connection.execute(sa.delete(tables.sessions).where(tables.sessions.c.id == template.session_id))
        ids = [str(uuid.uuid4()) for _ in range(conversations)]
        await connection.execute(sa.insert(tables.sessions), [old | {"id": one} for one in ids])
        said = [message(one, seq) for one in ids for seq in range(1, messages + 1)]
        await connection.execute(sa.insert(tables.messages), said)
        cursor = (await connection.execute(sa.select(tables.tenants.c.cursor))).scalars().first() or 0
        told = [event(one, cursor + place) for place, one in enumerate(ids, 1)]
        await connection.execute(sa.insert(tables.events), told)
        await connection.execute(sa.update(tables.tenants).values(cursor=cursor + len(ids)))


def message(session_id: str, seq: int) -> dict[str, object]:
    return {
        "id": str(uuid.uuid4()),
        "session_id": session_id,
        "seq": seq,
        "message_type": "text",
        "content": "canarytext",
        "author_type": "visitor",
        "author_id": "ana",
        "author_name": "Ana",
        "is_private": False,
        "created_at": LONG_AGO,
    }


def event(session_id: str, cursor: int) -> dict[str, object]:
    return {
        "tenant_id": "default",
        "cursor": cursor,
        "type": "session_update",
        "session_id": session_id,
        "from_type": "visitor",
        "data": "{}",
        "visitor_messages": 0,
        # Younger than the conversation, as after a change of its tags: no age tells that it has to go.
        "created_at": "2099-01-01T00:00:00.000000Z",
    }


async def count(server: RunningServer, table: sa.Table) -> int:
    async with server.app.services.database.read() as connection:
        return int((await connection.execute(sa.select(sa.func.count()).select_from(table))).scalar_one())


async def stored_meanwhile(visitor: Visitor, work: asyncio.Task[Gone]) -> int:
    """How many messages a customer gets stored before the work is over."""
    stored = 0
    while not work.done():
        await visitor.says("goes on")
        stored += not work.done()
    await work
    return stored


async def test_a_customer_is_answered_while_much_is_pruned(server: RunningServer) -> None:
    visitor = await server.visitor()
    await fill(server, 1200, 5)
    pruning = asyncio.create_task(retention.prune(server.settings, 30 * DAY))
    assert await stored_meanwhile(visitor, pruning) >= MEANWHILE
    assert pruning.result().counts["conversations"] == 1200
    assert await count(server, tables.sessions) == 1
    async with server.app.services.database.read() as connection:
        kept = await connection.execute(sa.select(tables.messages.c.content).distinct())
    assert list(kept.scalars()) == ["goes on"]


async def test_a_customer_is_answered_while_another_is_erased(server: RunningServer) -> None:
    visitor = await server.visitor()
    await fill(server, 1200, 5, email="bob@example.com")
    erasing = asyncio.create_task(retention.erase(server.settings, email="bob@example.com"))
    assert await stored_meanwhile(visitor, erasing) >= MEANWHILE
    assert await count(server, tables.sessions) == 1


async def test_one_conversation_too_long_for_one_transaction_goes_in_several(server: RunningServer) -> None:
    visitor = await server.visitor()
    await fill(server, 1, 10 * PORTION_ROWS)
    pruning = asyncio.create_task(retention.prune(server.settings, 30 * DAY))
    assert await stored_meanwhile(visitor, pruning) >= MEANWHILE
    assert pruning.result().counts["conversations"] == 1


async def test_what_is_in_use_again_when_its_turn_comes_stays(place: Place) -> None:
    async with running_server(place) as server:
        await fill(server, 300, 5)
        pruning = asyncio.create_task(retention.prune(server.settings, 30 * DAY))
        while await count(server, tables.sessions) == 300:
            assert not pruning.done()
        async with server.app.services.database.write() as connection:
            left = sa.select(tables.sessions.c.id)
            last = (await connection.execute(left.order_by(tables.sessions.c.id.desc()).limit(1))).scalar_one()
            back = sa.update(tables.sessions).where(tables.sessions.c.id == last)
            await connection.execute(back.values(status="active"))
        assert (await pruning).counts["conversations"] == 299
        assert await count(server, tables.sessions) == 1
        assert await count(server, tables.messages) == 5


async def test_no_event_of_a_deleted_conversation_is_left(server: RunningServer) -> None:
    await fill(server, 30, 5)
    await retention.prune(server.settings, 30 * DAY)
    async with server.app.services.database.read() as connection:
        left = (await connection.execute(sa.select(tables.events.c.type, tables.events.c.data).distinct())).all()
    assert {row.type for row in left} == {"removed", "session_erased"}
    assert [row.data for row in left if row.type == "removed"] == ["{}"]


def test_groups_hold_no_more_than_a_portion_unless_one_conversation_does() -> None:
    found = [Sized("a", 1), Sized("b", PORTION_ROWS), Sized("c", 3), Sized("d", 4), Sized("e", 9 * PORTION_ROWS)]
    assert [[one.id for one in group] for group in sized(found)] == [["a"], ["b"], ["c", "d"], ["e"]]


async def prune_until_it_is_held(data: Path) -> asyncio.subprocess.Process:
    """The deletion half way: however slow this machine is, it is not over before the test goes on."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HELD, "server", "prune", "--older-than", "30d", "--data", str(data)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    async with asyncio.timeout(60):
        assert await process.stdout.readline() == b"held\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_stopped_prune_says_how_far_it_got(tmp_path: Path, number: signal.Signals) -> None:
    async with running_server(tmp_path) as server:
        await fill(server, 2000, 5)
        process = await prune_until_it_is_held(tmp_path)
        assert await count(server, tables.sessions) == 1800
        process.send_signal(number)
        _, said = await process.communicate(b"go on\n")
        left = await count(server, tables.sessions)
    assert process.returncode == 130
    told = re.search(r"Stopped\. (\d+) conversations.* deleted so far\. Run it again", said.decode())
    assert told, said
    # The transaction under way when the signal comes may be stored without having been counted.
    assert 0 <= 2000 - left - int(told[1]) <= PORTION_ROWS / 5


async def test_a_cancelled_deletion_leaves_whole_conversations(place: Place) -> None:
    async with running_server(place) as server:
        await fill(server, 300, 5)
        gone = Gone()
        pruning = asyncio.create_task(retention.prune(server.settings, 30 * DAY, gone))
        while await count(server, tables.sessions) == 300:
            assert not pruning.done()
        pruning.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await pruning
        left = await count(server, tables.sessions)
        assert 0 < left <= 300 - gone.counts["conversations"]
        assert await count(server, tables.messages) == 5 * left


async def test_a_store_that_fails_half_way_is_told_with_what_is_gone(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        await fill(server, 2000, 5)
        process = await prune_until_it_is_held(tmp_path)
        assert await count(server, tables.sessions) == 1800
        async with server.app.services.database.write() as connection:
            await connection.execute(sa.text("ALTER TABLE messages RENAME TO mislaid"))
        _, said = await process.communicate(b"go on\n")
    assert process.returncode == 1
    told = r"was opened, but failed.* [1-9]\d* conversations.* deleted so far"
    assert re.search(told, said.decode(), re.DOTALL)
