"""Who types: told at a pace, and never stored."""

from functools import partial

from tms_tui.protocol import wire
from tms_tui.server.bus import Bus, Whisper
from tms_tui.server.clock import Clock
from tms_tui.server.frames import spoken
from tms_tui.server.limits import Limiter
from tms_tui.server.metrics import Metrics
from tms_tui.server.pacing import Pace
from tms_tui.server.settings import Rate


class Whispers:
    """Tells of each author in each conversation at a pace; an agent who types everywhere at once is not told of."""

    def __init__(self, bus: Bus, clock: Clock, pace: Pace, agent_rate: Rate, metrics: Metrics) -> None:
        self._bus = bus
        self._clock = clock
        self._pace = pace
        self._agents = Limiter(agent_rate, clock)
        self._metrics = metrics

    async def typing(self, tenant_id: str, session_id: str, kind: str, author: wire.Typing) -> None:
        """`kind`: `typing_start` or `typing_stop`; whichever came last is told at the end of the pause."""
        self._metrics.typing.labels(author.author_type).inc()
        if author.author_type == "agent" and self._agents.take(author.author_id or "") > 0:
            self._metrics.folded.labels("typing").inc()
            return
        work = partial(self._tell, tenant_id, session_id, kind, author)
        await self._pace.do(f"{session_id} {author.author_id}", work)

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
