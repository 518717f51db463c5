"""Endings that mean more when they come in a row, and a server that asks for rest."""

from collections.abc import Callable

import pytest

from tests.core.desk import TALK, Desk, conversation, draft
from tms_tui.core.select import Badge, badge
from tms_tui.core.state import Stage
from tms_tui.domain.changes import Announced, NoticeKind
from tms_tui.domain.effects import OpenLink, ReadLog, ReadSessions, Request, TimerKind, Transmit
from tms_tui.domain.entries import Delivery
from tms_tui.domain.errors import Ending, EndingKind, Failure, FailureKind
from tms_tui.domain.events import AskFailed, LinkLost, LinkProven, LinkWelcomed, LogRead, SendAsked, SessionsRead
from tms_tui.domain.ids import AgentId, Cursor

DONE = Ending(EndingKind.CLOSED, 1000)
GARBLED = Ending(EndingKind.CLOSED, 1002)
ELSEWHERE = Ending(EndingKind.REFUSED, 404)
UNTRUSTED = Ending(EndingKind.UNTRUSTED)
UNREACHED = Ending(EndingKind.UNREACHED)


@pytest.fixture
def desk() -> Desk:
    """Signed in, everything read, live and stable."""
    desk = Desk()
    desk.sign_in(lifetime=100_000.0)
    for asked in desk.took(ReadSessions):
        desk.take(SessionsRead(asked.query, (conversation(),), None, Cursor("0")))
    comes_back(desk)
    desk.effects.clear()
    assert desk.state.link.stage is Stage.STABLE
    return desk


def comes_back(desk: Desk, lives: float = 11.0) -> None:
    """A socket is welcomed and lives on."""
    desk.take(LinkWelcomed(AgentId("ana"), 0.0, True, Cursor("0")), LinkProven(0.01))
    answer(desk)
    desk.advance(lives)
    answer(desk)


def answer(desk: Desk) -> None:
    for read in desk.took(ReadLog):
        desk.take(LogRead(read.after, (), Cursor("0"), has_more=False))


def unstable(desk: Desk) -> int:
    """How often it was said that the line keeps breaking."""
    return [change.notice.kind for change in desk.saw(Announced)].count(NoticeKind.UNSTABLE)


def wait(desk: Desk) -> float:
    return desk.alarm(TimerKind.RECONNECT) or 0.0


def test_a_server_that_keeps_closing_without_a_reason_is_asked_once_a_minute(desk: Desk) -> None:
    waits = []
    for _ in range(3):
        desk.take(LinkLost(DONE))
        waits.append(wait(desk))
        comes_back(desk)
    assert waits[:2] == [1.0, 1.0], "as after a restart"
    assert waits[2] == 66.0
    assert unstable(desk) == 1


def test_closings_far_apart_mean_nothing(desk: Desk) -> None:
    for _ in range(5):
        desk.take(LinkLost(DONE))
        assert wait(desk) == 1.0
        comes_back(desk, lives=31.0)
    assert unstable(desk) == 0


@pytest.mark.parametrize("ending", [GARBLED, ELSEWHERE], ids=["protocol errors", "no chat server"])
def test_three_in_a_row_of_what_no_chat_server_says_leave_reading_alone(desk: Desk, ending: Ending) -> None:
    desk.take(LinkLost(Ending(EndingKind.LOST)))
    for expected in (False, False, True, True):
        desk.take(LinkLost(ending))
        assert (wait(desk) >= 60.0) is expected
    assert unstable(desk) == 1
    answer(desk)
    shown = badge(desk.state)
    assert (shown.unstable, shown.polling, shown.stopped) == (True, True, False)


def test_something_else_in_between_begins_the_row_anew(desk: Desk) -> None:
    desk.take(LinkLost(Ending(EndingKind.LOST)))
    for ending in (ELSEWHERE, ELSEWHERE, UNREACHED, ELSEWHERE, ELSEWHERE):
        desk.take(LinkLost(ending))
        assert wait(desk) <= 16.0


def test_protocol_errors_begin_at_the_fourth_cap(desk: Desk) -> None:
    desk.chance = 0.999
    desk.take(LinkLost(GARBLED))
    assert wait(desk) == pytest.approx(8.0, abs=0.1)


def test_a_certificate_stops_the_line_when_it_is_bad_three_times_in_a_row_whatever_went_before(desk: Desk) -> None:
    for ending in (Ending(EndingKind.LOST), *[UNREACHED] * 5, UNTRUSTED, UNREACHED, UNTRUSTED, UNTRUSTED):
        desk.take(LinkLost(ending))
        assert desk.state.link.stage is Stage.WAITING
    desk.take(LinkLost(UNTRUSTED))
    assert badge(desk.state).stopped


def test_a_stable_line_ends_the_talk_of_an_unstable_one(desk: Desk) -> None:
    for _ in range(4):
        desk.take(LinkLost(Ending(EndingKind.CLOSED, 1011)))
        assert badge(desk.state).unstable is (wait(desk) >= 60.0)
        desk.advance(wait(desk))
        comes_back(desk, lives=1.0)
    assert unstable(desk) == 1
    desk.advance(10.0)
    assert badge(desk.state) == Badge(badge(desk.state).kind)
    assert not desk.state.link.unstable


def test_five_minutes_of_flapping_are_few_connections_and_one_word(desk: Desk) -> None:
    opened, end = 0, desk.now + 300.0
    desk.take(LinkLost(Ending(EndingKind.LOST)))
    while desk.now < end:
        desk.advance(0.5)
        answer(desk)
        if desk.took(OpenLink):
            opened += 1
            comes_back(desk, lives=2.0)
            desk.take(LinkLost(Ending(EndingKind.LOST)))
    assert 3 <= opened <= 60
    assert unstable(desk) == 1


TOO_MANY = Failure(FailureKind.TOO_MANY, 429, retry_after=7.0)


def log_refused(desk: Desk, failure: Failure) -> None:
    desk.advance(desk.alarm(TimerKind.POLL) or 0.0)
    (read,) = desk.took(ReadLog)
    desk.take(AskFailed(read, failure))


def send_refused(desk: Desk, failure: Failure) -> None:
    desk.take(SendAsked(draft("s0")))
    (sent,) = desk.took(Transmit)
    desk.take(AskFailed(sent, failure))


def line_refused(desk: Desk, failure: Failure) -> None:
    desk.take(LinkLost(Ending(EndingKind.LOST)))
    answer(desk)
    desk.take(LinkLost(Ending(EndingKind.REFUSED, 429, retry_after=failure.retry_after)))


each_refused = pytest.mark.parametrize("refused", [log_refused, send_refused, line_refused])


@each_refused
def test_a_refusal_for_one_holds_all_back_until_the_server_wants_more(
    desk: Desk, refused: Callable[[Desk, Failure], None]
) -> None:
    refused(desk, TOO_MANY)
    until = desk.now + 7.0
    desk.effects.clear()
    desk.take(SendAsked(draft("s1")), LinkLost(UNREACHED))
    desk.advance(6.9)
    assert [one for one in desk.took(object) if isinstance(one, Request | OpenLink)] == []
    assert {send.delivery for send in desk.state.outbox.of(TALK)} == {Delivery.QUEUED}
    desk.advance(until - desk.now)
    assert len(desk.took(Transmit)) == 1
    assert len(desk.took(ReadLog)) == 1
    said = [change.notice for change in desk.saw(Announced) if change.notice.kind is NoticeKind.HELD_BACK]
    assert len(said) == 1


@each_refused
def test_without_a_word_of_how_long_it_is_half_a_minute(desk: Desk, refused: Callable[[Desk, Failure], None]) -> None:
    refused(desk, Failure(FailureKind.TOO_MANY, 429))
    desk.effects.clear()
    desk.advance(29.9)
    assert desk.took(ReadLog) == []
    desk.advance(7.0)
    assert desk.took(ReadLog) != []


def test_a_second_of_rest_is_kept_and_not_announced(desk: Desk) -> None:
    send_refused(desk, Failure(FailureKind.TOO_MANY, 429, retry_after=1.0))
    assert NoticeKind.HELD_BACK not in {change.notice.kind for change in desk.saw(Announced)}
    desk.advance(1.0)
    assert len(desk.took(Transmit)) == 1


def test_a_shorter_rest_does_not_end_a_longer_one(desk: Desk) -> None:
    log_refused(desk, Failure(FailureKind.TOO_MANY, 429, retry_after=60.0))
    desk.take(LinkLost(Ending(EndingKind.REFUSED, 429, retry_after=1.0)))
    assert wait(desk) >= 60.0
