"""A conversation that was erased is nowhere any more: not in the state, not on the disk, and it does not come back."""

import pytest

from tests.core.desk import EPOCH, JONAS, ME, TALK, Desk, conversation, draft, message
from tms_tui.core import erasing, select
from tms_tui.core.select import Filter
from tms_tui.domain.changes import Announced, NoticeKind, SessionErased
from tms_tui.domain.effects import (
    ForgetTalks,
    MarkRead,
    ReadPage,
    ReadSession,
    SessionQuery,
    SetStatus,
    SignalViewing,
    TimerKind,
    Transmit,
)
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.events import (
    AskFailed,
    ComposerChanged,
    Event,
    LogRead,
    MessageArrived,
    PageRead,
    Restored,
    SendAsked,
    SendStored,
    SessionChanged,
    SessionOpened,
    SessionRead,
    SessionsErased,
    SessionsRead,
    Shown,
    StatusAsked,
    TypingSeen,
    UndoAsked,
)
from tms_tui.domain.ids import Cursor, SessionId
from tms_tui.domain.model import SessionStatus

OTHER = SessionId("other")
ERASED = Failure(FailureKind.ERASED, 410, "session_erased")


def at_work() -> Desk:
    """Everything that can be known of a conversation is, and of another one as well."""
    desk = Desk()
    desk.state.keeps = True
    desk.sign_in()
    for session in (TALK, OTHER):
        desk.take(
            SessionChanged(conversation(session, waiting_since=EPOCH)),
            SessionOpened(session),
            PageRead(session, (message(1, session=session, text=f"secret of {session}"),), has_more=False),
            TypingSeen(session, JONAS, active=True),
            Shown(session, 1),
            ComposerChanged(session, private=True, text=f"a note on {session}"),
            SendAsked(draft(f"send in {session}", session=session, text=f"a reply in {session}")),
        )
    desk.take(SessionOpened(TALK), StatusAsked(TALK, SessionStatus.ENDED))
    desk.effects.clear()
    desk.changes.clear()
    return desk


def test_nothing_of_an_erased_conversation_is_left_in_the_state() -> None:
    desk = at_work()
    assert "secret of talk" in repr(desk.state)
    desk.take(SessionsErased((TALK,), Cursor("9")))
    held = repr(desk.state)
    for words in ("secret of talk", "a note on talk", "a reply in talk"):
        assert words not in held
    for words in ("secret of other", "a note on other", "a reply in other"):
        assert words in held
    assert TALK not in select.listing(desk.state, Filter.ALL)
    assert desk.state.opened is None
    assert SignalViewing(None) in desk.effects
    assert desk.saw(SessionErased) == [SessionErased(TALK)]
    for kind in (TimerKind.MARK, TimerKind.RESEND, TimerKind.TYPING_IN):
        assert desk.alarm(kind, TALK) is None


def test_the_disk_is_told_once_to_forget_it_and_what_is_not_listed_here() -> None:
    desk = at_work()
    desk.take(SessionsErased((TALK, SessionId("not listed any more"))))
    assert desk.took(ForgetTalks) == [ForgetTalks((TALK, SessionId("not listed any more")))]
    desk.take(SessionsErased((TALK,)))
    assert desk.took(ForgetTalks) == [], "once"


def test_what_the_disk_gives_after_the_news_is_forgotten_as_well() -> None:
    desk = Desk()
    desk.sign_in()
    desk.take(SessionsErased((TALK,)))
    desk.take(Restored((draft("s1"), draft("s2", session=OTHER)), ((TALK, False, "Dear"), (OTHER, True, "a note"))))
    assert desk.took(ForgetTalks) == [ForgetTalks((TALK,))]
    assert [one.draft.send_id for one in desk.state.outbox] == ["s2"]
    assert desk.state.drafts == {(OTHER, True): "a note"}


def test_where_nothing_is_kept_no_disk_is_told() -> None:
    desk = Desk()
    desk.take(SessionChanged(conversation()), SessionsErased((TALK,)))
    assert desk.took(ForgetTalks) == []
    assert desk.state.sessions == {}


def test_the_agent_is_told_by_number_and_by_no_name() -> None:
    desk = at_work()
    desk.take(SessionChanged(conversation(status=SessionStatus.ENDED, version=2)))
    assert any(one.name == "Jonas Weber" and one.session == TALK for one in desk.state.notices)
    desk.changes.clear()
    desk.take(SessionsErased((TALK,)))
    [said] = [one.notice for one in desk.saw(Announced)]
    assert (said.kind, said.count, said.name, said.session) == (NoticeKind.ERASED, 1, "", None)
    assert all(one.session != TALK for one in desk.state.notices)
    desk.take(SessionsErased((TALK,)))
    assert desk.saw(Announced) == [], "said once"


def test_a_conversation_nobody_here_knew_is_no_news() -> None:
    desk = Desk()
    desk.sign_in()
    desk.take(SessionsErased((SessionId("never heard of"),)))
    assert desk.saw(Announced) == []


def test_a_decision_about_it_cannot_be_taken_back() -> None:
    desk = at_work()
    desk.take(SessionsErased((TALK,)))
    desk.effects.clear()
    desk.take(UndoAsked())
    assert desk.took(SetStatus) == []


LATE: list[Event] = [
    MessageArrived(message(2, text="late secret"), Cursor("10")),
    SessionChanged(conversation(version=9, name="late secret")),
    SessionRead(conversation(version=9, name="late secret")),
    PageRead(TALK, (message(2, text="late secret"),), has_more=False),
    SendStored(draft("send in talk").send_id, message(2, ME, text="late secret", send_id="send in talk")),
    SessionsRead(SessionQuery(), (conversation(version=9, name="late secret"),), None, Cursor("8")),
    LogRead(Cursor("8"), (MessageArrived(message(2, text="late secret")),), Cursor("9"), has_more=False),
    TypingSeen(TALK, JONAS, active=True),
    ComposerChanged(TALK, private=False, text="late secret"),
    SendAsked(draft("late", text="late secret")),
    Restored((draft("late", text="late secret"),), ((TALK, False, "late secret"),)),
    SessionOpened(TALK),
    AskFailed(ReadPage(TALK), Failure(FailureKind.NO_ANSWER)),
    AskFailed(MarkRead(TALK, 1), Failure(FailureKind.NO_ANSWER)),
    AskFailed(Transmit(draft("send in talk")), Failure(FailureKind.NO_ANSWER)),
]


@pytest.mark.parametrize("late", LATE, ids=lambda late: type(late).__name__)
def test_what_was_on_its_way_when_it_went_does_not_bring_it_back(late: Event) -> None:
    desk = at_work()
    desk.take(SessionsErased((TALK,)), late)
    assert "late secret" not in repr(desk.state)
    assert TALK not in desk.state.sessions
    assert TALK not in desk.state.transcripts
    assert desk.state.opened is None


def test_a_log_that_tells_of_it_and_of_its_end_leaves_nothing() -> None:
    """As a console reads it that was away."""
    desk = Desk()
    desk.sign_in()
    news = (SessionChanged(conversation()), MessageArrived(message(1, text="secret")), SessionsErased((TALK,)))
    desk.take(LogRead(Cursor("1"), news, Cursor("4"), has_more=False))
    assert "secret" not in repr(desk.state)
    assert desk.state.sessions == {}


@pytest.mark.parametrize(
    "asked", [ReadPage(TALK), ReadSession(TALK), Transmit(draft("send in talk")), SetStatus(TALK, SessionStatus.ENDED)]
)
def test_an_answer_that_says_it_is_erased_is_as_good_as_the_news(
    asked: ReadPage | ReadSession | Transmit | SetStatus,
) -> None:
    desk = at_work()
    desk.take(AskFailed(asked, ERASED))
    assert "secret of talk" not in repr(desk.state)
    assert desk.took(ForgetTalks) == [ForgetTalks((TALK,))]
    assert NoticeKind.REQUEST_FAILED not in [one.notice.kind for one in desk.saw(Announced)]


def snapshot(desk: Desk) -> None:
    """Everything open is read: there is nothing."""
    for status in (SessionStatus.ACTIVE, SessionStatus.PENDING):
        desk.take(SessionsRead(SessionQuery(status), (), None, Cursor("1")))


LEFT = Restored((draft("s1", text="a reply"),), ((OTHER, True, "a note"),))


@pytest.mark.parametrize("disk_first", [True, False])
def test_what_an_earlier_run_left_for_conversations_no_list_names_is_asked_after(*, disk_first: bool) -> None:
    desk = Desk()
    desk.state.keeps = True
    desk.sign_in()
    if disk_first:
        desk.take(LEFT)
        snapshot(desk)
    else:
        snapshot(desk)
        desk.take(LEFT)
    assert sorted(one.session for one in desk.took(ReadSession)) == [OTHER, TALK]
    desk.take(AskFailed(ReadSession(TALK), ERASED))
    assert desk.took(ForgetTalks) == [ForgetTalks((TALK,))]
    desk.take(AskFailed(ReadSession(OTHER), Failure(FailureKind.MISSING, 404, "not_found")))
    assert desk.state.drafts == {(OTHER, True): "a note"}, "not found is not erased: a draft is not thrown away for it"


def test_what_a_list_named_is_not_asked_after() -> None:
    desk = Desk()
    desk.state.keeps = True
    desk.sign_in()
    desk.take(Restored((draft("s1"),), ()))
    for status, found in ((SessionStatus.ACTIVE, (conversation(),)), (SessionStatus.PENDING, ())):
        desk.take(SessionsRead(SessionQuery(status), found, None, Cursor("1")))
    assert desk.took(ReadSession) == []


def test_what_an_event_is_about_is_found_wherever_it_names_it() -> None:
    assert erasing.subject(MessageArrived(message(1))) == TALK
    assert erasing.subject(SessionChanged(conversation())) == TALK
    assert erasing.subject(AskFailed(Transmit(draft()), ERASED)) == TALK
    assert erasing.subject(SessionOpened(None)) is None
