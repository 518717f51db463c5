"""Keeping a customer out: asked for, taken back, said, and how a blocked conversation stands among the others."""

from tests.core.desk import EPOCH, TALK, Desk, conversation
from tms_tui.core import select
from tms_tui.core.state import Decision
from tms_tui.core.undo import inverse, to_take_back
from tms_tui.domain.changes import Announced, Notice, NoticeKind
from tms_tui.domain.effects import Block, ReadSession, Unblock
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.events import AskFailed, BlockAsked, SessionAnswered, SessionChanged, UnblockAsked, UndoAsked
from tms_tui.domain.ids import AgentId, SessionId
from tms_tui.domain.model import Blocked, BlockScope, Session
from tms_tui.domain.policy import ADDRESS_BLOCKED_LONGEST, CLOCKS_APART
from tms_tui.domain.text import CleanText
from tms_tui.domain.value import replace

ANA, EVA = AgentId("ana"), AgentId("eva")
SPAM = Blocked(BlockScope.CUSTOMER, EPOCH, CleanText("spam"), EPOCH + 60, ANA, CleanText("Ana"), TALK)


def blocked(by: Blocked | None = SPAM, *, version: int = 2, session: SessionId = TALK) -> Session:
    return replace(conversation(session, version=version), blocked=by)


def started() -> Desk:
    desk = Desk()
    desk.sign_in()
    desk.take(SessionChanged(conversation()))
    desk.effects.clear()
    desk.changes.clear()
    return desk


def said(desk: Desk) -> list[Notice]:
    return [one.notice for one in desk.saw(Announced)]


def test_a_block_is_asked_for_and_taken_back() -> None:
    desk = started()
    desk.take(BlockAsked(TALK, BlockScope.CUSTOMER, "spam", EPOCH + 60))
    [asked] = desk.took(Block)
    assert asked == Block(TALK, BlockScope.CUSTOMER, "spam", EPOCH + 60)
    desk.take(SessionAnswered(blocked(), asked), UndoAsked())
    assert desk.took(Unblock) == [Unblock(TALK, BlockScope.CUSTOMER)]


def test_lifting_a_block_is_taken_back_by_the_block_that_stood() -> None:
    desk = started()
    desk.take(SessionChanged(blocked()), UnblockAsked(TALK))
    assert desk.took(Unblock) == [Unblock(TALK)]
    desk.take(UndoAsked())
    assert desk.took(Block) == [Block(TALK, BlockScope.CUSTOMER, "spam", EPOCH + 60)]


def test_a_block_beside_one_of_another_scope_is_taken_back_alone() -> None:
    desk = started()
    desk.take(SessionChanged(blocked()))
    assert inverse(desk.state, BlockAsked(TALK, BlockScope.ADDRESS)) == UnblockAsked(TALK, BlockScope.ADDRESS)


def test_lifting_what_does_not_stand_has_nothing_to_go_back_to() -> None:
    desk = started()
    desk.take(UnblockAsked(TALK))
    assert to_take_back(desk.state, TALK, desk.now) is None


def test_a_block_of_ones_own_is_said_and_can_be_undone() -> None:
    desk = started()
    desk.take(BlockAsked(TALK, BlockScope.CUSTOMER))
    [asked] = desk.took(Block)
    desk.take(SessionAnswered(blocked(), asked))
    assert [(one.kind, one.other) for one in said(desk)] == [(NoticeKind.BLOCKED, "")]
    assert isinstance(to_take_back(desk.state, TALK, desk.now), Decision)
    desk.take(SessionChanged(blocked(None, version=3)))
    assert [one.kind for one in said(desk)] == [NoticeKind.UNBLOCKED]


def test_a_colleagues_block_names_the_colleague() -> None:
    desk = started()
    desk.take(SessionChanged(blocked(replace(SPAM, by=EVA, by_name=CleanText("Eva")))))
    assert [(one.kind, one.other) for one in said(desk)] == [(NoticeKind.BLOCKED, "Eva")]


def test_of_an_address_the_conversation_decided_on_is_said_and_not_its_neighbours() -> None:
    """There may be hundreds."""
    desk, beside = started(), SessionId("beside")
    address = replace(SPAM, scope=BlockScope.ADDRESS)
    desk.take(SessionChanged(conversation(beside)))
    desk.changes.clear()
    desk.take(SessionChanged(blocked(address)), SessionChanged(blocked(address, session=beside)))
    assert [one.session for one in said(desk)] == [TALK]
    desk.take(SessionChanged(blocked(None, version=3, session=beside)))
    assert said(desk) == []


def test_whoever_is_blocked_needs_nobody() -> None:
    desk = started()
    desk.take(SessionChanged(conversation(version=2, unread=2, waiting_since=EPOCH)))
    assert select.next_waiting(desk.state, None) == TALK
    desk.take(SessionChanged(replace(blocked(version=3), unread=2, waiting_since=EPOCH)))
    assert select.next_waiting(desk.state, None) is None


def test_a_server_that_knows_no_blocks_is_told_as_one_that_is_too_old() -> None:
    desk = started()
    desk.take(BlockAsked(TALK, BlockScope.CUSTOMER))
    [asked] = desk.took(Block)
    desk.take(AskFailed(asked, Failure(FailureKind.MISSING, 404, "not_found")))
    [notice] = said(desk)
    assert notice.kind is NoticeKind.REQUEST_FAILED
    assert notice.failure is not None
    assert notice.failure.kind is FailureKind.UNSUPPORTED
    assert desk.took(ReadSession) == [ReadSession(TALK)], "or the conversation itself is gone"
    assert to_take_back(desk.state, TALK, desk.now) is None


def test_the_longest_time_of_an_address_leaves_room_for_a_servers_clock_that_is_behind() -> None:
    desk = started()
    wall = EPOCH + desk.now
    ends = (wall + 3600, wall + ADDRESS_BLOCKED_LONGEST, wall + ADDRESS_BLOCKED_LONGEST + 1)
    desk.take(*(BlockAsked(TALK, BlockScope.ADDRESS, until=end) for end in ends))
    asked = [one.until for one in desk.took(Block)]
    assert asked == [ends[0], ends[1] - CLOCKS_APART, ends[2]], "what is too long the server refuses"
    desk.take(BlockAsked(TALK, BlockScope.CUSTOMER, until=ends[1]))
    assert [one.until for one in desk.took(Block)] == [ends[1]]
