"""Who is there: agents by their sockets on any node, and which conversation they look at."""

from dataclasses import dataclass, field
from functools import partial

from tms_tui.protocol import wire
from tms_tui.server.background import Background, until_stored
from tms_tui.server.bus import Bus, Roster, Whisper
from tms_tui.server.clock import Clock
from tms_tui.server.frames import spoken
from tms_tui.server.hub import Hub
from tms_tui.server.pacing import Pace
from tms_tui.server.store import agents
from tms_tui.server.store.agents import AgentRow
from tms_tui.server.store.database import Database


@dataclass(slots=True)
class _There:
    lines: int = 0
    viewing: str | None = None
    absences: int = field(default=0)
    """Grows with each goodbye, so that a grace started before a return is void."""


class Roll:
    """The agents connected to this node; one without a socket stays on it for the grace."""

    def __init__(self) -> None:
        self.tenants: dict[str, dict[str, _There]] = {}

    def of(self, tenant_id: str) -> dict[str, _There]:
        return self.tenants.setdefault(tenant_id, {})

    def said(self) -> dict[str, dict[str, str | None]]:
        """In the roster's shape."""
        return {
            tenant: {agent: there.viewing for agent, there in agents.items()} for tenant, agents in self.tenants.items()
        }


class Presence:
    """An agent without a socket for `grace` seconds is offline to the others.

    Each node tells its own sockets what it learns, of its own agents and from the others' rosters:
    a lost notice is made good by the next roster.
    """

    def __init__(
        self, database: Database, bus: Bus, hub: Hub, clock: Clock, grace: float, background: Background, pace: Pace
    ) -> None:
        """`pace`: how often an agent's own doing, looking elsewhere or another availability, is told."""
        self._database = database
        self._bus = bus
        self._hub = hub
        self._clock = clock
        self._grace = grace
        self._background = background
        self._pace = pace
        self._nodes = hub.nodes
        self._nodes.moved.append(self._moved)
        self.roll = Roll()

    def on_wire(self, agent: AgentRow) -> wire.Agent:
        """The agent as others see them now."""
        here = self.roll.of(agent.tenant_id).get(agent.id)
        elsewhere, viewing = self._nodes.elsewhere.agent(agent.tenant_id, agent.id)
        return wire.Agent(
            id=agent.id,
            name=agent.name,
            email=agent.email,
            role=agent.role,
            availability=agent.availability if here or elsewhere else "offline",
            viewing_session_id=(here.viewing if here else None) or viewing,
        )

    async def arrived(self, tenant_id: str, agent_id: str) -> None:
        here = self.roll.of(tenant_id)
        known = agent_id in here
        here.setdefault(agent_id, _There()).lines += 1
        if not known:
            await self._changed(tenant_id, agent_id)

    def left(self, tenant_id: str, agent_id: str) -> None:
        there = self.roll.of(tenant_id)[agent_id]
        there.lines -= 1
        if there.lines == 0:
            there.absences += 1
            self._background.start(self._gone(tenant_id, agent_id, there.absences), "agent gone")

    async def views(self, tenant_id: str, agent_id: str, session_id: str | None) -> None:
        there = self.roll.of(tenant_id).get(agent_id)
        if there is not None and there.viewing != session_id:
            there.viewing = session_id
            await self._pace.do(f"viewing {agent_id}", partial(self._changed, tenant_id, agent_id))

    async def chosen(self, tenant_id: str, agent_id: str) -> None:
        """An agent chose another availability: every node's sockets are told."""
        await self._pace.do(f"chosen {agent_id}", partial(self._tell_everywhere, tenant_id, agent_id))

    async def _tell_everywhere(self, tenant_id: str, agent_id: str) -> None:
        words = await self._words(tenant_id, agent_id)
        if words is not None:
            await self._bus.publish(Whisper(tenant_id, words, key=_key(agent_id)))

    async def _changed(self, tenant_id: str, agent_id: str) -> None:
        self._nodes.changed()
        await self._tell_here(tenant_id, agent_id)

    async def _tell_here(self, tenant_id: str, agent_id: str) -> None:
        words = await self._words(tenant_id, agent_id)
        if words is not None:
            self._hub.hear(Whisper(tenant_id, words, key=_key(agent_id)))

    async def _words(self, tenant_id: str, agent_id: str) -> str | None:
        async with self._database.read() as connection:
            agent = await agents.by_id(connection, tenant_id, agent_id)
        if agent is None:
            return None
        return spoken(wire.AGENT_PRESENCE, self.on_wire(agent), self._clock.now(), "agent")

    async def _gone(self, tenant_id: str, agent_id: str, absence: int) -> None:
        await self._clock.sleep(self._grace)
        here = self.roll.of(tenant_id)
        there = here.get(agent_id)
        if there is not None and there.lines == 0 and there.absences == absence:
            del here[agent_id]
            await until_stored(lambda: self._changed(tenant_id, agent_id), self._clock, self._grace)

    def _moved(self, before: Roster, now: Roster) -> None:
        for tenant_id in before.agents.keys() | now.agents.keys():
            was, is_now = before.agents.get(tenant_id, {}), now.agents.get(tenant_id, {})
            news = {agent for agent, viewing in was.items() ^ is_now.items()}
            if news:
                work = until_stored(partial(self._tell_all, tenant_id, news), self._clock, self._grace)
                self._background.start(work, "agents elsewhere")

    async def _tell_all(self, tenant_id: str, agent_ids: set[str]) -> None:
        for agent_id in agent_ids:
            await self._tell_here(tenant_id, agent_id)


def _key(agent_id: str) -> str:
    return f"presence {agent_id}"
