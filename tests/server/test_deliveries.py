"""What a node logged itself is delivered from memory, and nothing is lost, doubled or moved by that."""

import asyncio
import contextlib
import itertools
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from tests.server.place import Place
from tests.server.running import running_server
from tests.server.sockets import agent_socket, event_number
from tms_tui.protocol import wire
from tms_tui.server.bus import Exchange, LogGrew, MemoryBus
from tms_tui.server.feed import PAGE, AgentLine, Feed
from tms_tui.server.outbox import CLOSE_RESTART, Outbox
from tms_tui.server.readmarks import ReadMarks
from tms_tui.server.settings import ServerSettings
from tms_tui.server.store import agents, log
from tms_tui.server.store.database import Database, open_database

TENANT = "default"


@contextlib.contextmanager
def readings_of_the_log() -> Iterator[list[str]]:
    """What any store of this process is asked of its events meanwhile."""
    asked: list[str] = []

    def heard(*given: Any) -> None:
        if "FROM events" in given[2]:
            asked.append(given[2])

    sa.event.listen(Engine, "before_cursor_execute", heard)
    try:
        yield asked
    finally:
        sa.event.remove(Engine, "before_cursor_execute", heard)


async def test_what_this_node_logged_is_not_read_back(place: Place) -> None:
    seldom: dict[str, Any] = {"account_check": 3600, "sign_in_check": 3600, "log_check": 3600}
    async with running_server(place, **seldom) as server:
        dana, visitor = await server.sign_in(), await server.visitor()
        async with agent_socket(server, dana) as far:
            await visitor.says("the first")
            await far.until("chat_message", content="the first")
            with readings_of_the_log() as asked:
                for number in range(5):
                    await visitor.says(f"{number}")
                    await far.until("chat_message", content=f"{number}")
    assert asked == []


async def test_two_nodes_that_log_at_once_both_deliver_all_of_it_in_order(place: Place) -> None:
    exchange = Exchange()
    async with (
        running_server(place, bus=MemoryBus(exchange)) as one,
        running_server(place, bus=MemoryBus(exchange)) as other,
    ):
        dana, bo = await one.sign_in("Dana"), await other.sign_in("Bo")
        visitors = [await node.visitor() for node in (one, other) * 3]
        async with agent_socket(one, dana) as here, agent_socket(other, bo) as there:
            await asyncio.gather(*(visitor.says(f"{turn}") for visitor in visitors for turn in range(10)))
            await visitors[0].says("the last")
            heard = [[frame async for frame in _until_the_last(far)] for far in (here, there)]
        for frames in heard:
            cursors = [event_number(frame["cursor"]) for frame in frames if frame.get("cursor")]
            assert cursors == list(range(cursors[0], cursors[0] + len(cursors)))
            assert len([frame for frame in frames if frame["type"] == "chat_message"]) == 61


async def _until_the_last(far: Any) -> AsyncIterator[dict[str, Any]]:
    while True:
        frame = await far.hears()
        yield frame
        if frame["type"] == "chat_message" and frame["data"]["content"] == "the last":
            return


@dataclass
class Post:
    """One node's feed with one agent's outbox, and a log that this node and others write to."""

    database: Database
    feed: Feed
    outbox: Outbox
    last: int = 0

    async def write(self, *, handed: bool, announced: bool = True) -> None:
        async with self.database.write() as connection:
            if self.database.locks_rows:
                await log.hold(connection, TENANT)
            logged = await log.append(connection, TENANT, [news(), news()])
        self.last = logged[-1].cursor
        if handed:
            self.feed.hand_over(logged)
        if announced:
            self.feed.committed(LogGrew(TENANT, logged[0].cursor, self.last, 1.0))

    async def hears(self, up_to: int) -> list[int]:
        """The cursors of what is delivered until that one."""
        cursors: list[int] = []
        async with asyncio.timeout(30):
            while cursors[-1:] != [up_to]:
                frame, _committed_at = await self.outbox.next()
                cursors.append(event_number(msgspec.json.decode(frame)["cursor"]))
        return cursors


@contextlib.asynccontextmanager
async def opened(place: Place) -> AsyncIterator[Post]:
    database = open_database(ServerSettings(data=place.data, **place.settings))
    await database.prepare()
    async with database.write() as connection:
        await agents.ensure_tenant(connection, TENANT)
    feed, outbox = Feed(TENANT, database, ReadMarks(database), 3600), Outbox(10**6, 10**6)
    last = (await feed.join(AgentLine("dana", "a sign-in", outbox))).cursor
    running = asyncio.create_task(feed.run())
    try:
        yield Post(database, feed, outbox, last)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await database.close()


def news() -> log.Happened:
    receipt = wire.Receipt(reader_type="visitor", up_to=1)
    return log.Happened(wire.READ_RECEIPT, str(uuid.uuid4()), receipt, "visitor", "2030-01-01T00:00:00.000000Z")


by_whom = st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 3)), max_size=12)
"""Of each transaction whether it is this node's, whether it is announced, and how often the feed has its turn after."""


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(by_whom)
async def test_whoever_logs_all_is_delivered_once_and_in_order(
    place: Place, steps: list[tuple[bool, bool, int]]
) -> None:
    async with opened(place) as post:
        first = post.last + 1
        for own, announced, turns in steps:
            await post.write(handed=own, announced=announced or own)
            for _ in range(turns):
                await asyncio.sleep(0)
        await post.write(handed=False)
        assert await post.hears(post.last) == list(range(first, post.last + 1))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.booleans(), min_size=1, max_size=8))
async def test_what_is_announced_is_delivered_without_being_waited_for(place: Place, own: list[bool]) -> None:
    async with opened(place) as post:
        for handed in own:
            first = post.last + 1
            await post.write(handed=handed)
            assert await post.hears(post.last) == [first, first + 1]


async def test_a_burst_that_is_not_kept_whole_is_read(place: Place) -> None:
    async with opened(place) as post:
        for _ in range(PAGE):
            await post.write(handed=True)
        assert await post.hears(post.last) == list(range(1, post.last + 1))


async def test_a_log_that_went_back_is_found_out_by_what_this_node_logs_next(place: Place) -> None:
    async with opened(place) as post:
        for _ in range(3):
            await post.write(handed=True)
        await post.hears(post.last)
        async with post.database.write() as connection:
            await connection.execute(sa.text("DELETE FROM events WHERE cursor > 2"))
            await connection.execute(sa.text("UPDATE tenants SET cursor = 2"))
        await post.write(handed=True)
        async with asyncio.timeout(30):
            await post.outbox.ended()
        assert post.outbox.ending is not None
        assert post.outbox.ending.code == CLOSE_RESTART


async def test_a_read_that_fails_is_made_again(place: Place) -> None:
    async with opened(place) as post:
        with failing("FROM events", times=1):
            await post.write(handed=False)
            await post.write(handed=True)
            assert await post.hears(post.last) == [1, 2, 3, 4]


async def test_a_socket_that_fails_to_come_in_keeps_nothing_from_the_others(place: Place) -> None:
    async with opened(place) as post:
        await post.write(handed=False, announced=False)
        with failing("FROM events", times=1):
            post.feed.committed(LogGrew(TENANT, 1, post.last, 1.0))
            with pytest.raises(OperationalError):
                await post.feed.join(AgentLine("bo", "another sign-in", Outbox(1, 1)))
            assert await post.hears(post.last) == [1, 2]


@contextlib.contextmanager
def failing(statement: str, times: int) -> Iterator[None]:
    """So often what holds these words fails in any store of this process."""
    left = itertools.count(times, -1)

    def fail(*given: Any) -> None:
        if statement in given[2] and next(left) > 0:
            raise OperationalError(given[2], {}, Exception("no answer"))

    sa.event.listen(Engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        sa.event.remove(Engine, "before_cursor_execute", fail)
