"""Conversations that the server has no more: dropped here too, from the disk as well, and never taken in again."""

from collections.abc import Iterable

from tms_tui.core import bounds, outbox, people
from tms_tui.core.state import MyTyping, State, Step
from tms_tui.domain.changes import LinkChanged, Notice, NoticeKind, SessionErased, SessionMoved
from tms_tui.domain.effects import ForgetTalks, ReadSession, Request, SignalViewing, Timer, TimerKind, WakeAt
from tms_tui.domain.events import AskFailed, Event
from tms_tui.domain.ids import SessionId
from tms_tui.domain.model import Session
from tms_tui.domain.policy import ERASED_HELD

_ALARMS = (TimerKind.MARK, TimerKind.RESEND, TimerKind.TYPING_IN)


def erased(step: Step, sessions: Iterable[SessionId]) -> None:
    """Nothing of them may be left; what was known here of any is said once, by its number."""
    state = step.state
    new = [one for one in dict.fromkeys(sessions) if one not in state.erased]
    known = [one for one in new if _forget(step, one)]
    state.erased.update(dict.fromkeys(new))
    while len(state.erased) > ERASED_HELD:
        del state.erased[next(iter(state.erased))]
    if new and state.keeps:  # the file may hold what was sent to one that is not listed any more
        step.do(ForgetTalks(tuple(new)))
    if known:
        people.announce(step, Notice(NoticeKind.ERASED, step.moment.wall, count=len(known)))


def is_about_erased(state: State, event: Event) -> bool:
    """Whether it comes too late: it was on its way when its conversation went. What failed is always heard of."""
    return bool(state.erased) and not isinstance(event, AskFailed) and subject(event) in state.erased


def subject(of: Event | Request) -> SessionId | None:
    """The one conversation that an event or a request is about."""
    asked = of.asked if isinstance(of, AskFailed) else of
    for part in (asked, getattr(asked, "message", None), getattr(asked, "draft", None)):
        session: Session | SessionId | None = getattr(part, "session", None)
        if session is not None:
            return session.id if isinstance(session, Session) else session
    return None


def look_after_kept(step: Step) -> None:
    """Ask after the conversations that something is kept for and that no list named: they may be erased."""
    state = step.state
    if state.sync.cursor is None or state.sync.snapshot or state.me is None:
        return
    kept = {session for session, _ in state.drafts} | set(state.outbox.queues)
    bounds.follow(step, map(ReadSession, sorted(kept - state.sessions.keys())))


def _forget(step: Step, session: SessionId) -> bool:
    """Whether anything was known of it."""
    state = step.state
    unsent = list(state.outbox.of(session))
    written = [place for place in state.drafts if place[0] == session]
    held = [session in kept for kept in (state.sessions, state.transcripts, state.typing)]
    if not any((*held, unsent, written)):
        return False
    for send in unsent:
        outbox.take_out(state.outbox, send.draft.send_id)
    for place in ((session, False), (session, True)):
        state.drafts.pop(place, None)
        state.unfilled.pop(place, None)
        state.written_at.pop(place, None)
        state.unkept.discard(place)
    for kept in (state.sessions, state.transcripts, state.typing, state.unopened):
        kept.pop(session, None)
    _forget_mentions(step, session)
    step.do(*(WakeAt(Timer(kind, session), None) for kind in _ALARMS))
    step.show(SessionErased(session), SessionMoved(session), LinkChanged())
    return True


def _forget_mentions(step: Step, session: SessionId) -> None:
    """Where it is named beside other things: notices bear the customer's name."""
    state = step.state
    for notice in [one for one in state.notices if one.session == session]:
        state.notices.remove(notice)
    for seen in [one for one in state.health.failures_seen if one[1].session and one[1].session.id == session]:
        state.health.failures_seen.remove(seen)
    for query, found in state.listings.items():
        state.listings[query] = tuple(one for one in found if one != session)
    for ids in (state.sync.unanswered, state.sync.unconfirmed, state.sync.listed):
        ids.discard(session)
    state.pacing.waiting.pop(ReadSession(session), None)
    if state.decision is not None and getattr(state.decision.asked, "session", None) == session:
        state.decision = None
    if state.my_typing.session == session:
        state.my_typing = MyTyping()
    if state.opened == session:
        state.opened = None
        step.do(SignalViewing(None))
