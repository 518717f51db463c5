"""The typist's figures: the slowest of twenty keys is left out of one figure and shown in the other."""

import math

from tests.matrix.typist import Echo


def test_the_figures_of_keys() -> None:
    echo = Echo([float(number) for number in range(1, 101)])
    assert (echo.p95, echo.longest) == (95.0, 100.0)
    assert Echo([*echo.taken[:96], math.inf]).longest == math.inf
    assert Echo().p95 == math.inf, "no key was typed"
