"""Who is there: agents by their sockets, and which conversation they look at."""

from dataclasses import dataclass, field

from tms_tui.protocol import wire
from tms_tui.server.background import Background
from tms_tui.server.bus import Bus, Whisper
from tms_tui.server.clock import Clock
from tms_tui.server.frames import spoken
from tms_tui.server.store import agents
from tms_tui.server.store.agents import AgentRow
from tms_tui.server.store.database import Database


@dataclass(slots=True)
class _There:
    lines: int = 0
    viewing: str | None = None
    absences: int = field(default=0)
    """Grows with each goodbye, so that a grace started before a return is void."""


class Presence:
    """An agent without a socket for `grace` seconds is offline to the others."""

    def __init__(self, database: Database, bus: Bus, clock: Clock, grace: float, background: Background) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._grace = grace
        self._background = background
        self._there: dict[str, _There] = {}

    def on_wire(self, agent: AgentRow) -> wire.Agent:
        """The agent as others see them now."""
        there = self._there.get(agent.id)
        return wire.Agent(
            id=agent.id,
            name=agent.name,
            email=agent.email,
            role=agent.role,
            availability=agent.availability if there else "offline",
            viewing_session_id=there.viewing if there else None,
        )

    async def arrived(self, tenant_id: str, agent_id: str) -> None:
        known = agent_id in self._there
        self._there.setdefault(agent_id, _There()).lines += 1
        if not known:
            await self.tell(tenant_id, agent_id)

    def left(self, tenant_id: str, agent_id: str) -> None:
        there = self._there[agent_id]
        there.lines -= 1
        if there.lines == 0:
            there.absences += 1
            self._background.start(self._gone(tenant_id, agent_id, there.absences), "agent gone")

    async def views(self, tenant_id: str, agent_id: str, session_id: str | None) -> None:
        there = self._there.get(agent_id)
        if there is not None and there.viewing != session_id:
            there.viewing = session_id
            await self.tell(tenant_id, agent_id)

    async def tell(self, tenant_id: str, agent_id: str) -> None:
        """Tells the tenant's agents how this one is now."""
        async with self._database.read() as connection:
            agent = await agents.by_id(connection, tenant_id, agent_id)
        if agent is None:
            return
        words = spoken(wire.AGENT_PRESENCE, self.on_wire(agent), self._clock.now(), "agent")
        await self._bus.publish(Whisper(tenant_id, words))

    async def _gone(self, tenant_id: str, agent_id: str, absence: int) -> None:
        await self._clock.sleep(self._grace)
        there = self._there.get(agent_id)
        if there is not None and there.lines == 0 and there.absences == absence:
            del self._there[agent_id]
            await self.tell(tenant_id, agent_id)
