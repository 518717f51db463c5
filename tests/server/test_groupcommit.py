"""Changes that share a transaction: fewer commits, and each still all or nothing for itself alone."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from tests.server.place import Place
from tms_tui.protocol import wire
from tms_tui.server.bus import LogGrew, MemoryBus, Notice
from tms_tui.server.change import Change
from tms_tui.server.clock import SystemClock
from tms_tui.server.groupcommit import MOST
from tms_tui.server.journal import Journal
from tms_tui.server.settings import ServerSettings
from tms_tui.server.store import agents, canned, log
from tms_tui.server.store.database import open_database

TENANT = "default"


class Office:
    """A journal with nothing around it, and all it announced."""

    def __init__(self, place: Place) -> None:
        self.database = open_database(ServerSettings(data=place.data, **place.settings))
        self.grew: list[LogGrew] = []
        bus = MemoryBus()
        self.journal = Journal(self.database, bus, SystemClock())
        self.started = bus.start(self.heard, "the only one")

    def heard(self, notice: Notice) -> None:
        assert isinstance(notice, LogGrew)
        self.grew.append(notice)

    async def store(
        self,
        name: str,
        error: Exception | None = None,
        began: asyncio.Event | None = None,
        gate: asyncio.Event | None = None,
    ) -> None:
        """One change: a text and an event, both or neither."""
        async with self.journal.change(TENANT) as change:
            await put(change, name)
            if began is not None and gate is not None:
                began.set()
                await gate.wait()
            if error is not None:
                raise error

    async def stored(self) -> set[str]:
        async with self.database.read() as connection:
            texts = {one.shortcut for one in await canned.of_tenant(connection, TENANT)}
            events = await log.read(connection, TENANT, 0, 200)
        assert [one.cursor for one in events] == list(range(1, len(events) + 1)), "no cursor is missing"
        assert {one.from_type for one in events} == texts, "an event for each, and for nothing else"
        return texts


async def put(change: Change, name: str) -> None:
    await canned.put(change.connection, TENANT, wire.Canned(shortcut=name, title=name, content=name))
    receipt = wire.Receipt(reader_type="visitor", up_to=1)
    change.news.append(log.Happened("chat_message", str(uuid.uuid4()), receipt, name, change.at))


@pytest.fixture
async def office(place: Place) -> AsyncIterator[Office]:
    office = Office(place)
    await office.database.prepare()
    async with office.database.write() as connection:
        await agents.ensure_tenant(connection, TENANT)
    await office.started
    yield office
    await office.journal.close()
    await office.database.close()


async def test_what_comes_together_is_committed_together(office: Office) -> None:
    names = {f"text {number}" for number in range(3 * MOST)}
    async with asyncio.timeout(60):
        await asyncio.gather(*(office.store(name) for name in names))
    assert await office.stored() == names
    assert [(one.first, one.last) for one in office.grew] == [
        (turn * MOST + 1, (turn + 1) * MOST) for turn in range(3)
    ], "one announcement each"


async def test_one_that_fails_undoes_itself_alone(office: Office) -> None:
    outcomes = await asyncio.gather(
        office.store("first", ZeroDivisionError()),
        office.store("second"),
        office.store("third", ZeroDivisionError()),
        office.store("fourth"),
        return_exceptions=True,
    )
    assert [type(one) for one in outcomes] == [ZeroDivisionError, type(None), ZeroDivisionError, type(None)]
    assert await office.stored() == {"second", "fourth"}


async def test_one_alone_that_fails_leaves_nothing(office: Office) -> None:
    with pytest.raises(ZeroDivisionError):
        await office.store("alone", ZeroDivisionError())
    assert await office.stored() == set()


async def test_a_statement_that_the_store_refuses_fails_its_own_change(office: Office) -> None:
    async def wrong() -> None:
        async with office.journal.change(TENANT) as change:
            await change.connection.execute(sa.text("INSERT INTO no_such_table VALUES (1)"))

    outcomes = await asyncio.gather(office.store("before"), wrong(), office.store("after"), return_exceptions=True)
    assert [isinstance(one, SQLAlchemyError) for one in outcomes] == [False, True, False]
    assert await office.stored() == {"before", "after"}


async def test_one_that_is_given_up_takes_nobody_with_it(office: Office) -> None:
    first_began, began = asyncio.Event(), asyncio.Event()
    go, never = asyncio.Event(), asyncio.Event()
    first = asyncio.create_task(office.store("first", began=first_began, gate=go))
    under_way = asyncio.create_task(office.store("under way", began=began, gate=never))
    waiting = asyncio.create_task(office.store("waiting"))
    last = asyncio.create_task(office.store("last"))
    async with asyncio.timeout(60):
        await first_began.wait()
        waiting.cancel()
        go.set()
        await began.wait()
        under_way.cancel()
        outcomes = await asyncio.gather(first, under_way, waiting, last, return_exceptions=True)
    assert [type(one) for one in outcomes] == [type(None), asyncio.CancelledError, asyncio.CancelledError, type(None)]
    assert await office.stored() == {"first", "last"}
