"""A checker that finds nothing proves nothing: each finds the bug planted for it, and none in the right client."""

import pytest

from tests.wrong_clients.planted import BUGS, Planted

NAMED = [pytest.param(bug, id=bug.name) for bug in BUGS]


@pytest.mark.parametrize("bug", NAMED)
def test_a_planted_bug_is_found(bug: Planted) -> None:
    assert any(bug.does in finding for finding in bug.in_wrong())


@pytest.mark.parametrize("bug", NAMED)
def test_the_right_client_passes_the_same_checker(bug: Planted) -> None:
    assert bug.in_right() == ()
