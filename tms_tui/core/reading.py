"""Messages into transcripts, whichever way they came; what was read, by whom, and what to read next."""

from collections.abc import Iterable

from tms_tui.core import health, holding, people, sending, sessions, typing
from tms_tui.core.state import LIVE, Stage, Step
from tms_tui.core.transcript import (
    Transcript,
    close_gap,
    doubt,
    last_of_visitor,
    mark_gap,
    merge,
    merge_page,
    missing_in,
    next_read,
    older,
    unread_after,
)
from tms_tui.domain.changes import CustomerWrote, Notice, NoticeKind, SessionMoved, TranscriptChanged, TranscriptGrew
from tms_tui.domain.effects import MarkRead, MarkUnread, ReadPage, ReadSession, SignalViewing, Timer, TimerKind, WakeAt
from tms_tui.domain.events import PageRead, ReadMarked, ReadMarkMoved, ReceiptSeen, Shown, UnreadAsked
from tms_tui.domain.ids import SessionId
from tms_tui.domain.model import AuthorType, Message
from tms_tui.domain.policy import MARK_EVERY


def message_arrived(step: Step, message: Message) -> None:
    """One message by the socket, the log or an answer."""
    state = step.state
    typing.forget(step, message.session, message.author)
    transcript = state.transcript(message.session)
    merged = merge(transcript, (message,))
    settled = sending.settle(step, message)
    if merged.appended and not settled:
        step.show(TranscriptGrew(message.session))
    elif merged.appended or merged.inserted or merged.updated:
        step.show(TranscriptChanged(message.session))
    if not merged.appended and not merged.inserted:
        return
    health.delivered(state.health, message.created_at, step.moment.now)
    if message.session not in state.sessions:
        step.do(ReadSession(message.session))
    sessions.wrote(step, message)
    _call(step, message)
    if transcript.holes and state.opened == message.session:
        fetch(step, transcript)


def _call(step: Step, message: Message) -> None:
    """Call the agent to a customer's words, unless they see them or they are old: catching up calls nobody."""
    state = step.state
    session = state.sessions.get(message.session)
    mine = state.me.id if state.me else None
    is_news = message.author.type is AuthorType.VISITOR and not (state.sync.catching_up or state.sync.behind)
    if is_news and state.opened != message.session and session and session.assigned_agent in (None, mine):
        step.show(CustomerWrote(message.session))


def page_read(step: Step, event: PageRead) -> None:
    """One page of history."""
    transcript = step.state.transcript(event.session)
    asked = ReadPage(event.session, event.before, event.after)
    if asked in transcript.void:
        transcript.void.discard(asked)
        if step.state.opened == event.session and not step.state.sync.snapshot:
            fetch(step, transcript)
        return
    is_outdated = asked in transcript.outdated
    transcript.reading.discard(asked)
    transcript.outdated.discard(asked)
    missing, was_dirty = missing_in(transcript), transcript.dirty
    _ = merge_page(transcript, event.messages, asked, has_more=event.has_more)
    step.state.health.gaps_filled += max(0, missing - missing_in(transcript))
    transcript.dirty = transcript.dirty or is_outdated
    if was_dirty and not transcript.dirty:
        step.show(SessionMoved(event.session))
    if step.state.link.stage in LIVE and not step.state.sync.catching_up:
        _confirm(step, transcript)
    settle_all(step, event.messages)
    step.show(TranscriptChanged(event.session))
    if event.messages:
        sessions.wrote(step, event.messages[-1])
    if event.after is not None and event.has_more and event.messages:
        ask(step, transcript, ReadPage(event.session, after=event.messages[-1].seq))
    elif step.state.opened == event.session:
        fetch(step, transcript)
    if event.after is not None and not event.has_more:
        sending.read_decided(step, event.session)


def settle_all(step: Step, messages: Iterable[Message]) -> None:
    """Match own sends with what is stored."""
    if step.state.outbox.queues:
        for message in messages:
            sending.settle(step, message)


def receipt_seen(step: Step, event: ReceiptSeen) -> None:
    """The customer has read up to a message."""
    transcript = step.state.transcript(event.session)
    if event.reader is AuthorType.VISITOR and event.up_to > transcript.visitor_read_up_to:
        transcript.visitor_read_up_to = event.up_to
        step.show(TranscriptChanged(event.session))


def opened(step: Step, session: SessionId | None) -> None:
    """The agent looks at a conversation: say so, and read what is missing of it."""
    state = step.state
    if state.opened == session:
        return
    state.opened = session
    typing.stopped(step)
    step.do(SignalViewing(session))
    if session is not None:
        transcript = state.transcript(session)
        transcript.refused = False
        fetch(step, transcript)


def shown(step: Step, event: Shown) -> None:
    """Messages were really on the screen: they count as read, and the server is told soon."""
    transcript = step.state.transcript(event.session)
    if event.up_to <= transcript.seen_up_to:
        return
    transcript.seen_up_to, transcript.unread_from = event.up_to, None
    sessions.recount(step, event.session, unread_after(transcript, event.up_to))
    if transcript.marking is None:
        transcript.marking = event.up_to
        step.do(WakeAt(Timer(TimerKind.MARK, event.session), step.moment.now + MARK_EVERY))


def unread_asked(step: Step, event: UnreadAsked) -> None:
    """The agent wants to come back: unread again, here at once and at the server after any mark under way."""
    transcript = step.state.transcript(event.session)
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


def top_reached(step: Step, session: SessionId) -> None:
    """The agent is at the oldest message held: read the page before it."""
    transcript = step.state.transcript(session)
    page = older(transcript)
    if page is not None:
        ask(step, transcript, page)
        step.show(TranscriptChanged(session))


def fetch(step: Step, transcript: Transcript) -> None:
    """Ask for what is missing of a transcript, if anything is."""
    page = next_read(transcript)
    if page is not None:
        ask(step, transcript, page)


def ask(step: Step, transcript: Transcript, page: ReadPage) -> None:
    """Ask for one page, unless it is being read already, or nothing is answered before the next sign-in."""
    under_way = page in transcript.reading or page in transcript.outdated or page in transcript.void
    if step.state.sign_in_needed is None and not under_way:
        transcript.reading.add(page)
        step.do(page)


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


def line_lost(step: Step, at: float) -> None:
    """Leave a mark in every transcript that was current when the line broke."""
    for transcript in step.state.transcripts.values():
        if transcript.loaded:
            mark_gap(transcript, at)
            step.show(TranscriptChanged(transcript.session))


def caught_up(step: Step) -> None:
    """The log was read to its end: close the marks, and say once how much came."""
    began = step.state.link.lost_at
    total = 0
    for transcript in step.state.transcripts.values():
        total += _confirm(step, transcript)
    if total and began is not None:
        people.announce(step, Notice(NoticeKind.CAUGHT_UP, step.moment.wall, count=total, since=began))


def _confirm(step: Step, transcript: Transcript) -> int:
    """Close the mark of a break, unless something may still be missing; how many messages came in behind it."""
    if transcript.dirty:
        return 0
    recovered = close_gap(transcript, step.moment.wall)
    if recovered is None:
        return 0
    step.state.health.gaps_filled += recovered
    step.show(TranscriptChanged(transcript.session))
    return recovered


def begin_anew(step: Step) -> None:
    """What is held of the conversations' words may be another log's: it is dropped, and read when it is looked at."""
    state = step.state
    for session, held in state.transcripts.items():
        anew = state.transcripts[session] = Transcript(session)
        anew.void = held.reading | held.outdated | held.void
        step.show(TranscriptChanged(session))
    # Numbers of messages that the agent had seen say nothing about the messages that bear them now.
    state.written_at = dict.fromkeys(state.written_at, 0)


def all_dirty(step: Step) -> None:
    """The log cannot say what was missed: every transcript needs a page to be believed."""
    for transcript in step.state.transcripts.values():
        doubt(transcript)
        if transcript.dirty:
            step.show(SessionMoved(transcript.session))
    if step.state.opened is not None:
        step.show(TranscriptChanged(step.state.opened))
        fetch(step, step.state.transcript(step.state.opened))


def resume(step: Step) -> None:
    """Ask again for what single reads failed to bring: what the open conversation lacks, and whole conversations."""
    state = step.state
    if state.link.stage is Stage.IDLE or state.sign_in_needed is not None or holding.left(step):
        return
    if state.opened is not None and not state.transcript(state.opened).refused:
        fetch(step, state.transcript(state.opened))
    for session in sorted(state.sync.unanswered):
        step.do(ReadSession(session))
    state.sync.unanswered.clear()
