"""What is known of the line, in words: for the desk's page and the line face's answer."""

from collections.abc import Iterable

from tms_tui.core.health import Health, Summary, Turn, summary
from tms_tui.core.select import badge
from tms_tui.core.state import State
from tms_tui.domain.errors import Failure
from tms_tui.domain.policy import CLOCK_OFF
from tms_tui.domain.value import Value
from tms_tui.wording.bounds import bounds_met
from tms_tui.wording.failures import ending, reason
from tms_tui.wording.times import span, to_the_second


class Happened(Value):
    """One thing that happened; `at` is a time of day, or empty when none was kept."""

    words: str
    at: str = ""


class Section(Value):
    """What happened of one kind, newest first. `label` names one of them, `none` is said of nothing."""

    title: str
    label: str
    happened: tuple[Happened, ...]
    none: str


class Diagnosis(Value):
    """Figures by their names, then what happened."""

    figures: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]


def diagnosis(state: State, connection: str) -> Diagnosis:
    """All that is known of the line; `connection` says how it is now."""
    health = state.health
    return Diagnosis(
        (
            ("Connection", connection),
            ("Connected", _connected(health)),
            ("Proxy", health.proxy or "none"),
            ("Clock", _clock(health.skew)),
            ("Delivery", _spread(summary(health.deliveries))),
            ("Ping", _spread(summary(health.pings))),
            ("Came twice", f"{_times(health.duplicates, 'event')} dropped"),
            ("Gaps filled", f"{_times(health.gaps_filled, 'event')} read that the line had not brought"),
            ("Deaf lines", f"{health.deaf} replaced"),
            ("Unreadable", _by_kind(health)),
            ("Limits met", bounds_met(health.bounds)),
            ("Not sent yet", str(badge(state).unsent)),
        ),
        (
            Section("The line (newest first)", "line", _newest(map(_turn, health.turns)), "not up yet"),
            Section("What failed (newest first)", "failed", _newest(map(_failed, health.failures_seen)), "nothing"),
            Section(
                "What could not be read (newest first)",
                "unreadable",
                _newest(map(Happened, health.last_unread)),
                "nothing",
            ),
        ),
    )


def _connected(health: Health) -> str:
    again = f"{health.reconnects} of them after a loss"
    return f"{_times(health.connects, 'time')}, {again}; {_times(health.failures, 'failure')}"


def _clock(skew: float | None) -> str:
    if skew is None:
        return "not compared yet"
    if abs(skew) <= CLOCK_OFF:
        return "agrees with the server's"
    return f"{span(abs(skew))} {'behind' if skew > 0 else 'ahead of'} the server's"


def _spread(found: Summary | None) -> str:
    if found is None:
        return "not measured yet"
    ranks = ((0, found.median), (95, found.p95), (99, found.p99))
    told = ", ".join(f"{f'{rank} %' if rank else 'median'} {_ms(seconds)}" for rank, seconds in ranks)
    return f"{told}, at most {_ms(found.longest)} ({found.count})"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 10 else f"{seconds:.0f} s"


def _by_kind(health: Health) -> str:
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(health.unread.items()))
    return f"{_times(health.unread.total(), 'frame')}{f': {kinds}' if kinds else ''}"


def _turn(turn: Turn) -> Happened:
    return Happened(_words_of(turn), to_the_second(turn.at))


def _words_of(turn: Turn) -> str:
    if turn.ending is None:
        return f"connected, after {span(turn.lasted)} without" if turn.lasted else "connected"
    said = f"{ending(turn.ending)}{f' ({turn.ending.words})' if turn.ending.words else ''}"
    if turn.was_up:
        return f"{said}, after {span(turn.lasted)} connected"
    again = f", {turn.attempts} attempts until {to_the_second(turn.until)}" if turn.until is not None else ""
    return f"not connected: {said}{again}"


def _failed(seen: tuple[float, Failure]) -> Happened:
    at, failure = seen
    return Happened(reason(failure), to_the_second(at))


def _newest(happened: Iterable[Happened]) -> tuple[Happened, ...]:
    return tuple(reversed(tuple(happened)))


def _times(count: int, one: str) -> str:
    return f"{count} {one}{'' if count == 1 else 's'}"
