"""The console's own counters, told to a server that asks for them: numbers alone, each counted once."""

from itertools import accumulate

from tms_tui.core.health import Health
from tms_tui.core.state import LIVE, Step
from tms_tui.domain.effects import PostMetrics, Timer, TimerKind, WakeAt
from tms_tui.domain.policy import DELIVERY_BOUNDS, REPORT_LARGEST, REPORT_SOONEST


def welcomed(step: Step, every: float | None) -> None:
    """The server says how often it wants a report, or (None) that it wants none.

    The first one comes at a random moment: all consoles are welcomed at once when a server comes back.
    """
    reporting = step.state.reporting
    reporting.every = None if every is None else max(every, REPORT_SOONEST)
    when = None if reporting.every is None else step.moment.now + reporting.every * step.moment.chance
    step.do(WakeAt(Timer(TimerKind.REPORT), when))


def due(step: Step) -> None:
    """It is time for a report; without a line the next one tells it."""
    reporting = step.state.reporting
    if reporting.every is None:
        return
    step.do(WakeAt(Timer(TimerKind.REPORT), step.moment.now + reporting.every))
    if reporting.under_way is None and step.state.link.stage in LIVE and step.state.sign_in_needed is None:
        reporting.under_way = _totals(step.state.health)
        step.do(_grown(reporting.under_way, reporting.told))


def posted(step: Step) -> None:
    """The server counted it."""
    reporting = step.state.reporting
    reporting.told, reporting.under_way = reporting.under_way or reporting.told, None


def failed(step: Step) -> None:
    """The next report tells what this one did."""
    step.state.reporting.under_way = None


def _totals(health: Health) -> PostMetrics:
    """All since the start."""
    *within, _longer = accumulate(health.delivery_counts)
    return PostMetrics(
        connects=health.connects,
        failures=health.failures,
        reconnects=health.reconnects,
        unread_frames=health.unread.total(),
        duplicates=health.duplicates,
        gaps_filled=health.gaps_filled,
        deaf_lines=health.deaf,
        latency=tuple(zip(DELIVERY_BOUNDS, within, strict=True)),
        latency_count=sum(health.delivery_counts),
        latency_sum=health.delivery_seconds,
    )


def _grown(now: PostMetrics, before: PostMetrics) -> PostMetrics:
    """What came since, no figure larger than a server takes."""

    def more(one: float, other: float) -> int:
        return int(min(one - other, REPORT_LARGEST))

    counts = dict(before.latency)
    return PostMetrics(
        connects=more(now.connects, before.connects),
        failures=more(now.failures, before.failures),
        reconnects=more(now.reconnects, before.reconnects),
        unread_frames=more(now.unread_frames, before.unread_frames),
        duplicates=more(now.duplicates, before.duplicates),
        gaps_filled=more(now.gaps_filled, before.gaps_filled),
        deaf_lines=more(now.deaf_lines, before.deaf_lines),
        latency=tuple((bound, more(count, counts.get(bound, 0))) for bound, count in now.latency),
        latency_count=more(now.latency_count, before.latency_count),
        latency_sum=min(now.latency_sum - before.latency_sum, REPORT_LARGEST),
    )
