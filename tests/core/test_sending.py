"""The way of an own message: every proof settles it, no failure loses or doubles it."""

import pytest

from tests.core.desk import EVA, ME, TALK, Desk, conversation, draft, message
from tms_tui.core.select import delivery, entries
from tms_tui.domain.changes import SendHeld, SendTaken, SignInNeeded
from tms_tui.domain.effects import ReadPage, Timer, TimerKind, Transmit
from tms_tui.domain.entries import Delivery, PendingSend
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.events import (
    AskFailed,
    Event,
    MessageArrived,
    PageRead,
    ReceiptSeen,
    ResendAsked,
    SendAsked,
    SendDropped,
    SendStored,
    SessionOpened,
    SessionRead,
    TimerRang,
)
from tms_tui.domain.ids import SendId, SessionId
from tms_tui.domain.model import AuthorType, Message
from tms_tui.domain.policy import GIVE_UP_SENDING_AFTER
from tms_tui.domain.text import CleanText


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.sign_in()
    desk.take(SessionRead(conversation()), PageRead(TALK, (message(1), message(2)), has_more=False))
    desk.effects.clear()
    return desk


def states(desk: Desk) -> list[tuple[str, Delivery | None]]:
    shown: list[tuple[str, Delivery | None]] = []
    for entry in entries(desk.state, TALK):
        if isinstance(entry, PendingSend):
            shown.append((entry.draft.text, entry.delivery))
        elif isinstance(entry, Message):
            shown.append((entry.text, delivery(desk.state, entry)))
    return shown


def fail(desk: Desk, kind: FailureKind, **fields: float) -> Transmit:
    (sent,) = desk.took(Transmit)
    desk.take(AskFailed(sent, Failure(kind, retry_after=fields.get("retry_after"))))
    return sent


def test_the_pending_entry_stands_at_once_and_the_answer_settles_it(desk: Desk) -> None:
    desk.take(SendAsked(draft(text="hi", seen=2)))
    assert states(desk)[-1] == ("hi", Delivery.SENDING)
    assert desk.saw(SendTaken) == [SendTaken(SendId("s1"), TALK)]
    (sent,) = desk.took(Transmit)
    assert sent.if_last_seq == 2
    desk.take(SendStored(SendId("s1"), message(3, ME, text="hi", send_id="s1")))
    assert states(desk)[-1] == ("hi", Delivery.SENT)
    assert desk.state.outbox.unsent() == 0


@pytest.mark.parametrize("first", ["answer", "broadcast", "page"])
def test_any_proof_settles_and_the_others_change_nothing(desk: Desk, first: str) -> None:
    desk.take(SendAsked(draft(text="hi")))
    stored = message(3, ME, text="hi", send_id="s1")
    proofs: dict[str, Event] = {
        "answer": SendStored(SendId("s1"), stored),
        "broadcast": MessageArrived(stored),
        "page": PageRead(TALK, (message(1), message(2), stored), has_more=False),
    }
    desk.take(proofs.pop(first))
    assert states(desk)[-1] == ("hi", Delivery.SENT)
    desk.take(*proofs.values())
    assert [text for text, _ in states(desk)] == ["text 1", "text 2", "hi"]


def test_pressing_enter_twice_for_one_intent_sends_once(desk: Desk) -> None:
    desk.take(SendAsked(draft()), SendAsked(draft()))
    assert len(desk.took(Transmit)) == 1
    desk.take(SendStored(SendId("s1"), message(3, ME, send_id="s1")), SendAsked(draft()))
    assert desk.took(Transmit) == []


def test_one_under_way_per_conversation_and_in_order(desk: Desk) -> None:
    desk.take(SendAsked(draft("s1", text="one")), SendAsked(draft("s2", text="two")))
    assert [sent.draft.text for sent in desk.took(Transmit)] == ["one"]
    desk.take(SendStored(SendId("s1"), message(3, ME, text="one", send_id="s1")))
    assert [sent.draft.text for sent in desk.took(Transmit)] == ["two"]


def test_a_server_out_of_reach_keeps_it_queued_and_tries_again(desk: Desk) -> None:
    desk.take(SendAsked(draft(text="hi")))
    sent = fail(desk, FailureKind.NOT_REACHED)
    assert states(desk)[-1] == ("hi", Delivery.QUEUED)
    desk.advance(1.0)
    assert desk.took(Transmit) == [sent]


def test_an_unknown_outcome_is_decided_by_reading(desk: Desk) -> None:
    desk.take(SendAsked(draft(text="hi", seen=2)))
    sent = fail(desk, FailureKind.NO_ANSWER)
    assert states(desk)[-1] == ("hi", Delivery.DOUBTFUL)
    desk.advance(1.0)
    assert desk.took(Transmit) == []
    assert desk.took(ReadPage) == [ReadPage(TALK, after=2)]
    desk.take(PageRead(TALK, (), has_more=False, after=2))
    assert desk.took(Transmit) == [sent]


def test_an_unknown_outcome_that_had_arrived_is_not_sent_again(desk: Desk) -> None:
    desk.take(SendAsked(draft(text="hi", seen=2)))
    fail(desk, FailureKind.NO_ANSWER)
    desk.advance(1.0)
    desk.take(PageRead(TALK, (message(3, ME, text="hi", send_id="s1"),), has_more=False, after=2))
    assert states(desk)[-1] == ("hi", Delivery.SENT)
    assert desk.took(Transmit) == []


def test_a_read_that_is_not_whole_decides_nothing(desk: Desk) -> None:
    desk.take(SendAsked(draft(text="hi", seen=2)))
    fail(desk, FailureKind.NO_ANSWER)
    desk.advance(1.0)
    desk.take(PageRead(TALK, (message(3),), has_more=True, after=2))
    assert desk.took(Transmit) == []
    desk.take(PageRead(TALK, (message(4, ME, text="hi", send_id="s1"),), has_more=False, after=3))
    assert desk.took(Transmit) == []
    assert states(desk)[-1] == ("hi", Delivery.SENT)


def test_a_refusal_is_shown_and_what_follows_waits(desk: Desk) -> None:
    desk.take(SendAsked(draft("s1", text="one")), SendAsked(draft("s2", text="two")))
    fail(desk, FailureKind.INVALID)
    assert states(desk)[-2:] == [("one", Delivery.REFUSED), ("two", Delivery.QUEUED)]
    assert desk.took(Transmit) == []
    desk.take(SendDropped(SendId("s1")))
    assert [sent.draft.text for sent in desk.took(Transmit)] == ["two"]


def test_a_refused_send_goes_again_when_asked(desk: Desk) -> None:
    desk.take(SendAsked(draft("s1", text="one")))
    fail(desk, FailureKind.FORBIDDEN)
    desk.take(ResendAsked(SendId("s1")))
    assert [sent.draft.text for sent in desk.took(Transmit)] == ["one"]


def test_a_rate_limit_waits_as_long_as_it_says(desk: Desk) -> None:
    desk.take(SendAsked(draft()))
    fail(desk, FailureKind.TOO_MANY, retry_after=7.0)
    desk.advance(6.9)
    assert desk.took(Transmit) == []
    desk.advance(0.2)
    assert len(desk.took(Transmit)) == 1


def test_nothing_is_sent_when_a_colleague_answered_meanwhile(desk: Desk) -> None:
    desk.take(MessageArrived(message(3, EVA, text="I have it")))
    desk.take(SendAsked(draft(text="hi", seen=2)))
    assert desk.took(Transmit) == []
    assert desk.saw(SendHeld) == [SendHeld(SendId("s1"), TALK)]
    assert desk.saw(SendTaken) == []
    desk.take(ResendAsked(SendId("s1")))
    (sent,) = desk.took(Transmit)
    assert sent.if_last_seq == 3


def test_the_servers_own_guard_holds_it_too(desk: Desk) -> None:
    desk.take(SendAsked(draft(text="hi", seen=2)))
    fail(desk, FailureKind.MOVED_ON)
    assert states(desk)[-1] == ("hi", Delivery.HELD)
    assert desk.took(ReadPage) == [ReadPage(TALK, after=2)]


def test_a_note_is_never_held_and_stays_a_note(desk: Desk) -> None:
    desk.take(MessageArrived(message(3, EVA)))
    desk.take(SendAsked(draft(text="aside", private=True, seen=2)))
    (sent,) = desk.took(Transmit)
    assert sent.draft.private
    assert sent.if_last_seq is None


def test_what_is_under_way_cannot_be_taken_back(desk: Desk) -> None:
    desk.take(SendAsked(draft()), SendDropped(SendId("s1")))
    assert desk.state.outbox.unsent() == 1


def test_an_ended_sign_in_keeps_the_message(desk: Desk) -> None:
    desk.take(SendAsked(draft(text="hi")))
    fail(desk, FailureKind.UNAUTHORIZED)
    assert states(desk)[-1] == ("hi", Delivery.QUEUED)
    assert len(desk.saw(SignInNeeded)) == 1


def test_until_the_next_sign_in_nothing_is_sent_or_read_and_then_all_of_it(desk: Desk) -> None:
    desk.take(SendAsked(draft(text="hi")))
    fail(desk, FailureKind.UNAUTHORIZED)
    desk.effects.clear()
    desk.take(SendAsked(draft("s2", text="there")), SessionOpened(SessionId("else")))
    desk.take(TimerRang(Timer(TimerKind.RESEND, TALK)))
    assert not desk.took(Transmit)
    assert not desk.took(ReadPage)
    desk.sign_in()
    assert [sent.draft.text for sent in desk.took(Transmit)] == ["hi"]
    assert [page.session for page in desk.took(ReadPage)] == ["else"]


def test_a_read_receipt_makes_it_seen(desk: Desk) -> None:
    desk.take(MessageArrived(message(3, ME, text="hi")))
    assert states(desk)[-1] == (CleanText("hi"), Delivery.SENT)
    desk.take(ReceiptSeen(TALK, AuthorType.VISITOR, 3))
    assert states(desk)[-1] == (CleanText("hi"), Delivery.SEEN)


def check(desk: Desk) -> None:
    """The doubtful send is looked for, and is not there."""
    desk.advance(desk.alarm(TimerKind.RESEND, TALK) or 0.0)
    (page,) = desk.took(ReadPage)
    desk.take(PageRead(TALK, (), has_more=False, after=page.after))


def fail_for(desk: Desk, seconds: float, kind: FailureKind) -> None:
    """Every attempt meets the same failure, reads work; ends with an attempt under way."""
    end = desk.now + seconds
    while desk.now < end:
        fail(desk, kind)
        check(desk)


def test_what_waited_for_the_line_does_not_count_as_tried(desk: Desk) -> None:
    """The server's first word after a long outage is often an error of its proxy."""
    desk.take(SendAsked(draft("s1", text="one")), SendAsked(draft("s2", text="two")))
    end = desk.now + GIVE_UP_SENDING_AFTER + 60.0
    while desk.now < end:
        fail(desk, FailureKind.NOT_REACHED)
        desk.advance(16.0)
    fail(desk, FailureKind.SERVER_ERROR)
    assert states(desk)[-2:] == [("one", Delivery.DOUBTFUL), ("two", Delivery.QUEUED)]
    check(desk)
    (sent,) = desk.took(Transmit)
    desk.take(SendStored(SendId("s1"), message(3, ME, text="one", send_id="s1")))
    assert [sent.draft.text, *(one.draft.text for one in desk.took(Transmit))] == ["one", "two"]


@pytest.mark.parametrize("kind", [FailureKind.SERVER_ERROR, FailureKind.NOT_REACHED])
def test_one_doubt_before_a_long_outage_and_one_after_it_are_no_reason_to_give_up(
    desk: Desk, kind: FailureKind
) -> None:
    """While nothing can be read the send is not repeated: time alone does not show that it is the send that fails."""
    desk.take(SendAsked(draft()))
    fail(desk, FailureKind.NO_ANSWER)
    end = desk.now + GIVE_UP_SENDING_AFTER + 60.0
    while desk.now < end:
        for page in desk.took(ReadPage):
            desk.take(AskFailed(page, Failure(kind)))
        desk.advance(3.0)
    check(desk)
    fail(desk, FailureKind.SERVER_ERROR)
    assert states(desk)[-1] == ("hello", Delivery.DOUBTFUL)


@pytest.mark.parametrize("kind", [FailureKind.SERVER_ERROR, FailureKind.NO_ANSWER, FailureKind.UNREADABLE])
def test_a_send_that_goes_on_failing_while_reads_work_is_given_up_in_the_end(desk: Desk, kind: FailureKind) -> None:
    desk.take(SendAsked(draft()))
    fail_for(desk, GIVE_UP_SENDING_AFTER - 20.0, kind)
    assert states(desk)[-1] == ("hello", Delivery.SENDING)
    fail_for(desk, 10.0, kind)
    desk.advance(20.0)
    fail(desk, kind)
    assert states(desk)[-1] == ("hello", Delivery.REFUSED)


def test_what_is_sent_again_by_the_agent_is_tried_as_long_as_a_new_one(desk: Desk) -> None:
    desk.take(SendAsked(draft()))
    fail_for(desk, GIVE_UP_SENDING_AFTER, FailureKind.SERVER_ERROR)
    fail(desk, FailureKind.SERVER_ERROR)
    assert states(desk)[-1] == ("hello", Delivery.REFUSED)
    desk.advance(GIVE_UP_SENDING_AFTER)
    desk.take(ResendAsked(SendId("s1")))
    fail_for(desk, GIVE_UP_SENDING_AFTER - 20.0, FailureKind.SERVER_ERROR)
    assert states(desk)[-1] == ("hello", Delivery.SENDING)
