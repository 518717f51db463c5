"""The door to every durable change: it and its events in one transaction, announced only once that is committed."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

from tms_tui.server.batch import Draft, Rule
from tms_tui.server.bus import Bus, LogGrew
from tms_tui.server.change import Change
from tms_tui.server.clock import Clock
from tms_tui.server.groupcommit import GroupCommit
from tms_tui.server.store import log
from tms_tui.server.store.asked import Asked, AskedStart, Found
from tms_tui.server.store.conversation import Conversation
from tms_tui.server.store.database import Database

Answer = TypeVar("Answer")
Decision = Callable[[Draft, Conversation, Found], Awaitable[Answer]]
"""A rule that decides on one conversation."""
Hand = Callable[[Sequence[log.Logged]], None]
"""Given the events of one transaction, in order, once they are in the log."""


class Journal:
    """Makes changes of one store, from this node."""

    def __init__(self, database: Database, bus: Bus, clock: Clock, hand: Hand | None = None) -> None:
        """`hand`: to whom the events go besides the announcement on the bus, which is without them."""
        self.database = database
        self.clock = clock
        self._bus = bus
        self._hand = hand
        self._group = GroupCommit(database, clock, self._announce)

    @contextlib.asynccontextmanager
    async def change(self, tenant_id: str) -> AsyncIterator[Change]:
        """Committed when this returns; what the block raises undoes all of it, events included.

        Shares its transaction with others that come meanwhile: a block must not wait for anything but the database.
        """
        turn = self._group.queue(tenant_id)
        try:
            change = Change(await turn.granted, tenant_id, self.clock.now())
            yield change
            events = [log.spelt(tenant_id, one) for one in change.news]
        except BaseException:
            turn.undo()
            raise
        turn.finish(events)
        await turn.committed

    async def post(self, tenant_id: str, asked: Asked, decide: Decision[Answer]) -> Answer:
        """What is decided on the conversation that was asked for, once all that follows from it is committed.

        What it raises undoes that. Costs a fraction of `change`: much is read at once for many, and written so.
        """

        async def rule(draft: Draft) -> Answer:
            return await decide(draft, await draft.batch.conversation(asked.session_id), draft.batch.found)

        return await self._group.post(tenant_id, asked, rule)

    async def begin(self, tenant_id: str, asked: AskedStart, rule: Rule[Answer]) -> Answer:
        """The same where a conversation may have to begin first."""
        return await self._group.post(tenant_id, asked, rule)

    async def close(self) -> None:
        """Returns once nothing is under way any more."""
        await self._group.close()

    async def _announce(self, tenant_id: str, logged: Sequence[log.Logged]) -> None:
        if self._hand is not None:
            self._hand(logged)
        await self._bus.publish(LogGrew(tenant_id, logged[0].cursor, logged[-1].cursor, self.clock.now()))
