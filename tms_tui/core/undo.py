"""What is taken back, and how: the last decision by one of its kind, or a message that has not left."""

from typing import Final, assert_never

from tms_tui.core.state import Decision, State
from tms_tui.domain.changes import Notice, NoticeKind
from tms_tui.domain.entries import Delivery, PendingSend
from tms_tui.domain.events import (
    AssignAsked,
    AvailabilityAsked,
    BlockAsked,
    Decide,
    LabelAsked,
    StatusAsked,
    UnblockAsked,
)
from tms_tui.domain.ids import SessionId
from tms_tui.domain.model import Blocked
from tms_tui.domain.policy import UNDO_WITHIN

_OF_DECISIONS: Final = frozenset(
    {
        NoticeKind.RESOLVED,
        NoticeKind.REOPENED,
        NoticeKind.SET_PENDING,
        NoticeKind.BLOCKED,
        NoticeKind.UNBLOCKED,
        NoticeKind.GIVEN_TO_YOU,
        NoticeKind.RELEASED,
        NoticeKind.AVAILABILITY,
    }
)


def inverse(state: State, event: Decide) -> Decide | None:
    """What would undo `event`, asked before it is taken; None when it is not known what stood before."""
    if isinstance(event, AvailabilityAsked):
        return AvailabilityAsked(state.availability)
    held = state.sessions.get(event.session)
    if held is None:
        return None
    match event:
        case AssignAsked(session):
            return AssignAsked(session, held.assigned_agent)
        case StatusAsked(session):
            return StatusAsked(session, held.status, held.pending_until)
        case LabelAsked(session, tags, priority):
            return LabelAsked(session, held.tags if tags is not None else None, held.priority if priority else None)
        case BlockAsked() | UnblockAsked():
            return _as_blocked(event, held.blocked)
        case _:
            assert_never(event)


def _as_blocked(event: BlockAsked | UnblockAsked, stood: Blocked | None) -> BlockAsked | UnblockAsked | None:
    """A block that stood is asked for again; beside one of another scope, the new one alone is lifted."""
    if stood is not None and event.scope in (None, stood.scope):
        return BlockAsked(event.session, stood.scope, stood.reason, stood.until)
    return UnblockAsked(event.session, event.scope) if isinstance(event, BlockAsked) else None


def about(event: Decide) -> SessionId | None:
    """The conversation that was decided on; None for a decision about oneself."""
    return None if isinstance(event, AvailabilityAsked) else event.session


def is_to_be_undone(state: State, said: Notice, now: float) -> bool:
    """Whether a notice tells what became of the last decision, which can be taken back; `now` as below."""
    last = state.decision
    if last is None or now - last.at > UNDO_WITHIN or said.other or said.kind not in _OF_DECISIONS:
        return False
    return about(last.asked) == said.session


def can_be_undone(state: State, asked: Decide, now: float) -> bool:
    """Whether something is the last decision, and can be taken back; `now` as below."""
    last = state.decision
    return last is not None and last.asked == asked and now - last.at <= UNDO_WITHIN


def to_take_back(state: State, session: SessionId | None, now: float) -> PendingSend | Decision | None:
    """The newer of the last decision and the newest queued message of a conversation; `now` is monotonic seconds."""
    queued = [send for send in state.outbox.of(session) if send.delivery is Delivery.QUEUED] if session else []
    last = state.decision
    if last is not None and now - last.at > UNDO_WITHIN:
        last = None
    if queued and (last is None or queued[-1].since >= last.at):
        return queued[-1]
    return last
