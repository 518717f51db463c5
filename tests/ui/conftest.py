"""What spares the desk's tests time: shorter waits for rest, and no desk of before."""

from collections.abc import Iterator

import pytest
from textual import _wait
from textual._styles_cache import StylesCache

# Textual's pilot looks fifty times a second whether all is calm, and again after each key: half of these tests' time.
# What counts as calm, a millisecond of work in the time between two looks, stays.
_wait.SLEEP_GRANULARITY = 1 / 160


@pytest.fixture(autouse=True)
def forget_widgets() -> Iterator[None]:
    """Let go of the desks of a test: by this cache Textual holds a thousand widgets with all that they painted."""
    yield
    StylesCache.get_inner_outer.cache_clear()
