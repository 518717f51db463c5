"""Whatever happened on the way: once things calm down, the screen is the list and every send is stored once."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.world import TALKS, World
from tms_tui.core.select import Badge, BadgeKind, badge, entries
from tms_tui.domain.entries import GapMark, PendingSend
from tms_tui.domain.model import Message


def check(world: World) -> None:
    for talk in TALKS:
        shown = [entry for entry in entries(world.desk.state, talk) if not isinstance(entry, GapMark)]
        assert not [entry for entry in shown if isinstance(entry, PendingSend)]
        messages = [entry for entry in shown if isinstance(entry, Message)]
        stored = world.lists[talk]
        held_from = messages[0].seq if messages else 1
        assert messages == stored[held_from - 1 :], talk
        mine = [one.send_id for one in stored if one.send_id is not None]
        assert mine == [draft.send_id for draft in world.asked if draft.session == talk]
    assert badge(world.desk.state) == Badge(BadgeKind.LIVE)


def live(seed: int, steps: int, *, lossy: bool) -> World:
    world = World(random.Random(seed), lossy=lossy)
    world.start()
    world.run(steps)
    world.calm()
    return world


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 120))
def test_a_socket_that_breaks_and_requests_that_fail(seed: int, steps: int) -> None:
    check(live(seed, steps, lossy=False))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 120))
def test_a_socket_that_loses_doubles_and_reorders(seed: int, steps: int) -> None:
    check(live(seed, steps, lossy=True))


@pytest.mark.parametrize("lossy", [False, True])
def test_the_faults_really_bite(lossy: bool) -> None:
    world = live(40, 400, lossy=lossy)
    check(world)
    health = world.desk.state.health
    assert health.connects > 3
    assert world.replaced > 3
    assert len(health.failures_seen) > 10
    assert len(world.asked) > 10
    assert health.duplicates > 0
