"""The socket's life: what each ending means, and the pace of coming back."""

import random

import pytest

from tests.core.desk import Desk
from tms_tui.core.select import BadgeKind, badge
from tms_tui.core.state import Stage
from tms_tui.domain.changes import Announced, NoticeKind, SignInNeeded
from tms_tui.domain.effects import CloseLink, OpenLink, ProveLink, ReadLog, ReadSessions, RenewToken, TimerKind
from tms_tui.domain.errors import Ending, EndingKind, Failure, FailureKind
from tms_tui.domain.events import (
    AskFailed,
    LinkLost,
    LinkProven,
    LinkWelcomed,
    LogRead,
    ReconnectAsked,
    RenewFailed,
    SessionsRead,
    TokenRenewed,
    Woke,
)
from tms_tui.domain.ids import AgentId, Cursor
from tms_tui.domain.policy import (
    BACKOFF_CAPS,
    BACKOFF_FLOOR,
    RENEW_AGAIN_AFTER,
    RENEW_REPEATED_AFTER,
    RENEW_REPEATS,
    RENEW_WITHIN,
)

GONE = Ending(EndingKind.LOST)
UNREACHED = Ending(EndingKind.UNREACHED)


def welcome(*, resumed: bool = False, cursor: str = "10") -> LinkWelcomed:
    return LinkWelcomed(AgentId("ana"), 0.0, resumed, Cursor(cursor))


@pytest.fixture
def desk() -> Desk:
    """Signed in, everything read, live and stable."""
    desk = Desk()
    desk.sign_in(lifetime=100_000.0)
    for asked in desk.took(ReadSessions):
        desk.take(SessionsRead(asked.query, (), None, Cursor("10")))
    desk.take(welcome(), LogRead(Cursor("10"), (), Cursor("10"), has_more=False))
    desk.take(LogRead(Cursor("10"), (), Cursor("10"), has_more=False), LinkProven(0.01))
    desk.advance(11.0)
    desk.effects.clear()
    assert desk.state.link.stage is Stage.STABLE
    return desk


def test_it_says_live_only_after_the_welcome() -> None:
    desk = Desk()
    desk.sign_in()
    assert len(desk.took(OpenLink)) == 1
    assert badge(desk.state).kind is BadgeKind.CONNECTING
    desk.take(welcome())
    assert badge(desk.state).kind is BadgeKind.LIVE
    assert len(desk.took(ProveLink)) == 1


def test_a_socket_without_a_welcome_is_given_up() -> None:
    desk = Desk()
    desk.sign_in()
    desk.advance(9.9)
    assert desk.took(CloseLink) == []
    desk.advance(0.2)
    assert desk.took(CloseLink) == [CloseLink(EndingKind.NO_WELCOME)]


@pytest.mark.parametrize("chance", [0.0, 0.5, 0.999])
def test_the_waits_follow_the_table_for_ever(desk: Desk, chance: float) -> None:
    desk.chance = chance
    desk.take(LinkLost(GONE))
    for step in range(12):
        wait = desk.alarm(TimerKind.RECONNECT)
        cap = BACKOFF_CAPS[min(step, 4)]
        assert wait == pytest.approx(BACKOFF_FLOOR + chance * (cap - BACKOFF_FLOOR))
        desk.advance(wait or 0.0)
        assert len(desk.took(OpenLink)) == 1
        desk.take(LinkLost(UNREACHED))


@pytest.mark.parametrize("seed", range(100))
def test_it_never_hammers_a_server_that_is_away(seed: int) -> None:
    chance = random.Random(seed)
    desk = Desk(chance=chance.random())
    desk.sign_in(lifetime=100_000.0)
    desk.take(LinkLost(UNREACHED))
    end, attempts = desk.now + 60.0, -1
    while desk.now < end:
        attempts += len(desk.took(OpenLink))
        desk.chance = chance.random()
        desk.take(LinkLost(UNREACHED))
        desk.advance(desk.alarm(TimerKind.RECONNECT) or 0.0)
    assert 4 <= attempts <= 18


def test_an_accept_alone_does_not_reset_the_waits(desk: Desk) -> None:
    desk.take(LinkLost(GONE))
    for _ in range(2):
        desk.advance(desk.alarm(TimerKind.RECONNECT) or 0.0)
        desk.take(welcome(resumed=True))
        desk.advance(1.0)
        desk.take(LinkLost(GONE))
    assert desk.state.link.step == 3


def test_a_server_that_closes_at_once_again_and_again_opens_the_circuit(desk: Desk) -> None:
    opened = 0
    desk.take(LinkLost(GONE))
    for _ in range(600):
        desk.advance(0.1)
        if desk.took(OpenLink):
            opened += 1
            desk.take(welcome(resumed=True), LinkLost(Ending(EndingKind.CLOSED, 1011)))
    assert 3 <= opened <= 10


def test_a_stable_line_resets_everything(desk: Desk) -> None:
    desk.take(LinkLost(GONE))
    desk.advance(desk.alarm(TimerKind.RECONNECT) or 0.0)
    desk.take(welcome(resumed=True), LinkProven(0.02))
    assert desk.state.link.step == 1
    desk.advance(10.0)
    assert (desk.state.link.step, desk.state.link.tries) == (0, 0)


def test_going_away_is_tried_again_within_two_seconds(desk: Desk) -> None:
    desk.chance = 0.9
    desk.take(LinkLost(Ending(EndingKind.CLOSED, 1012)))
    assert desk.alarm(TimerKind.RECONNECT) == pytest.approx(1.8)


@pytest.mark.parametrize(
    ("ending", "least"),
    [
        (Ending(EndingKind.REFUSED, 429, retry_after=42.0), 42.0),
        (Ending(EndingKind.REFUSED, 429), 30.0),
        (Ending(EndingKind.REFUSED, 503, retry_after=7.0), 7.0),
        (Ending(EndingKind.CLOSED, 1013), 15.0),
        (Ending(EndingKind.CLOSED, 4429), 15.0),
    ],
)
def test_a_server_that_asks_for_time_gets_it(desk: Desk, ending: Ending, least: float) -> None:
    desk.chance = 0.0
    desk.take(LinkLost(ending))
    assert (desk.alarm(TimerKind.RECONNECT) or 0.0) >= least


@pytest.mark.parametrize("ending", [Ending(EndingKind.CLOSED, 4401), Ending(EndingKind.REFUSED, 401)])
def test_a_refused_token_is_renewed_once_then_the_agent_is_asked(desk: Desk, ending: Ending) -> None:
    desk.take(LinkLost(ending))
    assert len(desk.took(RenewToken)) == 1
    desk.take(TokenRenewed(900.0))
    assert len(desk.took(OpenLink)) == 1
    desk.take(LinkLost(ending))
    assert desk.took(RenewToken) == []
    assert len(desk.saw(SignInNeeded)) == 1
    assert desk.state.link.stage is Stage.STOPPED


@pytest.mark.parametrize(
    "ending",
    [
        Ending(EndingKind.CLOSED, 4403),
        Ending(EndingKind.REFUSED, 403),
        Ending(EndingKind.REDIRECTED, 302),
        Ending(EndingKind.CLEARTEXT),
    ],
)
def test_hopeless_endings_stop_until_the_agent_asks(desk: Desk, ending: Ending) -> None:
    desk.take(LinkLost(ending))
    desk.advance(3600.0)
    assert desk.took(OpenLink) == []
    assert badge(desk.state).stopped
    desk.take(ReconnectAsked())
    assert len(desk.took(OpenLink)) == 1


@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        (Ending(EndingKind.CLOSED, 4403), FailureKind.FORBIDDEN),
        (Ending(EndingKind.CLOSED, 1008), FailureKind.FORBIDDEN),
        (Ending(EndingKind.CLOSED, 4409), FailureKind.REPLACED),
        (Ending(EndingKind.REFUSED, 403), FailureKind.FORBIDDEN),
        (Ending(EndingKind.REDIRECTED, 302), FailureKind.REDIRECTED),
        (Ending(EndingKind.CLEARTEXT), FailureKind.CLEARTEXT),
    ],
)
def test_why_it_stopped_is_said_as_it_is(desk: Desk, ending: Ending, kind: FailureKind) -> None:
    desk.changes.clear()
    desk.take(LinkLost(ending))
    [why] = [change.notice.failure for change in desk.saw(Announced) if change.notice.kind is NoticeKind.STOPPED]
    assert why is not None
    assert why.kind is kind
    assert desk.state.sign_in_needed is None


def test_reconnect_is_obeyed_at_most_every_other_second(desk: Desk) -> None:
    desk.take(LinkLost(GONE), ReconnectAsked())
    assert len(desk.took(OpenLink)) == 1
    desk.take(LinkLost(UNREACHED), ReconnectAsked())
    assert desk.took(OpenLink) == []


def test_polling_begins_with_the_loss_and_the_badge_says_so(desk: Desk) -> None:
    desk.take(LinkLost(GONE))
    (read,) = desk.took(ReadLog)
    assert badge(desk.state).kind is BadgeKind.CONNECTING
    desk.take(LogRead(read.after, (), Cursor("10"), has_more=False))
    assert badge(desk.state).kind is BadgeKind.CONNECTING
    desk.take(LinkLost(UNREACHED))
    shown = badge(desk.state)
    assert (shown.kind, shown.polling) == (BadgeKind.OFFLINE, True)
    desk.advance(3.1)
    assert len(desk.took(ReadLog)) == 1


def test_a_server_that_is_gone_turns_from_connecting_to_offline(desk: Desk) -> None:
    desk.take(LinkLost(GONE))
    (read,) = desk.took(ReadLog)
    desk.take(AskFailed(read, Failure(FailureKind.NOT_REACHED)))
    for _ in range(3):
        desk.take(LinkLost(UNREACHED))
        assert badge(desk.state).kind is BadgeKind.CONNECTING
    desk.take(LinkLost(UNREACHED))
    shown = badge(desk.state)
    assert (shown.kind, shown.polling) == (BadgeKind.OFFLINE, False)


def test_the_token_is_renewed_before_it_ends() -> None:
    desk = Desk()
    desk.sign_in(lifetime=900.0)
    desk.advance(809.0)
    assert desk.took(RenewToken) == []
    desk.advance(2.0)
    assert len(desk.took(RenewToken)) == 1
    desk.take(RenewFailed(Failure(FailureKind.NOT_REACHED)))
    desk.advance(12.0)
    assert len(desk.took(RenewToken)) == 1
    desk.take(RenewFailed(Failure(FailureKind.UNAUTHORIZED)))
    assert len(desk.saw(SignInNeeded)) == 1


@pytest.mark.parametrize(
    "failure",
    [Failure(FailureKind.NO_ANSWER), Failure(FailureKind.UNREADABLE, 200), Failure(FailureKind.SERVER_ERROR, 502)],
)
def test_a_renewal_whose_answer_was_lost_is_repeated_while_the_server_knows_it_again(
    desk: Desk, failure: Failure
) -> None:
    began, tries = desk.now, 1
    desk.take(RenewFailed(failure))
    while desk.now - began < 8.0:
        desk.advance(0.1)
        if desk.took(RenewToken):
            tries += 1
            desk.advance(RENEW_WITHIN[0])
            desk.take(RenewFailed(failure))
    assert tries == 1 + RENEW_REPEATS
    desk.advance(2 * RENEW_AGAIN_AFTER)
    assert len(desk.took(RenewToken)) == 1, "then at the usual pace"


def test_a_line_that_waits_for_a_renewal_whose_answer_was_lost_opens_with_the_repeated_one(desk: Desk) -> None:
    desk.take(LinkLost(Ending(EndingKind.CLOSED, 4401)))
    assert len(desk.took(RenewToken)) == 1
    desk.take(RenewFailed(Failure(FailureKind.NO_ANSWER)))
    desk.took(OpenLink)
    desk.advance(RENEW_REPEATED_AFTER + 0.1)
    assert (len(desk.took(RenewToken)), desk.took(OpenLink)) == (1, [])
    desk.take(TokenRenewed(900.0))
    assert len(desk.took(OpenLink)) == 1


@pytest.mark.parametrize(
    "failure", [Failure(FailureKind.NOT_REACHED), Failure(FailureKind.SERVER_ERROR, 503, retry_after=7.0)]
)
def test_a_renewal_that_did_not_arrive_or_was_put_off_is_not_hurried(desk: Desk, failure: Failure) -> None:
    desk.take(RenewFailed(failure))
    desk.advance(3.0)
    assert desk.took(RenewToken) == []


def test_waking_up_doubts_the_socket(desk: Desk) -> None:
    desk.take(Woke(300.0))
    assert desk.took(CloseLink) == [CloseLink(EndingKind.SILENT)]
