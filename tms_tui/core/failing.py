"""Requests that failed and alarms that rang, each to the rule that knows what follows."""

from typing import assert_never

from tms_tui.core import (
    bounds,
    deciding,
    erasing,
    holding,
    keeping,
    link,
    marking,
    people,
    reporting,
    select,
    sending,
    sessions,
    sync,
    typing,
)
from tms_tui.core.state import Step
from tms_tui.domain.changes import CountersChanged, Notice, NoticeKind, TranscriptChanged
from tms_tui.domain.effects import (
    Block,
    MarkRead,
    MarkUnread,
    PostMetrics,
    ReadAgents,
    ReadCanned,
    ReadLog,
    ReadPage,
    ReadSession,
    ReadSessions,
    Request,
    Timer,
    TimerKind,
    Transmit,
    Unblock,
    WakeAt,
)
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.events import AskFailed
from tms_tui.domain.ids import SessionId
from tms_tui.domain.policy import POLL_FIRST
from tms_tui.domain.text import CleanText
from tms_tui.domain.value import replace

NO_SUCH_AGENT = ("unknown_agent", "agent_disabled")
"""Codes by which the server refuses to hand a conversation to somebody who cannot come: the list of agents is old."""
FOR_GOOD = (FailureKind.MISSING, FailureKind.FORBIDDEN, FailureKind.INVALID)
"""A read that failed so would fail again."""


def failed(step: Step, event: AskFailed) -> None:
    """A request was not answered as hoped."""
    asked, failure = event.asked, event.failure
    _note(step, failure)
    session = erasing.subject(asked)
    if failure.kind is FailureKind.ERASED and session is not None:
        erasing.erased(step, (session,))
    if session in step.state.erased:
        return
    match asked:
        case Transmit(draft):
            sending.failed(step, draft, failure)
        case ReadLog() | ReadSessions():
            sync.read_failed(step, asked, failure)
        case ReadPage(session):
            _page_failed(step, asked, failure)
        case ReadSession(session):
            _session_failed(step, session, failure)
        case MarkRead() | MarkUnread():
            _mark_failed(step, asked, failure)
        case PostMetrics():
            reporting.failed(step)
        case ReadAgents() | ReadCanned():
            _list_failed(step, asked, failure)
        case _:
            _decision_failed(step, asked, failure)


def _note(step: Step, failure: Failure) -> None:
    """What a failure means whatever was asked."""
    step.state.health.failures_seen.append((step.moment.wall, failure))
    step.show(CountersChanged())
    if failure.kind is FailureKind.TOO_MANY:
        holding.hold(step, failure.retry_after)
    if failure.kind is FailureKind.UNAUTHORIZED:
        sending.sign_in_again(step, failure)


def rang(step: Step, timer: Timer) -> None:
    """An alarm went off."""
    session = SessionId(timer.key)
    match timer.kind:
        case TimerKind.RECONNECT | TimerKind.WELCOME | TimerKind.STABLE | TimerKind.RENEW:
            link.rang(step, timer.kind)
        case TimerKind.REPORT:
            reporting.due(step)
        case TimerKind.POLL | TimerKind.DEAF | TimerKind.PACE:
            sync.rang(step, timer.kind)
        case TimerKind.RESEND:
            sending.retry(step, session)
        case TimerKind.DRAFT:
            keeping.keep_drafts(step)
        case TimerKind.MARK:
            marking.tell_mark(step, session)
        case TimerKind.TYPING_OUT:
            typing.stopped(step)
        case TimerKind.TYPING_IN:
            typing.expire(step, session)
        case _:
            assert_never(timer.kind)


def _page_failed(step: Step, asked: ReadPage, failure: Failure) -> None:
    """The page is asked for again when the log is read next; a doubtful send keeps its own pace."""
    transcript = step.state.transcript(asked.session)
    transcript.reading.discard(asked)
    transcript.outdated.discard(asked)
    transcript.void.discard(asked)
    transcript.refused = failure.kind in FOR_GOOD
    step.show(TranscriptChanged(asked.session))
    if transcript.refused:
        sending.read_decided(step, asked.session)
    elif step.state.outbox.of(asked.session):
        delay = max(failure.retry_after or 0.0, POLL_FIRST)
        step.do(WakeAt(Timer(TimerKind.RESEND, asked.session), step.moment.now + delay))


def _session_failed(step: Step, session: SessionId, failure: Failure) -> None:
    """It is gone, or is asked for again when the log is read next: it may have ended without our knowing."""
    if failure.kind is FailureKind.MISSING:
        sessions.vanished(step, session)
    elif failure.kind not in FOR_GOOD:
        step.state.sync.unanswered.add(session)


def _list_failed(step: Step, asked: ReadAgents | ReadCanned, failure: Failure) -> None:
    """It is asked for again when the log is read next, or when the agent wants it."""
    if failure.kind not in FOR_GOOD:
        step.state.sync.lists_unanswered[asked] = None


def _mark_failed(step: Step, asked: MarkRead | MarkUnread, failure: Failure) -> None:
    """A newer mark, or the next look at the conversation, tells it again; what the agent asked for is said."""
    transcript = step.state.transcript(asked.session)
    transcript.marking = None
    if isinstance(asked, MarkUnread):
        marking.unmarked(step, asked.session)
        _decision_failed(step, asked, failure)
    elif transcript.unread_from is not None:
        marking.tell_mark(step, asked.session)


def _decision_failed(step: Step, asked: Request, failure: Failure) -> None:
    """Say that it did not happen, or that nobody knows; whoever won a race is named."""
    session_id: SessionId | None = getattr(asked, "session", None)
    kind = _fate(failure)
    if kind is NoticeKind.UNANSWERED:
        deciding.doubted(step, session_id)
    else:
        deciding.refused(step, session_id)
    name = other = CleanText("")
    if failure.session is not None:
        sessions.merge(step, failure.session)
        other = select.holder_name(step.state, failure.session) or CleanText("")
    held = step.state.sessions.get(session_id) if session_id is not None else None
    if held is not None:
        name = held.customer.name
    if failure.code in NO_SUCH_AGENT:
        bounds.follow(step, (ReadAgents(),))
    if isinstance(asked, Block | Unblock) and failure.kind is FailureKind.MISSING:
        failure = replace(failure, kind=FailureKind.UNSUPPORTED)
        bounds.follow(step, (ReadSession(asked.session),))
    people.announce(step, Notice(kind, step.moment.wall, session_id, name, other, failure=failure))


def _fate(failure: Failure) -> NoticeKind:
    """What is said of a decision that failed so."""
    if failure.kind in sending.UNSURE:
        return NoticeKind.UNANSWERED
    return NoticeKind.RACE_LOST if failure.kind is FailureKind.TAKEN else NoticeKind.REQUEST_FAILED
