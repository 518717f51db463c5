"""Changes of one tenant that come at the same time share a transaction, and so one wait for the disk."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.server.store import log
from tms_tui.server.store.database import Database, StoreLostError

MOST: Final = 16
"""How many changes one transaction takes: the first of them waits for the last."""

Committed = Callable[[str, int, int], Awaitable[None]]
"""Told the tenant and the first and last cursor of what is in the log now."""


class Turn:
    """One change's place in a shared transaction: granted, finished or undone, and committed with the others."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.granted: asyncio.Future[AsyncConnection] = loop.create_future()
        self.committed: asyncio.Future[None] = loop.create_future()
        self.news: Sequence[log.Happened] = ()
        self.undone = False
        self._over = asyncio.Event()

    def finish(self, news: Sequence[log.Happened]) -> None:
        self.news = news
        self._over.set()

    def undo(self) -> None:
        self.undone = True
        self._over.set()

    async def taken(self, connection: AsyncConnection) -> None:
        """Gives it the connection until it is over."""
        if not self.granted.done():  # else it was given up meanwhile, and is over
            self.granted.set_result(connection)
        await self._over.wait()

    def settle(self) -> None:
        """It is stored."""
        if not self.committed.done():
            self.committed.set_result(None)

    def fail(self, error: Exception) -> None:
        """It is not; whoever still waits for it raises this."""
        waiting = self.committed if self.granted.done() else self.granted
        if not waiting.done() and not self.undone:
            waiting.set_exception(error)


class _UndoneError(Exception):
    """The only change of a transaction is not to be."""


class GroupCommit:
    """Takes turns within a transaction as long as others wait; nobody is told before the commit."""

    def __init__(self, database: Database, committed: Committed) -> None:
        self._database = database
        self._committed = committed
        self._waiting: dict[str, deque[Turn]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def queue(self, tenant_id: str) -> Turn:
        """A place at the end; its `granted` comes true when it may begin."""
        turn = Turn()
        self._waiting.setdefault(tenant_id, deque()).append(turn)
        if tenant_id not in self._tasks:
            # Of its own, so that a request that is given up takes no other's transaction with it.
            self._tasks[tenant_id] = asyncio.create_task(self._serve(tenant_id), name="group commit")
        return turn

    async def close(self) -> None:
        """Returns once what was begun is over."""
        await asyncio.gather(*self._tasks.values())

    async def _serve(self, tenant_id: str) -> None:
        waiting = self._waiting[tenant_id]
        try:
            while waiting:
                await self._together(tenant_id, waiting)
        finally:
            del self._tasks[tenant_id]
            _fail(waiting, StoreLostError("given up"))
            waiting.clear()

    async def _together(self, tenant_id: str, waiting: deque[Turn]) -> None:
        """One transaction; what fails it fails everybody in it, and when it cannot begin, everybody there is."""
        taken: list[Turn] = []
        failure: Exception = StoreLostError("given up")
        try:
            first, head = await self._transaction(tenant_id, waiting, taken)
            if head >= first:
                await self._committed(tenant_id, first, head)
            for turn in taken:
                turn.settle()
        except _UndoneError:
            return
        except (SQLAlchemyError, OSError) as error:
            failure = error
            if not taken:
                taken.extend(waiting)
                waiting.clear()
        finally:
            _fail(taken, failure)

    async def _transaction(self, tenant_id: str, waiting: deque[Turn], taken: list[Turn]) -> tuple[int, int]:
        async with self._database.write() as connection:
            if self._database.locks_rows:
                # Before any conversation's row: two nodes that hold one each must not wait for each other.
                await log.hold(connection, tenant_id)
            while waiting and len(taken) < MOST:
                turn = waiting.popleft()
                if turn.granted.cancelled():
                    continue
                alone = not waiting and not taken
                taken.append(turn)
                await (_take_alone if alone else _take)(connection, turn)
            news = [one for turn in taken if not turn.undone for one in turn.news]
            head = await log.append(connection, tenant_id, news) if news else 0
        return head - len(news) + 1, head


def _fail(turns: Iterable[Turn], error: Exception) -> None:
    for turn in turns:
        turn.fail(error)


async def _take_alone(connection: AsyncConnection, turn: Turn) -> None:
    await turn.taken(connection)
    if turn.undone:
        raise _UndoneError


async def _take(connection: AsyncConnection, turn: Turn) -> None:
    savepoint = await connection.begin_nested()
    await turn.taken(connection)
    if turn.undone:
        await savepoint.rollback()
    else:
        await savepoint.commit()
