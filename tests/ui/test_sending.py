"""Drafts and sends: nothing lost, nothing sent twice, nothing sent to somebody else."""

import pytest
from textual.events import Paste
from textual.pilot import Pilot

from tests.ui.desk_world import (
    ANA,
    EVA,
    JONAS,
    LI,
    FakeEngine,
    arrives,
    badge,
    burst,
    by_agent,
    desk,
    furnished,
    message,
    press,
    said,
    session,
    settled,
    text_of,
)
from tms_tui.domain.effects import Transmit
from tms_tui.domain.entries import Delivery
from tms_tui.domain.errors import Ending, EndingKind, Failure, FailureKind
from tms_tui.domain.events import AskFailed, LinkLost, ResendAsked, SendAsked, SendDropped, SendStored, SessionChanged
from tms_tui.domain.ids import SendId, SessionId
from tms_tui.domain.model import Draft
from tms_tui.domain.value import replace
from tms_tui.ui.widgets.composer import Composer


def composer(pilot: object) -> Composer:
    """Where one writes."""
    return pilot.app.screen_stack[0].query_one(Composer)  # type: ignore[attr-defined,no-any-return]


def drafts_sent(engine: FakeEngine) -> list[Draft]:
    """What was asked to be sent."""
    return [event.draft for event in engine.taken if isinstance(event, SendAsked)]


async def test_a_reply_stands_in_the_transcript_at_once_and_the_composer_is_empty() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "enter", *"sorry", "enter")
        assert drafts_sent(engine) == [Draft(SendId("send-1"), JONAS, "sorry", False, engine.time.wall, 2)]
        assert composer(pilot).text == ""
        assert engine.state.drafts == {}
        assert "sending" in text_of(pilot)


async def test_a_reply_that_arrived_says_so() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "enter", *"sorry", "enter")
        stored = replace(message(JONAS, 3, "sorry", by_agent(ANA)), send_id=SendId("send-1"))
        engine.take(SendStored(SendId("send-1"), stored))
        await settled(pilot)
        assert "sent" in text_of(pilot)
        assert "sending" not in text_of(pilot)


async def test_a_note_says_who_sees_it_and_is_one() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "i", *"known", "enter")
        assert "Note on Jonas Weber: colleagues only" in text_of(pilot)
        assert [(draft.text, draft.private) for draft in drafts_sent(engine)] == [("known", True)]


async def test_reply_and_note_have_drafts_of_their_own() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "r", "a", "escape", "i", "b", "escape", "r")
        assert composer(pilot).text == "a"
        assert engine.state.drafts == {(JONAS, False): "a", (JONAS, True): "b"}


async def test_a_draft_waits_in_its_conversation() -> None:
    async with desk() as (pilot, _):
        await press(pilot, "enter", *"half", "ctrl+down")
        assert composer(pilot).text == ""
        await press(pilot, "ctrl+up")
        assert composer(pilot).text == "half"


async def test_esc_keeps_the_draft() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "enter", *"half", "escape", "escape")
        assert engine.state.drafts == {(JONAS, False): "half"}


async def test_a_send_belongs_to_the_conversation_it_was_written_in() -> None:
    """Enter and the next conversation in one go: what was written goes where it was written."""
    async with desk() as (pilot, engine):
        await press(pilot, "enter")
        await burst(pilot, "h", "i", "enter", "ctrl+down", "y", "o", "enter")
        assert [(draft.session, draft.text) for draft in drafts_sent(engine)] == [(JONAS, "hi"), (LI, "yo")]
        assert engine.state.drafts == {}


async def test_enter_twice_sends_once() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "enter")
        await burst(pilot, "h", "i", "enter", "enter", "!")
        assert [draft.text for draft in drafts_sent(engine)] == ["hi"]
        assert composer(pilot).text == "!"


async def _moved_on(lines: int = 60) -> FakeEngine:
    engine = furnished()
    for seq in range(3, lines):
        arrives(engine, message(JONAS, seq, f"line {seq}"))
    engine.taken.clear()
    return engine


async def test_nothing_is_sent_past_a_colleagues_unseen_answer() -> None:
    engine = await _moved_on()
    async with desk(engine, size=(80, 24)) as (pilot, _):
        await press(pilot, "enter", *"sorry", "escape", "g")
        arrives(engine, message(JONAS, 60, "all is well", by_agent(EVA)))
        await settled(pilot)
        await press(pilot, "r", "enter")
        assert drafts_sent(engine)[0].seen_up_to == 59
        assert "the conversation moved on since you wrote it" in text_of(pilot)
        assert not [effect for effect in engine.effects if isinstance(effect, Transmit)]


async def test_nothing_is_sent_past_an_answer_that_came_after_it_was_written() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "enter", *"sorry")
        arrives(engine, message(JONAS, 3, "all is well", by_agent(EVA)))
        await settled(pilot)
        assert "all is well" in text_of(pilot)
        await press(pilot, "enter")
        assert "the conversation moved on since you wrote it" in text_of(pilot)
        assert not [effect for effect in engine.effects if isinstance(effect, Transmit)]


async def test_a_last_letter_that_comes_with_its_enter_counts_as_written_after_what_stands_there() -> None:
    """The news of the letter may come after that of Enter."""
    async with desk() as (pilot, engine):
        await press(pilot, "enter", *"sorr")
        arrives(engine, message(JONAS, 3, "all is well", by_agent(EVA)))
        await settled(pilot)
        await burst(pilot, "y", "enter")
        (draft,) = drafts_sent(engine)
        assert (draft.text, draft.seen_up_to) == ("sorry", 3)


async def test_what_is_typed_behind_an_enter_does_not_make_what_was_sent_any_newer() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "enter", *"sorry")
        arrives(engine, message(JONAS, 3, "all is well", by_agent(EVA)))
        await settled(pilot)
        await burst(pilot, "enter", "b")
        assert [draft.seen_up_to for draft in drafts_sent(engine)] == [2]
        assert "the conversation moved on since you wrote it" in text_of(pilot)
        assert not [effect for effect in engine.effects if isinstance(effect, Transmit)]


async def test_what_was_held_and_left_is_a_draft_and_leaves_once() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "enter", *"sorry")
        arrives(engine, message(JONAS, 3, "all is well", by_agent(EVA)))
        await settled(pilot)
        await press(pilot, "enter", "escape")
        assert composer(pilot).text == "sorry"
        assert not list(engine.state.outbox)
        await press(pilot, "enter", "2")
        assert [effect.draft.text for effect in engine.effects if isinstance(effect, Transmit)] == ["sorry"]
        assert [send.draft.text for send in engine.state.outbox] == ["sorry"]


async def test_what_was_held_while_one_was_elsewhere_leaves_once_when_it_is_written_again() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "enter", *"sorry", "enter", "ctrl+down")
        (sent,) = (effect for effect in engine.effects if isinstance(effect, Transmit))
        engine.take(AskFailed(sent, Failure(FailureKind.MOVED_ON)))
        assert [send.delivery for send in engine.state.outbox] == [Delivery.HELD]
        await press(pilot, "ctrl+up", *"sorry", "enter")
        assert [send.draft.send_id for send in engine.state.outbox] == ["send-2"]


async def test_whoever_writes_on_after_a_colleagues_answer_has_seen_it() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "enter", *"sorry")
        arrives(engine, message(JONAS, 3, "all is well", by_agent(EVA)))
        await settled(pilot)
        await press(pilot, "!", "enter")
        assert [draft.text for draft in drafts_sent(engine)] == ["sorry!"]
        assert [effect for effect in engine.effects if isinstance(effect, Transmit)]


async def _held(pilot: object, engine: FakeEngine) -> None:
    await press(pilot, "enter", *"sorry", "escape", "g")  # type: ignore[arg-type]
    arrives(engine, message(JONAS, 60, "all is well", by_agent(EVA)))
    await settled(pilot)  # type: ignore[arg-type]
    await press(pilot, "r", "enter")  # type: ignore[arg-type]


async def test_held_and_edited_it_is_a_draft_again() -> None:
    engine = await _moved_on()
    async with desk(engine, size=(80, 24)) as (pilot, _):
        await _held(pilot, engine)
        await press(pilot, "1")
        assert engine.of(SendDropped) == [SendDropped(SendId("send-1"))]
        assert composer(pilot).text == "sorry"
        assert engine.state.outbox.unsent() == 0


async def test_held_and_sent_anyway_it_goes_out_once() -> None:
    engine = await _moved_on()
    async with desk(engine, size=(80, 24)) as (pilot, _):
        await _held(pilot, engine)
        await press(pilot, "2")
        assert engine.of(ResendAsked) == [ResendAsked(SendId("send-1"))]
        assert len([effect for effect in engine.effects if isinstance(effect, Transmit)]) == 1
        assert composer(pilot).text == ""
        assert engine.state.drafts == {}


async def test_held_and_discarded_nothing_is_left() -> None:
    engine = await _moved_on()
    async with desk(engine, size=(80, 24)) as (pilot, _):
        await _held(pilot, engine)
        await press(pilot, "3")
        assert engine.state.outbox.unsent() == 0
        assert composer(pilot).text == ""
        assert engine.state.drafts == {}


async def _refused(pilot: object, engine: FakeEngine) -> None:
    await press(pilot, "enter", *"sorry", "enter")  # type: ignore[arg-type]
    sent = next(effect for effect in engine.effects if isinstance(effect, Transmit))
    engine.take(AskFailed(sent, Failure(FailureKind.INVALID)))
    await settled(pilot)  # type: ignore[arg-type]


async def test_a_refused_message_says_why_and_is_retried() -> None:
    async with desk() as (pilot, engine):
        await _refused(pilot, engine)
        assert "not sent: the server did not accept the content" in text_of(pilot)
        assert badge(pilot) == "● Live, 1 unsent"
        await press(pilot, "escape", "R")
        assert engine.of(ResendAsked) == [ResendAsked(SendId("send-1"))]


async def test_a_refused_message_becomes_a_draft_again_before_what_was_written_since() -> None:
    async with desk() as (pilot, engine):
        await _refused(pilot, engine)
        await press(pilot, *"new", "escape", "D")
        assert engine.of(SendDropped) == [SendDropped(SendId("send-1"))]
        assert composer(pilot).text == "sorry\nnew"
        assert engine.state.drafts == {(JONAS, False): "sorry\nnew"}


async def test_that_a_message_was_not_sent_stands_there_until_it_is_sent_or_seen() -> None:
    async with desk() as (pilot, engine):
        await _refused(pilot, engine)
        assert said(pilot).startswith("Not sent to Jonas Weber")
        engine.take(SessionChanged(session(SessionId("nora"), "Nora Lind", waits=1)))
        await settled(pilot)
        assert said(pilot).startswith("Not sent to Jonas Weber")
        stored = replace(message(JONAS, 3, "sorry", by_agent(ANA)), send_id=SendId("send-1"))
        engine.take(SendStored(SendId("send-1"), stored))
        await settled(pilot)
        assert said(pilot) == "New conversation: Nora Lind"


async def test_with_nothing_failed_retrying_says_so() -> None:
    async with desk() as (pilot, _):
        await press(pilot, "enter", "escape", "R")
        assert said(pilot) == "No message failed here."


async def test_a_queued_message_is_taken_back() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "enter", *"one", "enter", *"two", "enter", "escape", "u")
        assert engine.of(SendDropped) == [SendDropped(SendId("send-2"))]
        assert composer(pilot).text == "two"


async def test_quitting_with_something_unsent_asks() -> None:
    async with desk() as (pilot, engine):
        engine.take(LinkLost(Ending(EndingKind.LOST)))
        await press(pilot, "enter", *"sorry", "enter", "ctrl+q")
        assert "1 message not sent yet." in text_of(pilot)
        await press(pilot, "escape")
        assert pilot.app.is_running
        await press(pilot, "ctrl+q", "2")
        assert not pilot.app.is_running


async def test_up_in_an_empty_composer_brings_my_last_message() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "enter")
        arrives(engine, message(JONAS, 3, "hello Jonas", by_agent(ANA)))
        await press(pilot, "up")
        assert composer(pilot).text == "hello Jonas"


async def test_a_slash_in_an_empty_composer_offers_canned_responses() -> None:
    async with desk() as (pilot, _):
        await press(pilot, "enter", "slash")
        assert "Greeting" in text_of(pilot)
        await press(pilot, "enter")
        assert composer(pilot).text == "Hello Jonas Weber!"


async def test_unsent_messages_that_are_kept_are_not_called_lost() -> None:
    async with desk() as (pilot, engine):
        engine.take(LinkLost(Ending(EndingKind.LOST)))
        await press(pilot, "enter", *"sorry", "enter")
        engine.state.keeps = True
        await press(pilot, "ctrl+q")
        assert "goes out when you sign in again" in text_of(pilot)


@pytest.mark.parametrize(("keeps", "asks"), [(False, True), (True, False)])
async def test_a_draft_that_would_be_lost_is_asked_about(*, keeps: bool, asks: bool) -> None:
    async with desk() as (pilot, engine):
        engine.state.keeps = keeps
        await press(pilot, "enter", *"half", "ctrl+q")
        assert pilot.app.is_running is asks
        if asks:
            assert "1 draft not sent yet." in text_of(pilot)
            assert "what is unsent is lost" in text_of(pilot)


async def _pasted(pilot: Pilot[None], lines: int) -> str:
    text = "\n".join(f"line {number}" for number in range(1, lines + 1))
    await press(pilot, "enter", "a", "b", "left")
    composer(pilot).post_message(Paste(text))
    await settled(pilot)
    return text


async def test_a_few_lines_are_pasted_at_once() -> None:
    async with desk(size=(80, 24)) as (pilot, _):
        text = await _pasted(pilot, 9)
        assert composer(pilot).text == f"a{text}b"


@pytest.mark.parametrize(("answer", "taken"), [("1", True), ("2", False), ("escape", False)])
async def test_many_lines_are_asked_about_once(answer: str, *, taken: bool) -> None:
    async with desk(size=(80, 24)) as (pilot, engine):
        text = await _pasted(pilot, 10)
        assert "10 lines and 70 characters were pasted." in text_of(pilot)
        assert composer(pilot).text == "ab"
        await press(pilot, answer)
        assert composer(pilot).text == (f"a{text}b" if taken else "ab")
        assert composer(pilot).has_focus
        await press(pilot, "c")
        assert engine.state.drafts[JONAS, False] == composer(pilot).text
