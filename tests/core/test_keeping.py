"""Nothing leaves before it is kept, and what was kept is sent once."""

import pytest

from tests.core.desk import ME, TALK, Desk, conversation, draft, message
from tms_tui.core.select import delivery, entries
from tms_tui.domain.changes import Announced, NoticeKind
from tms_tui.domain.effects import ForgetSend, KeepDraft, KeepSend, Transmit
from tms_tui.domain.entries import Delivery
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.events import (
    AskFailed,
    ComposerChanged,
    KeepFailed,
    Leaving,
    ResendAsked,
    Restored,
    SendAsked,
    SendDropped,
    SendKept,
    SendStored,
    SessionRead,
)
from tms_tui.domain.ids import SendId
from tms_tui.domain.text import CleanText


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.state.keeps = True
    desk.sign_in()
    desk.take(SessionRead(conversation()))
    desk.effects.clear()
    return desk


def test_a_send_leaves_only_when_it_is_kept_and_stands_on_the_screen_before(desk: Desk) -> None:
    desk.take(SendAsked(draft()))
    (entry,) = entries(desk.state, TALK)
    assert delivery(desk.state, entry) is Delivery.QUEUED
    assert desk.took(KeepSend) == [KeepSend(draft())]
    assert desk.took(Transmit) == []
    desk.take(SendKept(SendId("s1")))
    assert len(desk.took(Transmit)) == 1


def test_a_disk_that_does_not_take_it_stops_nothing_and_is_said_once(desk: Desk) -> None:
    for number in (1, 2):
        desk.take(SendAsked(draft(f"s{number}")), SendKept(SendId(f"s{number}"), CleanText("disk full")))
    desk.take(KeepFailed(CleanText("disk full")))
    assert [sent.draft.send_id for sent in desk.took(Transmit)] == ["s1"]
    kinds = [change.notice.kind for change in desk.saw(Announced)]
    assert kinds.count(NoticeKind.NOT_KEPT) == 1


def test_a_settled_send_is_forgotten(desk: Desk) -> None:
    desk.take(SendAsked(draft()), SendKept(SendId("s1")))
    desk.take(SendStored(SendId("s1"), message(1, ME, send_id="s1")))
    assert desk.took(ForgetSend) == [ForgetSend(SendId("s1"))]


def test_one_taken_back_is_forgotten(desk: Desk) -> None:
    desk.take(SendAsked(draft()), SendDropped(SendId("s1")))
    assert desk.took(ForgetSend) == [ForgetSend(SendId("s1"))]


def test_what_an_earlier_run_left_goes_out_in_order(desk: Desk) -> None:
    left = (draft("s1", text="one"), draft("s2", text="two"))
    desk.take(Restored(left, ((TALK, True, "aside"),)))
    assert [sent.draft for sent in desk.took(Transmit)] == [left[0]]
    desk.take(SendStored(SendId("s1"), message(1, ME, text="one", send_id="s1")))
    assert [sent.draft for sent in desk.took(Transmit)] == [left[1]]
    assert desk.state.drafts == {(TALK, True): "aside"}


def test_drafts_are_kept_within_a_second_however_long_the_typing_goes_on(desk: Desk) -> None:
    text = ""
    for _ in range(10):
        text += "x"
        desk.take(ComposerChanged(TALK, private=False, text=text))
        desk.advance(0.3)
    kept = [effect.text for effect in desk.took(KeepDraft)]
    assert len(kept) >= 2
    desk.advance(1.0)
    assert [effect.text for effect in desk.took(KeepDraft)] == [text]


def test_sending_forgets_the_draft(desk: Desk) -> None:
    desk.take(ComposerChanged(TALK, private=False, text="hello"))
    desk.advance(1.0)
    desk.effects.clear()
    desk.take(SendAsked(draft(text="hello")))
    desk.advance(1.0)
    assert desk.took(KeepDraft) == [KeepDraft(TALK, private=False, text="")]


def test_leaving_keeps_what_is_not_kept_yet(desk: Desk) -> None:
    desk.take(ComposerChanged(TALK, private=True, text="aside"), Leaving())
    assert desk.took(KeepDraft) == [KeepDraft(TALK, private=True, text="aside")]


def test_a_damaged_file_is_said_to_be_set_aside(desk: Desk) -> None:
    desk.take(Restored((), (), CleanText("/home/ana/outbox.damaged")))
    said = [change.notice.other for change in desk.saw(Announced) if change.notice.kind is NoticeKind.DAMAGED]
    assert said == ["/home/ana/outbox.damaged"]


def test_what_was_typed_since_stays_a_draft_when_a_refused_message_goes_again(desk: Desk) -> None:
    refused = Failure(FailureKind.FORBIDDEN, 403)
    desk.take(SendAsked(draft()), SendKept(SendId("s1")))
    (sent,) = desk.took(Transmit)
    desk.take(AskFailed(sent, refused), ComposerChanged(TALK, private=False, text="half the next"))
    desk.advance(1.0)
    desk.took(KeepDraft)
    desk.take(ResendAsked(SendId("s1")), Leaving())
    assert desk.state.drafts == {(TALK, False): "half the next"}
    assert desk.took(KeepDraft) == []
