"""Whether a customer is on the page: a short absence (a reload, the next page) is none."""

import contextlib
from functools import partial

from tms_tui.server.background import Background, until_stored
from tms_tui.server.bus import Roster
from tms_tui.server.clock import Clock
from tms_tui.server.errors import Refusal
from tms_tui.server.handling import customer_seen
from tms_tui.server.hub import Hub
from tms_tui.server.journal import Journal
from tms_tui.server.pacing import Pace
from tms_tui.server.store import sessions


class VisitorPresence:
    """Turns coming and going sockets, on any node, into `online`, logged for the agents."""

    def __init__(
        self, journal: Journal, hub: Hub, clock: Clock, grace: float, background: Background, pace: Pace
    ) -> None:
        self._journal = journal
        self._hub = hub
        self._clock = clock
        self._grace = grace
        self._background = background
        self._pace = pace
        self._nodes = hub.nodes
        self._nodes.moved.append(self._moved)

    async def adopt(self) -> None:
        """Those whom a server that stopped or died left as being there get the same grace to come back."""
        async with self._journal.database.read() as connection:
            left_behind = [one for one in await sessions.online(connection) if not self._is_there(*one)]
        for tenant_id, session_id in left_behind:
            self.left(tenant_id, session_id)

    async def arrived(self, tenant_id: str, session_id: str) -> None:
        if self._hub.visitors_of(tenant_id, session_id) == 1:
            self._nodes.changed()
        await self._settle(tenant_id, session_id)

    def left(self, tenant_id: str, session_id: str) -> None:
        if self._hub.visitors_of(tenant_id, session_id) == 0:
            self._nodes.changed()
        self._background.start(self._gone(tenant_id, session_id), "customer gone")

    def _moved(self, _before: Roster, now: Roster) -> None:
        if now.leaving:  # its last roster may lack who came just before; the store names them all
            self._background.start(
                until_stored(self.adopt, self._clock, self._grace), "customers of a node that is gone"
            )

    async def _gone(self, tenant_id: str, session_id: str) -> None:
        await self._clock.sleep(self._grace)
        await until_stored(lambda: self._settle(tenant_id, session_id), self._clock, self._grace)

    async def _settle(self, tenant_id: str, session_id: str) -> None:
        await self._pace.do(session_id, partial(self._store, tenant_id, session_id))

    async def _store(self, tenant_id: str, session_id: str) -> None:
        with contextlib.suppress(Refusal):  # erased meanwhile
            await customer_seen(self._journal, tenant_id, session_id, lambda: self._is_there(tenant_id, session_id))

    def _is_there(self, tenant_id: str, session_id: str) -> bool:
        here = self._hub.visitors_of(tenant_id, session_id) > 0
        return here or self._nodes.elsewhere.has_visitor(tenant_id, session_id)
