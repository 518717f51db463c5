"""From samples to figures: percentiles inside a round, medians over the rounds."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tests.bench.scenarios import Samples

Round = dict[str, Samples]
"""What one round measured: the samples of each program, by its name."""

WORST: Final = 1.0


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of one program: the `share` quantile (1.0: the worst) of the samples called `samples`."""

    program: str
    samples: str
    share: float = 0.5

    def of(self, measured: Round) -> float | None:
        """Its value in a round; None when the round did not measure it."""
        samples = measured.get(self.program, {}).get(self.samples)
        return quantile(samples, self.share) if samples else None


def quantile(samples: Sequence[float], share: float) -> float:
    """The smallest sample that `share` of them do not exceed (nearest rank: an infinite one stays infinite)."""
    return sorted(samples)[max(0, math.ceil(share * len(samples)) - 1)]


def median(values: Sequence[float | None]) -> float | None:
    """Over the rounds that measured it; None when none did."""
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None
