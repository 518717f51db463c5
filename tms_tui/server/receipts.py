"""How far customers have read: written at a pace, and the furthest always."""

import asyncio
from functools import partial

from tms_tui.server.errors import Refusal, invalid
from tms_tui.server.handling import visitor_read
from tms_tui.server.journal import Journal
from tms_tui.server.pacing import Pace


class Receipts:
    """Keeps the furthest place of each conversation until it is stored, whether or not its socket is still open."""

    def __init__(self, journal: Journal, pace: Pace) -> None:
        self._journal = journal
        self._pace = pace
        self._furthest: dict[tuple[str, str], int] = {}

    async def read(self, tenant_id: str, session_id: str, up_to: int) -> None:
        """Raises 422 for a negative place, and 404 when the conversation is gone and that is found out at once."""
        if up_to < 0:
            raise invalid("up_to", "A place in a conversation is not negative.")
        own = tenant_id, session_id
        self._furthest[own] = max(up_to, self._furthest.get(own, 0))
        await self._pace.do(session_id, partial(self._store, own))

    async def settle(self) -> None:
        """Stores what is left, for a server that stops; raises SQLAlchemyError."""
        for own in list(self._furthest):
            await self._store(own)

    async def _store(self, own: tuple[str, str]) -> None:
        up_to = self._furthest.get(own)
        if up_to is None:
            return
        try:
            # Of its own: a socket that closes meanwhile must not cut off a transaction that others share.
            await asyncio.shield(asyncio.create_task(visitor_read(self._journal, *own, up_to), name="receipt"))
        except Refusal:
            self._furthest.pop(own, None)
            raise
        if self._furthest.get(own) == up_to:
            del self._furthest[own]
