"""Changes of one tenant that come at the same time share a transaction, and so one wait for the disk."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.server.batch import Answer, Batch, Post, Rule
from tms_tui.server.clock import Clock
from tms_tui.server.store import log
from tms_tui.server.store.asked import Asked, AskedStart
from tms_tui.server.store.database import Database, StoreLostError

MOST: Final = 16
"""How many changes one transaction takes: the first of them waits for the last."""
MOST_POSTS: Final = 64
"""How many of those that are read and written at once: they hardly wait for each other."""

Committed = Callable[[str, Sequence[log.Logged]], Awaitable[None]]
"""Told the tenant and what is in its log now."""


class Turn:
    """One change's place in a shared transaction: granted, finished or undone, and committed with the others."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.granted: asyncio.Future[AsyncConnection] = loop.create_future()
        self.committed: asyncio.Future[None] = loop.create_future()
        self.events: Sequence[log.Logged] = ()
        self.undone = False
        self._over = asyncio.Event()

    def finish(self, events: Sequence[log.Logged]) -> None:
        """`events` are to be logged, and have no cursors yet."""
        self.events = events
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


class _SpoiltError(Exception):
    """What one of a batch reads or writes cannot be read or stored; nobody else had a turn in the transaction yet."""

    def __init__(self, reason: Exception) -> None:
        super().__init__()
        self.reason = reason


@dataclass(slots=True)
class _Changes:
    """Those of one tenant that wait, or those of one transaction."""

    posts: deque[Post[Any]] = field(default_factory=deque)
    turns: deque[Turn] = field(default_factory=deque)

    def __bool__(self) -> bool:
        return bool(self.posts or self.turns)

    def next_posts(self, most: int) -> Iterable[Post[Any]]:
        """Takes out as many as go together."""
        taken: list[Post[Any]] = []
        while self.posts and len(taken) < most and not (taken and (taken[0].alone or self.posts[0].alone)):
            post = self.posts.popleft()
            if not post.answer.cancelled():
                taken.append(post)
        return taken

    def next_turn(self) -> Turn | None:
        """Takes it out."""
        while self.turns:
            turn = self.turns.popleft()
            if not turn.granted.cancelled():
                return turn
        return None

    def everybody(self) -> list[Post[Any] | Turn]:
        return [*self.posts, *self.turns]

    def settle(self) -> None:
        for one in self.everybody():
            one.settle()

    def fail(self, error: Exception) -> None:
        for one in self.everybody():
            one.fail(error)
        self.posts.clear()
        self.turns.clear()


class GroupCommit:
    """Takes messages and turns into a transaction as long as others wait; nobody is told before the commit.

    The messages come first, all at once. If the store refuses them, each is tried again in a transaction of its own.
    """

    def __init__(self, database: Database, clock: Clock, committed: Committed) -> None:
        self._database = database
        self._clock = clock
        self._committed = committed
        self._waiting: dict[str, _Changes] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def queue(self, tenant_id: str) -> Turn:
        """A place at the end; its `granted` comes true when it may begin."""
        turn = Turn()
        self._served(tenant_id).turns.append(turn)
        return turn

    async def post(self, tenant_id: str, asked: Asked | AskedStart, rule: Rule[Answer]) -> Answer:
        """What the rule answers, once what it did is stored."""
        post = Post(asked, rule)
        self._served(tenant_id).posts.append(post)
        return await post.answer

    async def close(self) -> None:
        """Returns once what was begun is over."""
        await asyncio.gather(*self._tasks.values())

    def _served(self, tenant_id: str) -> _Changes:
        if tenant_id not in self._tasks:
            # Of its own, so that a request that is given up takes no other's transaction with it.
            self._tasks[tenant_id] = asyncio.create_task(self._serve(tenant_id), name="group commit")
        return self._waiting.setdefault(tenant_id, _Changes())

    async def _serve(self, tenant_id: str) -> None:
        waiting = self._waiting[tenant_id]
        try:
            while waiting:
                await self._together(tenant_id, waiting)
        finally:
            del self._tasks[tenant_id]
            waiting.fail(StoreLostError("given up"))

    async def _together(self, tenant_id: str, waiting: _Changes) -> None:
        """One transaction; what fails it fails everybody in it, and when it cannot begin, everybody there is."""
        taken = _Changes()
        failure: Exception = StoreLostError("given up")
        try:
            logged = await self._transaction(tenant_id, waiting, taken)
            if logged:
                await self._committed(tenant_id, logged)
            taken.settle()
        except _UndoneError:
            return
        except _SpoiltError as spoilt:
            failure = spoilt.reason
            if len(taken.posts) > 1:
                _try_singly(taken.posts, waiting)
        except (SQLAlchemyError, OSError) as error:
            failure = error
            if not taken:
                waiting.fail(error)
        finally:
            taken.fail(failure)

    async def _transaction(self, tenant_id: str, waiting: _Changes, taken: _Changes) -> list[log.Logged]:
        at_once = self._database.locks_rows
        async with self._database.write() as connection:
            if at_once:
                # Before any conversation's row: two nodes that hold one each must not wait for each other.
                await log.hold(connection, tenant_id)
            batch = Batch(connection, tenant_id, self._clock.now())
            taken.posts.extend(waiting.next_posts(MOST_POSTS if at_once else MOST))
            if taken.posts:
                await _decide(batch, taken.posts)
            # The others take their turns after the messages: at least one, and fewer the more messages wait for it.
            for _ in range(max(1, MOST - len(taken.posts))):
                turn = waiting.next_turn()
                if turn is None:
                    break
                alone = not taken and not waiting.turns
                taken.turns.append(turn)
                await (_take_alone if alone else _take)(connection, turn)
                batch.log(() if turn.undone else turn.events)
            await batch.write()
        return batch.logged


async def _decide(batch: Batch, posts: Iterable[Post[Any]]) -> None:
    try:
        await batch.read([post.asked for post in posts])
        for post in posts:
            await post.decide(batch)
        await batch.write()
    except (StoreLostError, OSError):
        raise
    except Exception as error:
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise
        raise _SpoiltError(error) from error


def _try_singly(posts: deque[Post[Any]], waiting: _Changes) -> None:
    """Puts them back to the front."""
    while posts:
        post = posts.pop()
        post.alone = True
        waiting.posts.appendleft(post)


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
