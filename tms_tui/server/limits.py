"""How much is too much: token buckets, one per name, shared by the nodes where the bus can."""

from dataclasses import dataclass

from tms_tui.server.bus import Bus
from tms_tui.server.clock import Clock
from tms_tui.server.errors import too_many
from tms_tui.server.settings import Rate

MAX_NAMES = 10_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float


class Limiter:
    """Buckets of one kind. The oldest is forgotten when more than 10,000 names are known."""

    def __init__(self, rate: Rate, clock: Clock) -> None:
        self._rate = rate
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    def take(self, name: str) -> float:
        """Takes one; 0.0 when there was one, else the seconds until there is."""
        bucket = self._filled(name)
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return 0.0
        return (1 - bucket.tokens) / self._rate.per_second

    def _filled(self, name: str) -> _Bucket:
        now = self._clock.now()
        bucket = self._buckets.pop(name, None) or _Bucket(self._rate.burst, now)
        elapsed = max(0.0, now - bucket.filled_at)
        bucket.tokens = min(self._rate.burst, bucket.tokens + elapsed * self._rate.per_second)
        bucket.filled_at = now
        self._buckets[name] = bucket
        if len(self._buckets) > MAX_NAMES:
            del self._buckets[next(iter(self._buckets))]
        return bucket


class Gate:
    """One kind of call: counted over all nodes, or on this one alone while the bus has no shared count."""

    def __init__(self, kind: str, rate: Rate, clock: Clock, bus: Bus) -> None:
        self._kind = kind
        self._rate = rate
        self._bus = bus
        self._here = Limiter(rate, clock)

    async def require(self, name: str, code: str = "too_many_requests") -> None:
        """Takes one or raises the 429."""
        wait = await self._bus.take(f"{self._kind} {name}", self._rate)
        if wait is None:
            wait = self._here.take(name)
        if wait > 0:
            raise too_many(wait, code)
