"""What happened on the line so far, as a page to read."""

from textual.content import Content

from tms_tui import wording
from tms_tui.core import select
from tms_tui.core.state import State
from tms_tui.ui.screens.reading import Reading


def diagnostics_page(state: State) -> Reading:
    """Counters, latency, and the last endings and failures with their times."""
    return Reading("Diagnostics", Content("\n".join(_lines(state))))


def _lines(state: State) -> list[str]:
    health = state.health
    sign, words = wording.badge(select.badge(state))
    unread = ", ".join(f"{kind} {count}" for kind, count in sorted(health.unread.items())) or "none"
    return [
        f"Connection           {sign} {words}",
        f"Connections          {health.connects}, failed {health.failures}, reconnected {health.reconnects}",
        f"Ping                 {_latency(list(health.latencies))}",
        f"Unreadable frames    {unread}",
        f"Duplicates           {health.duplicates}",
        f"Gaps filled          {health.gaps_filled}",
        f"Silent lines found   {health.deaf}",
        "",
        "How the line ended (newest first)",
        *(
            [f"  {wording.to_the_second(at)}  {wording.ending(one)}" for at, one in reversed(health.endings)]
            or ["  never"]
        ),
        "",
        "What failed (newest first)",
        *(
            [f"  {wording.to_the_second(at)}  {wording.reason(one)}" for at, one in reversed(health.failures_seen)]
            or ["  nothing"]
        ),
        "",
        "What could not be read (newest first)",
        *([f"  {one}" for one in reversed(health.last_unread)] or ["  nothing"]),
    ]


def _latency(latencies: list[float]) -> str:
    if not latencies:
        return "not measured yet"
    inside = sorted(latencies)
    return (
        f"last {latencies[-1] * 1000:.0f} ms, median {inside[len(inside) // 2] * 1000:.0f} ms, {len(inside)} measured"
    )
