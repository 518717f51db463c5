"""What the console must reach: each goal a figure, its yardstick in the same round, and a limit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tests.bench.figures import WORST, Figure, Round, median


@dataclass(frozen=True, slots=True)
class Goal:
    """With a yardstick `limit` bounds the ratio to it, without one the figure itself, in `unit`."""

    words: str
    figure: Figure
    limit: float
    yardstick: Figure | None = None
    unit: str = "ms"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A goal's medians over the rounds; `value` is what the limit bounds. None: not measured."""

    goal: Goal
    measured: float | None
    yardstick: float | None
    value: float | None

    @property
    def met(self) -> bool:
        """Not measured is not met."""
        return self.value is not None and self.value <= self.goal.limit


def judge(goal: Goal, rounds: Sequence[Round]) -> Verdict:
    """Ratios are taken inside each round, then their median."""
    measured = [goal.figure.of(each) for each in rounds]
    if goal.yardstick is None:
        return Verdict(goal, median(measured), None, median(measured))
    yardstick = [goal.yardstick.of(each) for each in rounds]
    ratios = [
        mine / theirs if mine is not None and theirs else None for mine, theirs in zip(measured, yardstick, strict=True)
    ]
    return Verdict(goal, median(measured), median(yardstick), median(ratios))


def _console(samples: str, share: float = 0.5) -> Figure:
    return Figure("console", samples, share)


def _against(program: str, words: str, samples: str, limit: float, share: float = 0.5, unit: str = "ms") -> Goal:
    return Goal(words, _console(samples, share), limit, Figure(program, samples, share), unit)


def _within(words: str, samples: str, limit: float, unit: str, share: float = 0.5) -> Goal:
    return Goal(words, _console(samples, share), limit, unit=unit)


GOALS: Final = (
    _against("hello", "start to a usable desk", "usable_ms", 1.5),
    _against("python", "start to a first frame", "first_frame_ms", 2),
    _against("weechat", "key to its echo, idle, p50", "echo_ms", 4),
    _against("weechat", "key to its echo, idle, p99", "echo_ms", 5, 0.99),
    _against("weechat", "key to its echo at 200 messages/s, p50", "busy_echo_ms", 5),
    _against("weechat", "key to its echo at 200 messages/s, p99", "busy_echo_ms", 4, 0.99),
    Goal("Enter to the pending row, p95", _console("enter_ms", 0.95), 2, _console("echo_ms", 0.95)),
    _against("weechat", "frame to text, idle, p50", "message_ms", 2.5),
    _against("weechat", "frame to text, idle, p99", "message_ms", 3, 0.99),
    _against("weechat", "frame to text at 200 messages/s, p50", "busy_message_ms", 5),
    _against("weechat", "frame to text at 200 messages/s, p99", "busy_message_ms", 7, 0.99),
    Goal("open 10,000 held messages", _console("open_10000_ms"), 2, _console("open_100_ms")),
    Goal("open 100,000 held messages", _console("open_100000_ms"), 2, _console("open_100_ms")),
    Goal("one more message in 100,000", _console("more_100000_ms"), 1.5, _console("more_100_ms")),
    _against("weechat", "burst of 10,000, last one visible", "burst_s", 0.15, unit="s"),
    _against("irssi", "burst of 10,000, last one visible", "burst_s", 0.5, unit="s"),
    _within("key to its echo during a burst, worst", "burst_echo_ms", 50, "ms", WORST),
    _within("idle for 30 s: written to the terminal", "idle_bytes", 0, "bytes"),
    _within("idle for 30 s: CPU", "idle_cpu_percent", 0.3, "%"),
    _within("memory, 200 conversations, 100,000 messages", "memory_mib", 150, "MiB"),
)
