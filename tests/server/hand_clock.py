"""A clock that a test winds."""

import asyncio

START = 1_800_000_000.0


class HandClock:
    """Stands still until it is advanced."""

    def __init__(self) -> None:
        self._now = START
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []
        self._went_to_sleep = asyncio.Condition()

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._now + seconds, waking))
        async with self._went_to_sleep:
            self._went_to_sleep.notify_all()
        await waking

    async def someone_sleeps_until(self, moment: float, count: int = 1) -> None:
        """Waits until `count` sleepers are due at that moment (seconds after the start, to half a second)."""

        def due() -> bool:
            near = [abs(until - START - moment) <= 0.5 and not waking.done() for until, waking in self._sleepers]
            return sum(near) >= count

        async with asyncio.timeout(60), self._went_to_sleep:
            await self._went_to_sleep.wait_for(due)

    def advance(self, seconds: float) -> None:
        self._now += seconds
        for until, waking in self._sleepers:
            if until <= self._now and not waking.done():
                waking.set_result(None)
        self._sleepers = [one for one in self._sleepers if not one[1].done()]
