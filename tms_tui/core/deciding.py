"""What the agent decides about a conversation or about themselves, and takes back."""

from typing import assert_never

from tms_tui.core.state import Decision, Step
from tms_tui.core.undo import about, inverse
from tms_tui.domain.changes import Decided
from tms_tui.domain.effects import Assign, Block, Label, Request, SetAvailability, SetStatus, Unblock
from tms_tui.domain.events import (
    AssignAsked,
    AvailabilityAsked,
    BlockAsked,
    Decide,
    LabelAsked,
    StatusAsked,
    UnblockAsked,
)
from tms_tui.domain.ids import AgentId, SessionId
from tms_tui.domain.model import BlockScope
from tms_tui.domain.policy import ADDRESS_BLOCKED_LONGEST, CLOCKS_APART, UNDO_WITHIN
from tms_tui.domain.value import replace


def decided(step: Step, event: Decide) -> None:
    """Ask the server; what it answers is what changes the desk."""
    state = step.state
    back = inverse(state, event)
    state.decision = Decision(event, back, step.moment.now) if back is not None else None
    held = state.sessions.get(event.session) if isinstance(event, AssignAsked) else None
    _ask(step, event, held.assigned_agent if held else None, checked=held is not None)


def undone(step: Step) -> None:
    """Ask for what stood before the last decision; an assignment only while the colleague decided on has it."""
    last, step.state.decision = step.state.decision, None
    if last is not None and step.moment.now - last.at <= UNDO_WITHIN:
        given_to = last.asked.agent if isinstance(last.asked, AssignAsked) else None
        _ask(step, last.back, given_to, checked=True)


def answered(step: Step, asked: Request) -> None:
    """The server has carried out what was decided about a conversation."""
    match asked:
        case Assign(session, agent, note=note):
            step.show(Decided(AssignAsked(session, agent, note)))
        case SetStatus(session, status, pending_until):
            step.show(Decided(StatusAsked(session, status, pending_until)))
        case Label(session, tags, priority):
            step.show(Decided(LabelAsked(session, tags, priority)))
        case Block(session, scope, reason, until):
            step.show(Decided(BlockAsked(session, scope, reason, until)))
        case Unblock(session, scope_or_all):
            step.show(Decided(UnblockAsked(session, scope_or_all)))
        case _:
            return


def refused(step: Step, session: SessionId | None) -> None:
    """Nothing came of a decision about a conversation (None: about oneself), so there is nothing to take back."""
    last = step.state.decision
    if last is not None and about(last.asked) == session:
        step.state.decision = None


def doubted(step: Step, session: SessionId | None) -> None:
    """A decision may have been carried out: it can be taken back for as long as one that was just made."""
    last = step.state.decision
    if last is not None and about(last.asked) == session:
        step.state.decision = replace(last, at=step.moment.now)


def _ask(step: Step, event: Decide, expected: AgentId | None, *, checked: bool) -> None:
    match event:
        case AssignAsked(session, agent, note):
            step.do(Assign(session, agent, expected, checked=checked, note=note))
        case StatusAsked(session, status, pending_until):
            step.do(SetStatus(session, status, pending_until))
        case LabelAsked(session, tags, priority):
            step.do(Label(session, tags, priority))
        case BlockAsked(session, scope, reason, until):
            step.do(Block(session, scope, reason, _end(scope, until, step.moment.wall)))
        case UnblockAsked(session, scope_or_all):
            step.do(Unblock(session, scope_or_all))
        case AvailabilityAsked(availability):
            step.do(SetAvailability(availability))
        case _:
            assert_never(event)


def _end(scope: BlockScope, until: float | None, wall: float) -> float | None:
    """A little earlier than the longest time for an address: the server's clock, which judges it, may be behind."""
    longest = wall + ADDRESS_BLOCKED_LONGEST
    if scope is not BlockScope.ADDRESS or until is None or until > longest:
        return until
    return min(until, longest - CLOCKS_APART)
