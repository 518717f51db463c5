"""A pace for what the server's own answers make the console ask, and numbers for what they make it keep."""

from collections.abc import Iterable
from functools import partial

from tms_tui.core import holding
from tms_tui.core.state import State, Step
from tms_tui.domain.changes import Bound, CountersChanged, Notice, NoticeKind, SessionMoved
from tms_tui.domain.effects import Read, ReadSession, Timer, TimerKind, WakeAt
from tms_tui.domain.ids import SessionId
from tms_tui.domain.model import Session, SessionStatus
from tms_tui.domain.policy import (
    READ_EVERY,
    READS_AT_ONCE,
    READS_WAITING,
    SESSIONS_HELD,
    SESSIONS_LEFT_OUT,
    UNOPENED_TALKS,
)


def reached(step: Step, bound: Bound) -> None:
    """Count that a bound was reached, and say so when it is the first time."""
    bounds = step.state.health.bounds
    if not bounds[bound]:
        step.announce(Notice(NoticeKind.BOUNDED, step.moment.wall, bound=bound))
    bounds[bound] += 1
    step.show(CountersChanged())


def follow(step: Step, reads: Iterable[Read]) -> None:
    """Read what an answer or an event of the server's leads to: a long run of such reads goes on at a slow pace."""
    pacing = step.state.pacing
    for read in reads:
        if read in pacing.waiting:
            continue
        if not pacing.waiting and _spent(step) <= READS_AT_ONCE - 1:
            pacing.spent += 1
            step.do(read)
        elif not isinstance(read, ReadSession) or len(pacing.waiting) < READS_WAITING:
            pacing.waiting[read] = None
            reached(step, Bound.READS)
    _plan(step)


def go_on(step: Step) -> None:
    """Make the reads whose turn has come; none while the server wants a rest or the agent has to sign in."""
    pacing = step.state.pacing
    if step.state.sign_in_needed is None and not holding.left(step):
        while pacing.waiting and _spent(step) <= READS_AT_ONCE - 1:
            # Single conversations last, as what lists and logs say of them may settle it.
            read = min(pacing.waiting, key=lambda one: isinstance(one, ReadSession))
            del pacing.waiting[read]
            pacing.spent += 1
            step.do(read)
    _plan(step)


def leave_out(step: Step) -> None:
    """Hold no more conversations than the list can bear: ended ones go first, the agent's own last.

    Of each kind those go that are quiet longest, and none that the agent looks at or wrote something for.
    """
    state = step.state
    if len(state.sessions) < SESSIONS_HELD + SESSIONS_LEFT_OUT:
        return
    reached(step, Bound.SESSIONS)
    spare = sorted((one for one in state.sessions.values() if not _is_needed(state, one)), key=partial(_order, state))
    for session in spare[: len(state.sessions) - SESSIONS_HELD]:
        del state.sessions[session.id]
        step.show(SessionMoved(session.id))


def forget_quiet(state: State, session: SessionId) -> None:
    """Something came for a conversation that was never opened: of too many such, forget what was quiet longest."""
    state.unopened.pop(session, None)
    state.unopened[session] = None
    if len(state.unopened) > UNOPENED_TALKS:
        quietest = next(iter(state.unopened))
        del state.unopened[quietest], state.transcripts[quietest]


def _spent(step: Step) -> float:
    """How many reads count as made at once by now."""
    pacing, now = step.state.pacing, step.moment.now
    pacing.spent = max(0.0, pacing.spent - (now - pacing.at) / READ_EVERY)
    pacing.at = now
    return pacing.spent


def _plan(step: Step) -> None:
    if step.state.pacing.waiting and step.state.sign_in_needed is None:
        wait = max((_spent(step) - (READS_AT_ONCE - 1)) * READ_EVERY, holding.left(step))
        step.do(WakeAt(Timer(TimerKind.PACE), step.moment.now + wait))


def _is_needed(state: State, session: Session) -> bool:
    is_written = (session.id, False) in state.drafts or (session.id, True) in state.drafts
    return state.opened == session.id or is_written or bool(state.outbox.of(session.id))


def _order(state: State, session: Session) -> tuple[bool, bool, float]:
    is_mine = state.me is not None and session.assigned_agent == state.me.id
    return (session.status is not SessionStatus.ENDED, is_mine, session.last_activity_at)
