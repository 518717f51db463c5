"""Times as an agent writes them: each unit by its own words, and nothing that only looks like one."""

import pytest

from tms_tui.core.later import moment_of

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        *((words, 3 * MINUTE) for words in ("3m", "3min", "3 mins", "3 minute", "3minutes")),
        *((words, 3 * HOUR) for words in ("3h", "3 hour", "3hours", "for 3 hours")),
        *((words, 3 * DAY) for words in ("3d", "3 day", "3days")),
    ],
)
def test_a_unit_is_written_out_or_shortened(words: str, seconds: float) -> None:
    assert moment_of(words, 1000.0) == 1000.0 + seconds


@pytest.mark.parametrize(
    "words",
    ["3months", "3 months", "3mo", "3 moons", "3 minuets", "3hundred", "3hrs", "3dozen", "3 decades", "3", "0h", "3w"],
)
def test_what_only_begins_like_a_unit_is_no_time(words: str) -> None:
    assert moment_of(words, 1000.0) is None
