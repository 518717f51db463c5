"""Work at a pace, by a clock wound by hand."""

import asyncio
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter

from tests.server.hand_clock import START, HandClock
from tms_tui.server.background import Background
from tms_tui.server.errors import Refusal, not_found
from tms_tui.server.pacing import Pace
from tms_tui.server.store.database import StoreLostError

EVERY = 2.0


class Paced:
    """A pace, and when which work of it was done."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.folded = Counter("folded", "Folded", registry=CollectorRegistry())
        self.background = Background()
        self.pace = Pace(EVERY, self.clock, self.background, self.folded)
        self.done: list[tuple[float, int]] = []

    async def do(self, number: int, name: str = "one") -> None:
        await self.pace.do(name, partial(self._note, number))

    async def _note(self, number: int) -> None:
        self.done.append((self.clock.now() - START, number))

    async def wait(self, seconds: float) -> None:
        """Lets what falls due in that time be done when it is due."""
        for _ in range(round(seconds / 0.5)):
            await _whoever_can_goes_on()
            self.clock.advance(0.5)
        await _whoever_can_goes_on()


async def _whoever_can_goes_on() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


@given(st.lists(st.integers(min_value=0, max_value=10), min_size=1, max_size=40))
async def test_work_keeps_its_pace_and_the_latest_is_always_done(pauses: list[int]) -> None:
    paced = Paced()
    for number, halves in enumerate(pauses):
        await paced.wait(halves / 2)
        await paced.do(number)
    await paced.wait(2 * EVERY)
    moments, numbers = [at for at, _ in paced.done], [number for _, number in paced.done]
    assert (numbers[0], numbers[-1]) == (0, len(pauses) - 1)
    assert numbers == sorted(set(numbers)), "in order, none twice"
    assert all(later - sooner >= EVERY for sooner, later in pairwise(moments))
    await paced.background.close()


async def test_names_do_not_wait_for_each_other_and_are_forgotten() -> None:
    paced = Paced()
    for name in "abab":
        await paced.do(len(paced.done), name)
    assert paced.done == [(0, 0), (0, 1)]
    await paced.wait(3 * EVERY)
    await paced.do(7, "a")
    assert paced.done[-1] == (3 * EVERY, 7), "at once again after a pause"
    await paced.background.close()


async def test_what_fails_at_once_is_told_and_what_fails_later_is_tried_until_the_store_is_back() -> None:
    paced = Paced()
    failures: list[Exception] = [not_found(), StoreLostError("away"), not_found()]

    async def fails() -> None:
        if failures:
            raise failures.pop(0)
        await paced.do(1, "another")

    with pytest.raises(Refusal):
        await paced.pace.do("one", fails)
    await paced.pace.do("one", fails)
    await paced.wait(2 * EVERY)
    assert failures == [], "lost once, then refused: nobody is left to be told"
    await paced.wait(EVERY)
    await paced.pace.do("one", fails)
    assert [number for _, number in paced.done] == [1]
    await paced.background.close()
