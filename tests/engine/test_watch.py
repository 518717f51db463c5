"""A machine that slept, or a process that stood still, is noticed by the clocks alone."""

import asyncio
import os
import random
import select
from collections.abc import Iterator
from itertools import count

import pytest

from tests.engine.fakes import FakeLink, FakeRest, FakeTokens, empty, running, until
from tests.engine.hand_clock import HandClock
from tms_tui.domain.effects import Timer, TimerKind, WakeAt
from tms_tui.domain.events import ComposerLeft, Event, Woke
from tms_tui.domain.ids import SessionId
from tms_tui.domain.model import Capabilities
from tms_tui.domain.policy import CLOCK_GAP
from tms_tui.engine.alarms import Alarms
from tms_tui.engine.engine import Engine
from tms_tui.engine.watch import Watch, jumps_of_clock, seconds_asleep

KEY = ComposerLeft(SessionId("nobody"))


class Machine:
    """Sleeps when it is told to; `jump` is what its kernel says of that."""

    def __init__(self) -> None:
        self.slept = 100.0
        self._reading, self._jump = os.pipe()

    def watch(self) -> Watch:
        return Watch(lambda: self.slept, lambda: self._reading)

    def jump(self) -> None:
        os.write(self._jump, b".")

    def close(self) -> None:
        os.close(self._jump)


@pytest.fixture
def machine() -> Iterator[Machine]:
    slept = Machine()
    yield slept
    slept.close()


def watched(machine: Machine, heard: list[Event]) -> Engine:
    """An engine on that machine; `heard` gets its events."""
    numbers = count()
    return Engine(
        FakeLink(),
        FakeRest(empty),
        FakeTokens(),
        clock=HandClock(),
        chance=random.Random(1),
        new_id=lambda: f"send-{next(numbers)}",
        capabilities=Capabilities(),
        record=lambda event, _: heard.append(event),
        watch=machine.watch(),
    )


def naps(heard: list[Event]) -> list[float]:
    return [event.gap for event in heard if isinstance(event, Woke)]


async def test_the_kernel_says_so_at_once(machine: Machine) -> None:
    heard: list[Event] = []
    engine = watched(machine, heard)
    async with running(engine):
        await engine.settled()
        machine.slept += 300
        machine.jump()
        async with asyncio.timeout(60):
            await until(lambda: bool(naps(heard)))
    assert naps(heard) == [300.0]


async def test_the_first_event_after_it_is_taken_by_a_desk_that_knows(machine: Machine) -> None:
    heard: list[Event] = []
    engine = watched(machine, heard)
    async with running(engine):
        await engine.settled()
        heard.clear()
        machine.slept += 300
        engine.take(KEY)
        engine.take(KEY)
        assert heard == [Woke(300.0, uncounted=300.0), KEY, KEY]


async def test_a_nod_or_a_clock_that_was_set_is_no_sleep(machine: Machine) -> None:
    heard: list[Event] = []
    engine = watched(machine, heard)
    async with running(engine):
        await engine.settled()
        machine.slept += CLOCK_GAP
        engine.take(KEY)
        machine.jump()
        await asyncio.sleep(0)
        engine.take(KEY)
    assert naps(heard) == []


async def test_an_alarm_says_how_late_it_rings() -> None:
    clock = HandClock()
    late: list[float] = []
    alarms = Alarms(clock, lambda _, by: late.append(by))
    alarms.set(Timer(TimerKind.POLL), clock.now() + 1)
    clock.advance(1)
    alarms.set(Timer(TimerKind.POLL), clock.now() - 6)
    await asyncio.sleep(0)
    assert late == [0.0, 6.0]


async def test_an_alarm_that_rings_late_shows_that_the_process_stood_still(machine: Machine) -> None:
    heard: list[Event] = []
    engine = watched(machine, heard)
    async with running(engine):
        await engine.settled()
        for late, known in ((CLOCK_GAP, []), (CLOCK_GAP + 1, [CLOCK_GAP + 1])):
            engine._performer.perform(WakeAt(Timer(TimerKind.POLL), engine.moment().now - late))
            await engine.settled()
            assert naps(heard) == known


def test_the_clocks_of_this_machine_can_be_watched() -> None:
    assert seconds_asleep() > -1e-3
    descriptor = jumps_of_clock()
    assert descriptor is not None
    assert select.select([descriptor], [], [], 0)[0] == []
    os.close(descriptor)
