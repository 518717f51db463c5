"""How much customers may ask for: as one conversation, as all of one network, and as all of the tenant together."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

from tms_tui.server.bus import Bus, Draw
from tms_tui.server.clock import Clock
from tms_tui.server.errors import Refusal, too_many
from tms_tui.server.limits import Limiter
from tms_tui.server.settings import Rate, ServerSettings

NETWORK_BUSY: Final = "network_busy"
TENANT_BUSY: Final = "tenant_busy"
WORDS: Final = {
    NETWORK_BUSY: "Your network asks for too much at once. Try again in a moment.",
    TENANT_BUSY: "Very many people write to us at once. Try again in a moment.",
}
REFUSALS: Final = f"{NETWORK_BUSY}, {TENANT_BUSY}"
"""Of calls that a network and the tenant share."""


@dataclass(frozen=True, slots=True)
class _Budget:
    """One kind of thing, and with which code more of it is refused."""

    kind: str
    rate: Rate
    code: str
    here: Limiter


@dataclass(frozen=True, slots=True)
class _Share:
    """So much of a budget, for the one of that name."""

    budget: _Budget
    name: str
    many: int = 1

    @property
    def draw(self) -> Draw:
        return Draw(f"{self.budget.kind} {self.name}", self.budget.rate, self.many)


class Budgets:
    """Counted over all nodes, or on this one alone while the bus has no shared count.

    What one budget refuses costs the others nothing. What is refused for any other reason is work all the same, which
    its conversation and its network pay for; nobody who is refused uses up what all share.
    Agents have rates of their own and never draw on these.
    """

    def __init__(self, settings: ServerSettings, clock: Clock, bus: Bus) -> None:
        self._clock = clock
        self._bus = bus
        self._tenant = settings.tenant
        self._conversation_messages = self._budget("send", settings.visitor_send_rate, "too_many_requests")
        self._network_starts = self._budget("network start", settings.visitor_session_rate, NETWORK_BUSY)
        self._network_messages = self._budget("network message", settings.network_message_rate, NETWORK_BUSY)
        self._network_bytes = self._budget("network byte", settings.network_byte_rate, NETWORK_BUSY)
        self._network_reads = self._budget("network read", settings.network_read_rate, NETWORK_BUSY)
        self._tenant_starts = self._budget("tenant start", settings.tenant_start_rate, TENANT_BUSY)
        self._tenant_messages = self._budget("tenant message", settings.tenant_message_rate, TENANT_BUSY)
        self._tenant_bytes = self._budget("tenant byte", settings.tenant_byte_rate, TENANT_BUSY)
        self._tenant_reads = self._budget("tenant read", settings.tenant_read_rate, TENANT_BUSY)

    @contextlib.asynccontextmanager
    async def start(self, network: str) -> AsyncIterator[None]:
        """One conversation more from that network; raises the 429."""
        shared = _Share(self._tenant_starts, self._tenant)
        await self._spend(_Share(self._network_starts, network), shared)
        async with self._given_back_when_refused(shared):
            yield

    @contextlib.asynccontextmanager
    async def message(self, session_id: str, network: str, content: str) -> AsyncIterator[None]:
        """One message more, of so many bytes in UTF-8; raises the 429."""
        size = len(content.encode())
        shared = _Share(self._tenant_messages, self._tenant), _Share(self._tenant_bytes, self._tenant, size)
        await self._spend(
            _Share(self._conversation_messages, session_id),
            _Share(self._network_messages, network),
            _Share(self._network_bytes, network, size),
            *shared,
        )
        async with self._given_back_when_refused(*shared):
            yield

    async def read(self, network: str) -> None:
        """One page of a conversation more; raises the 429."""
        await self._spend(_Share(self._network_reads, network), _Share(self._tenant_reads, self._tenant))

    @contextlib.asynccontextmanager
    async def _given_back_when_refused(self, *shares: _Share) -> AsyncIterator[None]:
        try:
            yield
        except Refusal:
            for one in shares:
                if await self._bus.take(one.draw.bucket, one.draw.rate, -one.many) is None:
                    one.budget.here.give(one.name, one.many)
            raise

    def _budget(self, kind: str, rate: Rate, code: str) -> _Budget:
        return _Budget(kind, rate, code, Limiter(rate, self._clock))

    async def _spend(self, *shares: _Share) -> None:
        waits = await self._bus.take_all([one.draw for one in shares])
        if waits is None:
            waits = _take_here(shares)
        refused = [one.budget.code for one, wait in zip(shares, waits, strict=True) if wait > 0]
        if refused:
            raise _refusal(refused[0], max(waits))


def _take_here(shares: Sequence[_Share]) -> list[float]:
    waits = [one.budget.here.wait(one.name, one.many) for one in shares]
    if not any(waits):
        for one in shares:
            one.budget.here.take(one.name, one.many)
    return waits


def _refusal(code: str, wait: float) -> Refusal:
    return Refusal(429, code, WORDS[code], retry_after=wait) if code in WORDS else too_many(wait, code)
