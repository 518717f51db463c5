"""Who types: told at a pace, and never stored."""

from functools import partial

from tms_tui.protocol import wire
from tms_tui.server.bus import Bus, Whisper
from tms_tui.server.clock import Clock
from tms_tui.server.frames import spoken
from tms_tui.server.limits import Limiter
from tms_tui.server.metrics import Metrics
from tms_tui.server.pacing import Pace
from tms_tui.server.settings import ServerSettings


class Whispers:
    """Tells of each author in each conversation at a pace; an agent who types everywhere at once is not told of.

    Of customers so much is told for each network, and so much for all of the tenant, as every agent hears it.
    """

    def __init__(self, bus: Bus, clock: Clock, pace: Pace, settings: ServerSettings, metrics: Metrics) -> None:
        self._bus = bus
        self._clock = clock
        self._pace = pace
        self._agents = Limiter(settings.agent_whisper_rate, clock)
        self._networks = Limiter(settings.network_typing_rate, clock)
        self._tenants = Limiter(settings.tenant_typing_rate, clock)
        self._metrics = metrics

    async def typing(self, tenant_id: str, session_id: str, kind: str, agent: wire.Typing) -> None:
        """Tell that an agent types, or stopped (`kind`); of several in one pause the last is told at its end."""
        self._metrics.typing.labels(agent.author_type).inc()
        if self._agents.take(agent.author_id or "") > 0:
            self._metrics.folded.labels("typing").inc()
            return
        work = partial(self._tell, tenant_id, session_id, kind, agent)
        await self._pace.do(f"{session_id} {agent.author_id}", work)

    async def customer_typing(
        self, tenant_id: str, session_id: str, kind: str, customer: wire.Typing, network: str
    ) -> None:
        """The same of a customer; what is beyond their network's or their tenant's share is told to nobody."""
        self._metrics.typing.labels(customer.author_type).inc()
        work = partial(self._tell_if_few, tenant_id, session_id, kind, customer, network)
        await self._pace.do(f"{session_id} {customer.author_id}", work)

    async def _tell_if_few(
        self, tenant_id: str, session_id: str, kind: str, customer: wire.Typing, network: str
    ) -> None:
        # Counted as it is told: what the pace folds is for nobody's account.
        if self._networks.wait(network) > 0 or self._tenants.wait(tenant_id) > 0:
            self._metrics.folded.labels("typing").inc()
            return
        self._networks.take(network)
        self._tenants.take(tenant_id)
        await self._tell(tenant_id, session_id, kind, customer)

    async def _tell(self, tenant_id: str, session_id: str, kind: str, author: wire.Typing) -> None:
        words = spoken(kind, author, self._clock.now(), author.author_type, session_id)
        by_agent = author.author_type == "agent"
        await self._bus.publish(
            Whisper(
                tenant_id,
                words,
                session_id,
                to_visitor=by_agent,
                except_agent=author.author_id if by_agent else None,
                key=f"typing {session_id} {author.author_id}",
            )
        )
