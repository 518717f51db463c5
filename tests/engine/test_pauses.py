"""Full collections happen in quiet moments alone."""

import gc
from collections.abc import Iterator

import pytest

from tms_tui.engine.pauses import BUSY_EVERY, QUIET_EVERY, Pauses


@pytest.fixture
def full() -> Iterator[list[int]]:
    """One entry for each full collection while the test runs."""
    seen: list[int] = []
    before = gc.get_threshold()

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start" and info["generation"] == 2:
            seen.append(info["generation"])

    gc.callbacks.append(note)
    yield seen
    gc.callbacks.remove(note)
    gc.set_threshold(*before)
    gc.unfreeze()


def test_the_interpreter_itself_collects_young_garbage_only(full: list[int]) -> None:
    Pauses()
    kept = [[number] for number in range(200_000)]
    assert len(kept) == 200_000
    assert full == []


def test_a_quiet_moment_is_used_now_and_then(full: list[int]) -> None:
    pauses = Pauses()
    for now in (0.0, 20.0, QUIET_EVERY - 1, QUIET_EVERY, QUIET_EVERY + 20):
        pauses.between(now, busy=False)
    assert len(full) == 2


def test_a_busy_desk_waits_longer_and_not_for_ever(full: list[int]) -> None:
    pauses = Pauses()
    pauses.between(0.0, busy=True)
    pauses.between(QUIET_EVERY * 2, busy=True)
    assert len(full) == 1
    pauses.between(BUSY_EVERY, busy=True)
    assert len(full) == 2
