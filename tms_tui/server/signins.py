"""Which sign-ins stand: asked of the database, remembered for seconds, forgotten at once when one ends."""

from dataclasses import dataclass
from typing import Final

from tms_tui.server.clock import Clock
from tms_tui.server.errors import unauthorized
from tms_tui.server.store import agents
from tms_tui.server.store.agents import AgentRow
from tms_tui.server.store.database import Database
from tms_tui.server.tokens import Claims

REMEMBERED_SECONDS: Final = 20
REMEMBERED: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Standing:
    agent: AgentRow
    read_at: float


class SignIns:
    """Spares one query per call. Another node's sign-out is heard over the bus, or after 20 s."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._standing: dict[str, _Standing] = {}
        self._ended = 0

    async def agent(self, claims: Claims) -> AgentRow:
        """Whom the claims speak for; raises the 401 `token_revoked` when that sign-in is over."""
        known = self._standing.get(claims.sid)
        if known is not None and self._is_fresh(known) and known.agent.id == claims.sub:
            return known.agent
        ended = self._ended
        async with self._database.read() as connection:
            found = await agents.signed_in(connection, claims.tenant_id, claims.sub, claims.sid)
        if found is None:
            raise unauthorized("token_revoked", "This sign-in is over. Sign in again.")
        if ended == self._ended:  # else this very one may have ended while it was being read
            self._remember(claims.sid, found)
        return found

    def forget(self, login_id: str) -> None:
        self._standing.pop(login_id, None)
        self._ended += 1

    def forget_all(self) -> None:
        self._standing.clear()
        self._ended += 1

    def _is_fresh(self, known: _Standing) -> bool:
        # A clock that was set back must not make it remembered for longer.
        return 0 <= self._clock.now() - known.read_at < REMEMBERED_SECONDS

    def _remember(self, login_id: str, agent: AgentRow) -> None:
        self._standing[login_id] = _Standing(agent, self._clock.now())
        if len(self._standing) > REMEMBERED:
            del self._standing[next(iter(self._standing))]
