"""Messages and starts stored together: read for at once, decided one after the other in memory, written at once.

One that is refused leaves nothing behind; the next sees what those before it did.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, Generic, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.protocol import wire
from tms_tui.server.change import Change
from tms_tui.server.clock import timestamp
from tms_tui.server.store import bulk, log, sessions
from tms_tui.server.store.asked import Asked, AskedStart, Found, Rows, name_of
from tms_tui.server.store.conversation import Conversation

Answer = TypeVar("Answer")


class Batch:
    """What the changes of one transaction found, and what they write, until it is written."""

    def __init__(self, connection: AsyncConnection, tenant_id: str, moment: float) -> None:
        """Nothing is read yet; the tenant's row is held already where that is needed."""
        self.connection = connection
        self.tenant_id = tenant_id
        self.moment = moment
        self.found = Found()
        self.logged: list[log.Logged] = []
        """What was written to the log."""
        self._rows = Rows()

    async def read(self, asked: Sequence[Asked | AskedStart]) -> None:
        self.found = await bulk.read(self.connection, self.tenant_id, asked, timestamp(self.moment))

    async def conversation(self, session_id: str) -> Conversation:
        """As those before left it, to be changed freely; raises the 410 for an erased one, the 404 for any other."""
        held = self.found.conversations.get(session_id)
        if held is None:
            raise await sessions.missing(self.connection, self.tenant_id, session_id)
        return replace(held)

    def keep(self, done: "Draft") -> None:
        """Takes over what a change did, all of it or, where it cannot be spelt, nothing."""
        events = [log.spelt(self.tenant_id, one) for one in done.news]
        self._rows.events += events
        self._rows.messages += done.said
        self._rows.begun |= done.begun
        self._rows.starts |= done.starts
        self._rows.save(done.saved)
        self.found.conversations |= done.saved
        self.found.began(done.starts, done.begun)
        self.found.known |= {name_of(one): one for one in done.said}

    def log(self, events: Sequence[log.Logged]) -> None:
        """Takes over what a change tells that has written all else itself."""
        self._rows.events += events

    async def write(self) -> None:
        """Writes what was kept and is not written yet."""
        rows, self._rows = self._rows, Rows()
        if rows:
            self.logged += await bulk.write(self.connection, self.tenant_id, rows)


@dataclass(slots=True, kw_only=True)
class Draft(Change):
    """A change whose rows are written with those of its batch."""

    batch: Batch
    said: list[wire.Message] = field(default_factory=list)
    begun: dict[str, Conversation] = field(default_factory=dict)
    starts: dict[str, str] = field(default_factory=dict)
    saved: dict[str, Conversation] = field(default_factory=dict)

    def begin(self, key: str, conversation: Conversation) -> None:
        """The first of its life; from now on the key leads to it."""
        self.begun[conversation.id] = conversation
        self.starts[key] = conversation.id

    async def save(self, conversation: Conversation) -> None:
        self.saved[conversation.id] = conversation

    async def insert(self, message: wire.Message) -> None:
        self.said.append(message)

    async def reader(self) -> AsyncConnection:
        await self.batch.write()
        return self.connection


Rule = Callable[[Draft], Awaitable[Answer]]
"""Decides by what its batch found; may be asked again, after all that it did was undone."""


class Post(Generic[Answer]):
    """A message or a start on its way, and its author who waits for the answer."""

    def __init__(self, asked: Asked | AskedStart, rule: Rule[Answer]) -> None:
        self.asked: Final = asked
        self.answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.alone = False
        """Whether it goes without others, for it or one of those it went with cannot be stored."""
        self._rule = rule
        self._settle: Callable[[], object] = self.answer.cancel

    async def decide(self, batch: Batch) -> None:
        """Raises SQLAlchemyError and OSError, after which the batch is good for nothing."""
        draft = Draft(batch.connection, batch.tenant_id, batch.moment, batch=batch)
        try:
            answer = await self._rule(draft)
            batch.keep(draft)
        except (SQLAlchemyError, OSError):
            raise
        except Exception as refused:  # noqa: BLE001 - whoever waits for the answer raises it
            self._settle = partial(self.answer.set_exception, refused)
        else:
            self._settle = partial(self.answer.set_result, answer)

    def settle(self) -> None:
        """Answers: all that was decided is stored."""
        if not self.answer.done():
            self._settle()

    def fail(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)
