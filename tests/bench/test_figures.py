"""Figures, goals and tables say what the samples say."""

import math

import pytest

from tests.bench.figures import WORST, Figure, quantile
from tests.bench.goals import GOALS, Goal, judge
from tests.bench.report import goals_table, programs_table

ECHO = Goal("echo", Figure("console", "echo_ms"), 4, Figure("weechat", "echo_ms"))
MEMORY = Goal("memory", Figure("console", "memory_mib"), 150, unit="MiB")


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.95, 95), (0.99, 99), (WORST, 100), (0.0, 1), (0.001, 1)])
def test_a_quantile_is_the_nearest_rank(share: float, value: float) -> None:
    assert quantile(list(range(100, 0, -1)), share) == value


def test_what_was_never_seen_is_infinite_and_misses() -> None:
    samples = [1.0] * 98 + [math.inf] * 2
    assert (quantile(samples, 0.5), quantile(samples, 0.99)) == (1.0, math.inf)
    verdict = judge(MEMORY, [{"console": {"memory_mib": [math.inf]}}])
    assert not verdict.met
    assert "never" in goals_table([verdict])


def test_ratios_are_taken_inside_a_round() -> None:
    rounds = [
        {"console": {"echo_ms": [2.0]}, "weechat": {"echo_ms": [1.0]}},
        {"console": {"echo_ms": [30.0]}, "weechat": {"echo_ms": [10.0]}},
        {"console": {"echo_ms": [9.0]}, "weechat": {"echo_ms": [1.0]}},
    ]
    verdict = judge(ECHO, rounds)
    assert (verdict.measured, verdict.yardstick, verdict.value, verdict.met) == (9.0, 1.0, 3.0, True)


def test_a_goal_over_its_limit_is_missed() -> None:
    verdict = judge(ECHO, [{"console": {"echo_ms": [4.1]}, "weechat": {"echo_ms": [1.0]}}])
    assert not verdict.met
    assert goals_table([verdict]).endswith("MISSED")


def test_a_limit_of_nothing_holds_only_for_nothing() -> None:
    idle = Goal("idle", Figure("console", "idle_bytes"), 0, unit="bytes")
    assert judge(idle, [{"console": {"idle_bytes": [0.0]}}]).met
    assert not judge(idle, [{"console": {"idle_bytes": [1.0]}}]).met


@pytest.mark.parametrize("measured", [{}, {"console": {"echo_ms": [1.0]}}, {"weechat": {"echo_ms": [1.0]}}])
def test_what_was_not_measured_is_not_met(measured: dict[str, dict[str, list[float]]]) -> None:
    verdict = judge(ECHO, [measured])
    assert not verdict.met
    assert "not measured" in goals_table([verdict])


def test_the_programs_stand_side_by_side() -> None:
    table = programs_table([{"weechat": {"echo_ms": [1.0, 2.0]}, "console": {"echo_ms": [3.0, 4.0]}}])
    head, p50, *_, worst = table.splitlines()
    assert head.split() == ["figure", "tms-chat", "WeeChat"]
    assert p50.split() == ["echo_ms", "p50", "3", "1"]
    assert worst.split() == ["echo_ms", "max", "4", "2"]


def test_every_goal_has_words_of_its_own_or_a_yardstick_of_its_own() -> None:
    assert len({(goal.words, goal.yardstick) for goal in GOALS}) == len(GOALS)
