"""How much is too much: token buckets, one per name, shared by the nodes where the bus can."""

from tms_tui.server.bus import Bus
from tms_tui.server.clock import Clock
from tms_tui.server.errors import too_many
from tms_tui.server.settings import Rate

MAX_NAMES = 10_000


class Bucket:
    """One token bucket, full at first; `now` counts seconds on any clock."""

    def __init__(self, rate: Rate, now: float) -> None:
        self._rate = rate
        self._tokens = float(rate.burst)
        self._filled_at = now

    def take(self, many: int, now: float) -> bool:
        """Takes so many if there are; whether there were."""
        if self.wait(many, now) > 0:
            return False
        self._tokens -= many
        return True

    def give(self, many: int) -> None:
        """Puts so many back."""
        self._tokens = min(self._rate.burst, self._tokens + many)

    def wait(self, many: int, now: float) -> float:
        """Seconds until there are so many; 0.0 when there are."""
        elapsed = max(0.0, now - self._filled_at)
        self._tokens = min(self._rate.burst, self._tokens + elapsed * self._rate.per_second)
        self._filled_at = now
        return max(0.0, (many - self._tokens) / self._rate.per_second)


class Limiter:
    """Buckets of one kind. The oldest is forgotten when more than 10,000 names are known."""

    def __init__(self, rate: Rate, clock: Clock) -> None:
        self._rate = rate
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}

    def take(self, name: str, many: int = 1) -> float:
        """Takes so many, but never more than a full bucket; 0.0 when there were, else the seconds until there are."""
        wait = self.wait(name, many)
        if wait == 0:
            self._buckets[name].take(min(many, self._rate.burst), self._clock.now())
        return wait

    def wait(self, name: str, many: int = 1) -> float:
        """The same without taking them."""
        now = self._clock.now()
        bucket = self._buckets.pop(name, None) or Bucket(self._rate, now)
        self._buckets[name] = bucket
        if len(self._buckets) > MAX_NAMES:
            del self._buckets[next(iter(self._buckets))]
        return bucket.wait(min(many, self._rate.burst), now)

    def give(self, name: str, many: int = 1) -> None:
        """Puts so many back that were taken."""
        if name in self._buckets:
            self._buckets[name].give(many)


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

    async def give_back(self, name: str) -> None:
        """Puts one back: what it was taken for turned out not to count."""
        if await self._bus.take(f"{self._kind} {name}", self._rate, -1) is None:
            self._here.give(name)
