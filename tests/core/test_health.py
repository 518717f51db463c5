"""What is counted and measured of the line, by clocks that disagree."""

import pytest

from tests.core.desk import EPOCH, Desk, conversation, message
from tms_tui.core.health import EVENTS_REMEMBERED, Health, brought_twice, came_up, delivered, proven, summary
from tms_tui.domain.changes import Announced, CountersChanged, NoticeKind
from tms_tui.domain.effects import ReadLog, ReadSessions
from tms_tui.domain.errors import Ending, EndingKind
from tms_tui.domain.events import (
    LinkLost,
    LinkProven,
    LinkRouted,
    LinkWelcomed,
    LogRead,
    MessageArrived,
    SessionsRead,
    Unread,
)
from tms_tui.domain.ids import AgentId, Cursor
from tms_tui.domain.policy import DELIVERY_BOUNDS
from tms_tui.domain.text import CleanText
from tms_tui.domain.value import replace

HOUR = 3600.0


def welcome(server_time: float) -> LinkWelcomed:
    return LinkWelcomed(AgentId("ana"), server_time, True, Cursor("0"))


def live(server_time: float) -> Desk:
    """A desk with an open socket whose server says it is `server_time`."""
    desk = Desk()
    desk.sign_in(lifetime=10.0**6)
    for asked in desk.took(ReadSessions):
        desk.take(SessionsRead(asked.query, (conversation(),), None, Cursor("0")))
    desk.take(welcome(server_time))
    for asked_log in desk.took(ReadLog):
        desk.take(LogRead(asked_log.after, (), Cursor("0"), has_more=False))
    return desk


@pytest.mark.parametrize("ahead", [0.0, 2 * HOUR, -2 * HOUR])
def test_delivery_is_measured_by_the_servers_clock_whatever_this_computers_says(ahead: float) -> None:
    desk = live(server_time := EPOCH + 100.0 + ahead)
    desk.advance(5.0)
    stored_at = server_time + 4.7
    desk.take(MessageArrived(replace(message(1), created_at=stored_at), Cursor("1")))
    assert list(desk.state.health.deliveries) == [pytest.approx(0.3, abs=1e-4)]
    assert desk.state.health.delivery_counts[DELIVERY_BOUNDS.index(0.5)] == 1


def test_what_waited_for_the_line_and_what_came_before_is_not_measured_again() -> None:
    server_time = EPOCH + 100.0
    desk = live(server_time)
    missed = replace(message(1), created_at=server_time - 30.0)
    fresh = replace(message(2), created_at=server_time)
    desk.take(*(MessageArrived(one, Cursor(one.id)) for one in (missed, fresh, fresh)))
    assert len(desk.state.health.deliveries) == 1


def test_half_a_ping_is_the_way_of_the_welcome() -> None:
    health = Health()
    came_up(health, now=10.0, here=EPOCH, server_time=EPOCH)
    proven(health, 0.4)
    delivered(health, EPOCH + 1.0, now=11.5)
    assert list(health.deliveries) == [pytest.approx(0.7, abs=1e-4)]


def test_nothing_comes_before_it_is_stored_however_late_the_welcome_was_read() -> None:
    health = Health()
    came_up(health, now=10.5, here=EPOCH, server_time=EPOCH)
    delivered(health, EPOCH + 1.0, now=11.1)
    delivered(health, EPOCH + 2.0, now=12.3)
    assert list(health.deliveries) == [0.0, pytest.approx(0.2, abs=1e-4)]


def test_a_message_that_reading_found_first_counts_with_the_time_it_took() -> None:
    server_time = EPOCH + 100.0
    desk = live(server_time)
    desk.advance(20.0)
    (asked,) = desk.took(ReadLog)
    late = MessageArrived(replace(message(1), created_at=server_time + 2.0), Cursor("1"))
    desk.take(LogRead(asked.after, (late,), Cursor("1"), has_more=False))
    assert list(desk.state.health.deliveries) == [pytest.approx(18.0, abs=1e-4)]


def test_percentiles_are_values_that_were_measured() -> None:
    found = summary([float(number) for number in range(1, 101)])
    assert found is not None
    assert (found.count, found.median, found.p95, found.p99, found.longest) == (100, 51.0, 96.0, 100.0, 100.0)
    assert summary([]) is None


def test_an_event_brought_again_is_counted_however_it_comes_back() -> None:
    desk = live(EPOCH)
    one = MessageArrived(message(1), Cursor("1"))
    desk.take(one)
    desk.changes.clear()
    desk.take(one, one)
    assert desk.state.health.duplicates == 2
    assert desk.saw(CountersChanged)


def test_only_so_many_events_are_remembered() -> None:
    health = Health()
    for number in range(EVENTS_REMEMBERED + 1):
        assert not brought_twice(health, Cursor(str(number)))
    assert brought_twice(health, Cursor("1"))
    assert not brought_twice(health, Cursor("0"))
    assert len(health.heard.known) == len(health.heard.order) == EVENTS_REMEMBERED


def test_the_history_tells_how_long_the_line_was_up_and_away() -> None:
    desk = live(EPOCH)
    desk.advance(60.0)
    desk.take(LinkLost(Ending(EndingKind.CLOSED, 1012, CleanText("restart"))))
    for _ in range(3):
        desk.advance(2.0)
        desk.take(LinkLost(Ending(EndingKind.UNREACHED)))
    desk.advance(4.0)
    desk.take(welcome(EPOCH))
    up, down, failed, up_again = desk.state.health.turns
    assert (up.ending, up_again.ending) == (None, None)
    assert (down.was_up, down.lasted) == (True, 60.0)
    assert (failed.attempts, failed.was_up) == (3, False)
    assert failed.until == failed.at + 4.0
    assert up_again.lasted == 10.0


def test_hours_of_attempts_do_not_push_the_rest_of_the_history_out() -> None:
    desk = live(EPOCH)
    desk.take(LinkLost(Ending(EndingKind.LOST)))
    for _ in range(1000):
        desk.take(LinkLost(Ending(EndingKind.UNREACHED)))
    assert len(desk.state.health.turns) == 3
    assert desk.state.health.failures == 1001


@pytest.mark.parametrize(("ahead", "kind"), [(400.0, NoticeKind.CLOCK_BEHIND), (-400.0, NoticeKind.CLOCK_AHEAD)])
def test_a_clock_that_is_wrong_is_said_once(ahead: float, kind: NoticeKind) -> None:
    desk = live(EPOCH + 100.0 + ahead)
    desk.take(LinkLost(Ending(EndingKind.LOST)), welcome(EPOCH + 100.0 + ahead))
    said = [change.notice for change in desk.saw(Announced) if change.notice.kind is kind]
    assert [notice.count for notice in said] == [7]


def test_a_clock_that_is_nearly_right_is_not_worth_a_word() -> None:
    desk = live(EPOCH + 100.0 + 59.0)
    assert not [change for change in desk.saw(Announced) if "clock" in change.notice.kind]


def test_the_proxy_is_known_by_its_name() -> None:
    desk = live(EPOCH)
    desk.take(LinkRouted(CleanText("proxy.test:3128")))
    assert desk.state.health.proxy == "proxy.test:3128"


def test_what_cannot_be_read_tells_the_page() -> None:
    desk = live(EPOCH)
    desk.changes.clear()
    desk.take(LinkProven(0.1), Unread("bad_json", CleanText("words")))
    assert len(desk.saw(CountersChanged)) == 2
    assert desk.state.health.unread["bad_json"] == 1
