"""Climbing: one step after the other, each harder, until a message takes too long."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tests.load.costs import Meter

SOON: Final = 0.1
"""The 99th percentile of deliveries that still counts as held, in seconds."""
SECONDS: Final = 4.0
"""How long a step lasts."""
REACHED: Final = 0.95
"""The part of the offered messages that has to get through for a step to count."""


@dataclass(frozen=True, slots=True)
class Step:
    """What was offered and what came of it. `frames`: written to sockets a second; delays in seconds."""

    sockets: int
    offered: float
    reached: float
    frames: float
    p50: float
    p99: float
    cores: Mapping[str, float]

    @property
    def held(self) -> bool:
        return self.p99 < SOON and self.reached >= REACHED * self.offered


@dataclass(frozen=True, slots=True)
class Sample:
    """What a step's clients saw: messages that were answered, and the delay of each delivery, sorted."""

    sockets: int
    messages: int
    took: float
    """Seconds until the last was answered; at least as long as it was meant to take."""
    delays: Sequence[float]

    def percentile(self, part: float) -> float:
        return self.delays[min(len(self.delays) - 1, int(part * len(self.delays)))] if self.delays else float("inf")


Work = Callable[[float, float], Awaitable[Sample]]
"""So many messages a second, for so many seconds."""


async def step(work: Work, rate: float, pids: Mapping[str, Sequence[int]], seconds: float = SECONDS) -> Step:
    meter = Meter(pids)
    sample = await work(rate, seconds)
    cores = meter.cores()
    return Step(
        sockets=sample.sockets,
        offered=sample.messages / seconds,
        reached=sample.messages / sample.took,
        frames=len(sample.delays) / sample.took,
        p50=sample.percentile(0.5),
        p99=sample.percentile(0.99),
        cores=cores,
    )


async def climb(work: Work, rates: Iterable[float], pids: Mapping[str, Sequence[int]]) -> AsyncIterator[Step]:
    """Up to the first rate that is not held, that one included; a step that failed is tried once more."""
    await work(next(iter(rates)), 1)
    for rate in rates:
        one = await step(work, rate, pids)
        if not one.held:
            one = await step(work, rate, pids)
        yield one
        if not one.held:
            return
