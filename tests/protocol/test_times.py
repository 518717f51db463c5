"""Times on the wire: every spelling, and every way to ask for patience."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tms_tui.protocol.times import retry_after, seconds, spelt

NOON = 1767268800.0
DATE = "Thu, 01 Jan 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-01T12:00:00Z", NOON),
        ("2026-01-01T12:00:00.25Z", NOON + 0.25),
        ("2026-01-01T12:00:00.123456789Z", NOON + 0.123457),
        ("2026-01-01T17:30:00.5+05:30", NOON + 0.5),
        ("2026-01-01t12:00:00z", NOON),
        ("2026-01-01 12:00:00", NOON),
        ("2038-01-19T03:14:08Z", 2.0**31),
    ],
)
def test_spellings_of_a_time(text: str, moment: float) -> None:
    assert seconds(text) == moment


@pytest.mark.parametrize(
    "text",
    ["", "now", "2026-01-01", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "1e9"],
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        seconds(text)


@given(st.floats(0, 7e9))
def test_a_time_survives_the_way_there_and_back(moment: float) -> None:
    assert abs(seconds(spelt(moment)) - moment) < 0.001
    assert spelt(moment).endswith("Z")


@pytest.mark.parametrize(
    ("value", "date", "wait"),
    [
        (None, DATE, None),
        ("7", None, 7.0),
        (" 7 ", None, 7.0),
        ("0", None, 1.0),
        ("0.001", None, 1.0),
        ("1e9", None, 900.0),
        ("99999999999999999999999999", None, 900.0),
        ("inf", None, 900.0),
        ("nan", None, None),
        ("-5", None, None),
        ("soon", None, None),
        ("", None, None),
        ("Thu, 01 Jan 2026 12:00:30 GMT", DATE, 30.0),
        ("Thu, 01 Jan 2026 11:00:00 GMT", DATE, 1.0),
        ("Fri, 02 Jan 2026 12:00:00 GMT", DATE, 900.0),
        ("Thu, 01 Jan 2026 12:00:30 GMT", None, None),
        ("Thu, 01 Jan 2026 12:00:30 GMT", "yesterday", None),
        ("Thu, 01 Jan 99999999999999 12:00:30 GMT", DATE, None),
    ],
)
def test_how_long_a_server_asks_to_wait(value: str | None, date: str | None, wait: float | None) -> None:
    assert retry_after(value, date) == wait


@given(st.text(max_size=40), st.text(max_size=40) | st.just(DATE))
def test_any_header_gives_a_wait_within_bounds(value: str, date: str) -> None:
    wait = retry_after(value, date)
    assert wait is None or 1 <= wait <= 900
