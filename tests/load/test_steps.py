"""Climbing ends where it should, and says so."""

from tests.load.steps import SOON, Sample, climb


class Scripted:
    """Work whose 99th percentile is told beforehand, call by call."""

    def __init__(self, *delays: float) -> None:
        self.rates: list[float] = []
        self._delays = list(delays)

    async def __call__(self, rate: float, seconds: float) -> Sample:
        self.rates.append(rate)
        return Sample(7, int(rate * seconds), seconds, [0.001] * 98 + [self._delays.pop(0)] * 2)


async def climbed(work: Scripted) -> list[tuple[float, bool]]:
    return [(one.offered, one.held) async for one in climb(work, (10, 20, 40), {})]


async def test_it_ends_with_the_first_rate_that_fails_twice() -> None:
    work = Scripted(0.001, 0.01, 0.5, 0.01, SOON, SOON)
    assert await climbed(work) == [(10, True), (20, True), (40, False)]
    assert work.rates == [10, 10, 20, 20, 40, 40], "one to warm up, and one more try where it failed"


async def test_what_takes_too_long_to_be_answered_is_not_held() -> None:
    class Late(Scripted):
        async def __call__(self, rate: float, seconds: float) -> Sample:
            sample = await super().__call__(rate, seconds)
            return Sample(sample.sockets, sample.messages, 1.2 * seconds, sample.delays)

    assert await climbed(Late(0.001, 0.001, 0.001)) == [(10, False)]


async def test_nothing_heard_is_not_held() -> None:
    async def deaf(rate: float, seconds: float) -> Sample:
        return Sample(7, int(rate * seconds), seconds, [])

    assert [one.held async for one in climb(deaf, (10,), {})] == [False]
