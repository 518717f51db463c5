"""The tables: what was asked and what came of it, and every figure of every program side by side."""

import math
from collections.abc import Iterable, Sequence
from typing import Final

from tests.bench.figures import WORST, Figure, Round, median
from tests.bench.goals import Verdict

_TITLES: Final = {
    "console": "tms-chat",
    "weechat": "WeeChat",
    "irssi": "irssi",
    "hello": "Textual hello-world",
    "python": "bare Python",
}
_SHARES: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": WORST}


def goals_table(verdicts: Iterable[Verdict]) -> str:
    """One line a goal, the words "met", "missed" or "not measured" at its end."""
    head = ["figure", "measured", "yardstick", "", "ratio", "goal", ""]
    return _table([head, *(_goal_row(verdict) for verdict in verdicts)], left={0, 3, 6})


def programs_table(rounds: Sequence[Round]) -> str:
    """Medians over the rounds; where there are many samples, their 50th, 95th, 99th percentile and the worst."""
    programs = [name for name in _TITLES if any(name in each for each in rounds)]
    names = dict.fromkeys(name for each in rounds for samples in each.values() for name in samples)
    rows = [
        [
            f"{name} {label}".strip(),
            *(_number(median([Figure(p, name, share).of(each) for each in rounds])) for p in programs),
        ]
        for name in names
        for label, share in _shares(name, rounds)
    ]
    return _table([["figure", *(_TITLES[name] for name in programs)], *rows], left={0})


def _shares(name: str, rounds: Sequence[Round]) -> Iterable[tuple[str, float]]:
    single = all(len(samples.get(name, ())) <= 1 for each in rounds for samples in each.values())
    return [("", 0.5)] if single else _SHARES.items()


def _goal_row(verdict: Verdict) -> list[str]:
    goal = verdict.goal
    times = "x" if goal.yardstick else f" {goal.unit}"
    state = "not measured" if verdict.value is None else "met" if verdict.met else "MISSED"
    return [
        goal.words,
        _number(verdict.measured, f" {goal.unit}"),
        _number(verdict.yardstick, f" {goal.unit}") if goal.yardstick else "",
        _yardstick_title(verdict),
        _number(verdict.value, "x") if goal.yardstick else "",
        f"<= {goal.limit:g}{times}",
        state,
    ]


def _yardstick_title(verdict: Verdict) -> str:
    yardstick = verdict.goal.yardstick
    if yardstick is None:
        return ""
    own = {"echo_ms": "key echo", "open_100_ms": "open 100", "more_100_ms": "in 100"}
    return own[yardstick.samples] if yardstick.program == "console" else _TITLES[yardstick.program]


def _number(value: float | None, unit: str = "") -> str:
    if value is None:
        return "-"
    if math.isinf(value):
        return "never"
    return (f"{value:.3g}" if value < 100 else f"{value:,.0f}") + unit


def _table(rows: Sequence[Sequence[str]], left: set[int]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = (
        "  ".join(
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
    return "\n".join(lines)
