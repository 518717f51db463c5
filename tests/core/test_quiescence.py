"""Whatever happened on the way: once things calm down, the screen is the list and every send is stored once."""

from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.living import lived
from tests.core.many import live_many

STEPS: Final = 10_000


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 60), st.booleans())
def test_short_lives(seed: int, steps: int, lossy: bool) -> None:
    lived(seed, steps, lossy=lossy)


def test_ten_thousand_steps() -> None:
    assert live_many(STEPS).steps >= STEPS


@pytest.mark.parametrize("lossy", [False, True])
def test_the_faults_really_bite(lossy: bool) -> None:
    world = lived(7, 3000, lossy=lossy)
    assert world.lives > 3
    assert world.connects > 10
    assert world.failures > 20
    assert world.replaced > 3
    assert len(world.asked) > 10
    assert {draft.private for draft in world.asked.values()} == {True, False}
    assert world.given_up
    assert (world.mangled > 20) == lossy
