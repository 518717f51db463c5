"""Times on the wire: RFC 3339 texts and `Retry-After`, to and from seconds."""

from datetime import UTC, datetime

import msgspec

from tms_tui.domain.policy import RETRY_AFTER_LONGEST, RETRY_AFTER_SHORTEST, YEARS


def seconds(text: str) -> float:
    """Seconds since the epoch of an RFC 3339 time; without an offset it is UTC. ValueError when it is none."""
    moment = msgspec.convert(text, datetime)
    if moment.year not in YEARS:
        raise ValueError("a year that cannot be")
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def spelt(moment: float) -> str:
    """RFC 3339 in UTC with milliseconds, of seconds since the epoch."""
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def retry_after(value: str | None, date: str | None) -> float | None:
    """Seconds to wait by a `Retry-After` header: a number, or an HTTP date judged by the `date` header.

    None when it is absent or makes no sense; else from RETRY_AFTER_SHORTEST to RETRY_AFTER_LONGEST.
    """
    if value is None:
        return None
    wait = _number(value)
    if wait is None:
        wait = _until(value, date)
    return None if wait is None else min(max(wait, RETRY_AFTER_SHORTEST), RETRY_AFTER_LONGEST)


def http_date(value: str | None) -> float | None:
    """Seconds since the epoch of a `Date` header; None when it is absent or makes no sense."""
    from email.utils import mktime_tz, parsedate_tz

    try:
        parts = parsedate_tz(value) if value else None
        return float(mktime_tz(parts)) if parts is not None and parts[0] in YEARS else None
    except (ValueError, OverflowError):
        return None


def _number(value: str) -> float | None:
    try:
        wait = float(value)
    except ValueError:
        return None
    return wait if wait >= 0 else None


def _until(value: str, date: str | None) -> float | None:
    then, now = http_date(value), http_date(date)
    return None if then is None or now is None else max(0.0, then - now)
