"""The log of a day: how the line fared, and not a word of anybody's."""

import logging

import pytest

from tests.core.desk import ANA, draft, message
from tests.engine.fakes import UNAUTHORIZED
from tms_tui.core.state import Moment
from tms_tui.domain.effects import ReadSessions, SessionQuery, Transmit
from tms_tui.domain.errors import Ending, EndingKind, Failure, FailureKind
from tms_tui.domain.events import (
    AskFailed,
    Event,
    KeepFailed,
    Leaving,
    LinkLost,
    LinkProven,
    LinkRouted,
    LinkWelcomed,
    MessageArrived,
    RenewFailed,
    SendAsked,
    ServerComplained,
    SignedIn,
    TokenRenewed,
    Unread,
    Woke,
)
from tms_tui.domain.ids import AgentId, Cursor
from tms_tui.domain.text import CleanText
from tms_tui.engine.journal import Journal, journalled

NOW = Moment(1.0, 2.0)
CANARY = CleanText("canary of a customer")


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, logger="tms_tui")
    return caplog


def told(log: pytest.LogCaptureFixture, *events: Event) -> list[str]:
    journal = Journal()
    for event in events:
        journal(event, NOW)
    return [record.getMessage() for record in log.records]


def test_the_line_is_told_by_kinds_and_codes(log: pytest.LogCaptureFixture) -> None:
    assert told(
        log,
        LinkRouted(CleanText("proxy:1")),
        LinkWelcomed(AgentId("ana"), 0.0, True, Cursor("1")),
        LinkProven(0.0123),
        LinkLost(Ending(EndingKind.CLOSED, 1012, CANARY)),
        LinkLost(Ending(EndingKind.UNREACHED, words=CleanText("Connection refused"))),
        TokenRenewed(900.0),
        RenewFailed(UNAUTHORIZED),
        Woke(300.0),
        Leaving(),
    ) == [
        "a proxy is used",
        "line is up, resumed",
        "ping answered after 12 ms",
        "line ended: closed 1012",
        "line ended: unreached (Connection refused)",
        "token renewed for 900 s",
        "token not renewed: unauthorized 401",
        "woke after 300 s",
        "leaving",
    ]


def test_nobodys_words_are_in_it(log: pytest.LogCaptureFixture) -> None:
    failure = Failure(FailureKind.INVALID, 422, code=CANARY, words=CANARY)
    lines = told(
        log,
        SignedIn(ANA, 900.0),
        MessageArrived(message(1, text=CANARY)),
        SendAsked(draft(text=CANARY)),
        AskFailed(Transmit(draft(text=CANARY)), failure),
        AskFailed(ReadSessions(SessionQuery(text=CANARY)), failure),
        Unread("bad_json", CANARY),
        ServerComplained(CANARY, CANARY, False),
        KeepFailed(CANARY),
        LinkLost(Ending(EndingKind.REFUSED, 500, CANARY)),
        LinkLost(Ending(EndingKind.REDIRECTED, 302, CANARY)),
    )
    assert len(lines) == 8
    assert not any("canary" in line or "ana" in line.lower() for line in lines)


def test_the_same_rubbish_is_said_once(log: pytest.LogCaptureFixture) -> None:
    assert len(told(log, *(Unread(kind, CANARY) for kind in ("one", "two", "one")))) == 2


def test_without_a_log_nothing_stands_beside_the_recorder() -> None:
    seen: list[Event] = []

    def record(event: Event, _: Moment) -> None:
        seen.append(event)

    assert journalled(None) is None
    assert journalled(record) is record


def test_with_a_log_both_hear_of_everything(log: pytest.LogCaptureFixture) -> None:
    seen: list[Event] = []
    both = journalled(lambda event, _: seen.append(event))
    assert both is not None
    both(Leaving(), NOW)
    assert seen == [Leaving()]
    assert log.messages == ["leaving"]
