"""What holds for the tests of the matrix."""

import gc
import warnings
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def sockets_lost_by_cancelling() -> Iterator[None]:
    """Collect them here, without a word.

    A fault cancels calls while they connect; one cancelled just when it is connected loses its socket inside the
    library that opens it, which would be reported in some later test.
    """
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
