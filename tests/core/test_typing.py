"""Typing: others' dies by itself, one's own is said at most every two seconds."""

import pytest

from tests.core.desk import EVA, JONAS, ME, TALK, Desk, draft, message
from tms_tui.core.select import typists
from tms_tui.domain.effects import SignalTyping
from tms_tui.domain.events import ComposerChanged, ComposerLeft, MessageArrived, SendAsked, TypingSeen
from tms_tui.domain.ids import SessionId


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.sign_in()
    desk.effects.clear()
    return desk


def said(desk: Desk) -> list[bool]:
    return [signal.active for signal in desk.took(SignalTyping)]


def test_it_dies_six_seconds_after_the_last_sign_of_life(desk: Desk) -> None:
    desk.take(TypingSeen(TALK, JONAS, active=True))
    desk.advance(4.0)
    desk.take(TypingSeen(TALK, JONAS, active=True))
    desk.advance(5.9)
    assert typists(desk.state, TALK) == [JONAS]
    desk.advance(0.2)
    assert typists(desk.state, TALK) == []


def test_a_message_ends_it(desk: Desk) -> None:
    desk.take(TypingSeen(TALK, JONAS, active=True), TypingSeen(TALK, EVA, active=True))
    desk.take(MessageArrived(message(1, JONAS)))
    assert typists(desk.state, TALK) == [EVA]


def test_a_stop_ends_it(desk: Desk) -> None:
    desk.take(TypingSeen(TALK, JONAS, active=True), TypingSeen(TALK, JONAS, active=False))
    assert typists(desk.state, TALK) == []


def test_ones_own_typing_is_not_shown_back(desk: Desk) -> None:
    desk.take(TypingSeen(TALK, ME, active=True))
    assert typists(desk.state, TALK) == []


def test_keys_are_said_at_most_every_two_seconds(desk: Desk) -> None:
    for place in range(45):
        desk.take(ComposerChanged(TALK, private=False, text="x" * (place + 1)))
        desk.advance(0.1)
    assert said(desk) == [True, True, True]


def test_a_pause_takes_it_back(desk: Desk) -> None:
    desk.take(ComposerChanged(TALK, private=False, text="x"))
    desk.advance(3.9)
    assert said(desk) == [True]
    desk.advance(0.2)
    assert said(desk) == [False]


@pytest.mark.parametrize(
    "event",
    [
        ComposerChanged(TALK, private=False, text=""),
        ComposerLeft(TALK),
        SendAsked(draft()),
    ],
)
def test_emptying_leaving_and_sending_take_it_back_at_once(
    desk: Desk, event: ComposerChanged | ComposerLeft | SendAsked
) -> None:
    desk.take(ComposerChanged(TALK, private=False, text="x"), event)
    assert said(desk) == [True, False]


def test_a_note_is_nobody_elses_business(desk: Desk) -> None:
    desk.take(ComposerChanged(TALK, private=True, text="x"))
    assert said(desk) == []
    assert desk.state.drafts == {(TALK, True): "x"}


def test_another_conversation_ends_the_first(desk: Desk) -> None:
    other = SessionId("other")
    desk.take(ComposerChanged(TALK, private=False, text="x"), ComposerChanged(other, private=False, text="y"))
    assert desk.took(SignalTyping) == [
        SignalTyping(TALK, active=True),
        SignalTyping(TALK, active=False),
        SignalTyping(other, active=True),
    ]
