"""How far the agent has read: told to the server as read marks, or taken back as unread."""

from tms_tui.core import sessions
from tms_tui.core.state import Step
from tms_tui.core.transcript import Transcript, last_of_visitor, unread_after
from tms_tui.domain.effects import MarkRead, MarkUnread, Timer, TimerKind, WakeAt
from tms_tui.domain.events import ReadMarked, ReadMarkMoved, Shown, UnreadAsked
from tms_tui.domain.ids import SessionId
from tms_tui.domain.policy import MARK_EVERY


def at_work(step: Step, session: SessionId) -> Transcript:
    """The transcript of a conversation that the agent is at: it is kept from now on."""
    transcript = step.state.transcript(session)
    transcript.opened = True
    step.state.unopened.pop(session, None)
    return transcript


def shown(step: Step, event: Shown) -> None:
    """Messages were really on the screen: they count as read, and the server is told soon."""
    transcript = at_work(step, event.session)
    if event.up_to <= transcript.seen_up_to:
        return
    transcript.seen_up_to, transcript.unread_from = event.up_to, None
    sessions.recount(step, event.session, unread_after(transcript, event.up_to))
    if transcript.marking is None:
        transcript.marking = event.up_to
        step.do(WakeAt(Timer(TimerKind.MARK, event.session), step.moment.now + MARK_EVERY))


def unread_asked(step: Step, event: UnreadAsked) -> None:
    """The agent wants to come back: unread again, here at once and at the server after any mark under way."""
    transcript = at_work(step, event.session)
    last = last_of_visitor(transcript)
    if last is None and transcript.top_reached:
        return
    start = last or 0
    if event.from_seq is not None:
        start = min(start or event.from_seq, event.from_seq)
    transcript.unread_from = start
    transcript.seen_up_to = min(transcript.seen_up_to, max(0, start - 1))
    sessions.recount(step, event.session, sessions.marked_unread(step.state, transcript))
    if transcript.marking is None:
        _tell_unread(step, transcript, start)


def unmarked(step: Step, session: SessionId) -> None:
    """The server knows that it is unread, or will not have it; what was read since is told now."""
    transcript = step.state.transcript(session)
    transcript.unread_from = None
    _tell_later(step, transcript)


def tell_mark(step: Step, session: SessionId) -> None:
    """Tell the server how far the agent has read: the newest mark alone, whatever happened in between."""
    transcript = step.state.transcript(session)
    if transcript.unread_from is not None:
        _tell_unread(step, transcript, transcript.unread_from)
    elif transcript.seen_up_to > transcript.marked_up_to:
        transcript.marking = transcript.seen_up_to
        step.do(MarkRead(session, transcript.seen_up_to))
    else:
        transcript.marking = None


def marked(step: Step, event: ReadMarked) -> None:
    """The server knows the mark; a newer one follows at its own pace."""
    transcript = step.state.transcript(event.session)
    transcript.marked_up_to = max(transcript.marked_up_to, event.up_to)
    if transcript.unread_from is not None:
        _tell_unread(step, transcript, transcript.unread_from)
    else:
        _tell_later(step, transcript)


def mark_moved(step: Step, event: ReadMarkMoved) -> None:
    """A read mark of the agent moved, here or at another desk of theirs; what this desk has not told yet stands."""
    transcript = step.state.transcripts.get(event.session)
    if transcript is None:
        sessions.recount(step, event.session, event.unread)
        return
    if event.back:
        transcript.seen_up_to = min(transcript.seen_up_to, event.up_to)
        transcript.marked_up_to = min(transcript.marked_up_to, event.up_to)
    else:
        transcript.seen_up_to = max(transcript.seen_up_to, event.up_to)
        transcript.marked_up_to = max(transcript.marked_up_to, event.up_to)
    if transcript.unread_from is None and transcript.seen_up_to == transcript.marked_up_to:
        sessions.recount(step, event.session, event.unread)


def _tell_unread(step: Step, transcript: Transcript, start: int) -> None:
    """No mark is under way now, so that the server takes both in the order of the agent's wishes."""
    transcript.marked_up_to = min(transcript.marked_up_to, max(0, start - 1))
    transcript.marking = start
    step.do(MarkUnread(transcript.session, start or None))


def _tell_later(step: Step, transcript: Transcript) -> None:
    transcript.marking = None
    if transcript.seen_up_to > transcript.marked_up_to:
        transcript.marking = transcript.seen_up_to
        step.do(WakeAt(Timer(TimerKind.MARK, transcript.session), step.moment.now + MARK_EVERY))
