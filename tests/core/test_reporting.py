"""Counters for a server that asks for them: when, how much, and each thing once."""

import pytest

from tests.core.desk import EPOCH, Desk, message
from tms_tui.domain.effects import PostMetrics, TimerKind
from tms_tui.domain.errors import Ending, EndingKind, Failure, FailureKind
from tms_tui.domain.events import AskFailed, LinkLost, LinkWelcomed, MessageArrived, MetricsPosted, Unread
from tms_tui.domain.ids import AgentId, Cursor
from tms_tui.domain.text import CleanText
from tms_tui.domain.value import replace

RUBBISH = Unread("bad_json", CleanText("words"))


def welcome(every: float | None) -> LinkWelcomed:
    return LinkWelcomed(AgentId("ana"), EPOCH + 100.0, True, Cursor("0"), every)


@pytest.fixture
def desk() -> Desk:
    """Welcomed by a server that wants a report each minute, the first one told."""
    desk = Desk(chance=0.25)
    desk.sign_in(lifetime=10.0**6)
    desk.take(welcome(60.0))
    desk.advance(15.0)
    desk.take(MetricsPosted())
    assert desk.took(PostMetrics)[0].connects == 1
    return desk


def test_nobody_is_told_who_does_not_ask() -> None:
    desk = Desk()
    desk.sign_in(lifetime=10.0**6)
    desk.take(welcome(None))
    assert desk.alarm(TimerKind.REPORT) is None
    desk.advance(600.0)
    assert desk.took(PostMetrics) == []


@pytest.mark.parametrize(("asked", "least"), [(60.0, 60.0), (0.0, 10.0), (-5.0, 10.0)])
def test_the_first_comes_at_random_and_the_next_as_asked_never_too_often(asked: float, least: float) -> None:
    desk = Desk(chance=0.75)
    desk.sign_in(lifetime=10.0**6)
    desk.take(welcome(asked))
    assert desk.alarm(TimerKind.REPORT) == least * 0.75
    desk.advance(least * 0.75)
    assert desk.alarm(TimerKind.REPORT) == least


def test_a_report_holds_what_came_since_the_last_one(desk: Desk) -> None:
    fresh = (
        replace(message(seq), created_at=EPOCH + 100.0 + 15.0 - took) for seq, took in ((1, 0.2), (2, 0.5), (3, 7))
    )
    desk.take(RUBBISH, *(MessageArrived(one, Cursor(one.id)) for one in fresh))
    desk.advance(60.0)
    (report,) = desk.took(PostMetrics)
    assert (report.connects, report.unread_frames, report.latency_count) == (0, 1, 3)
    assert report.latency_sum == pytest.approx(7.7, abs=1e-3)
    counts = dict(report.latency)
    assert [counts[bound] for bound in (0.05, 0.25, 0.5, 5.0, 10.0, 30.0)] == [0, 1, 2, 2, 3, 3]
    desk.take(MetricsPosted())
    desk.advance(60.0)
    assert desk.took(PostMetrics)[0] == replace(PostMetrics(), latency=tuple((bound, 0) for bound in counts))


def test_what_was_not_answered_is_in_the_next_one_and_two_are_never_under_way(desk: Desk) -> None:
    desk.take(RUBBISH)
    desk.advance(60.0)
    (report,) = desk.took(PostMetrics)
    desk.advance(60.0)
    assert desk.took(PostMetrics) == []
    desk.take(RUBBISH, AskFailed(report, Failure(FailureKind.NO_ANSWER)))
    desk.advance(60.0)
    assert [one.unread_frames for one in desk.took(PostMetrics)] == [2]


def test_without_a_line_nothing_is_posted_and_nothing_is_forgotten(desk: Desk) -> None:
    desk.take(RUBBISH, LinkLost(Ending(EndingKind.LOST)))
    desk.advance(120.0)
    assert desk.took(PostMetrics) == []
    desk.take(welcome(60.0))
    desk.advance(60.0)
    (report,) = desk.took(PostMetrics)
    assert (report.unread_frames, report.failures, report.connects, report.reconnects) == (1, 1, 1, 1)


def test_no_figure_is_larger_than_a_server_takes(desk: Desk) -> None:
    desk.state.health.duplicates = 10**9
    desk.advance(60.0)
    assert [one.duplicates for one in desk.took(PostMetrics)] == [10**6]
