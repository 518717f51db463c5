"""Messages into transcripts, whichever way they came; what the customer has read, and what to read next."""

from collections.abc import Iterable

from tms_tui.core import bounds, health, holding, marking, people, select, sending, sessions, typing
from tms_tui.core.state import LIVE, Stage, Step
from tms_tui.core.transcript import (
    Transcript,
    close_gap,
    doubt,
    drop_oldest,
    is_stuck,
    mark_gap,
    merge,
    merge_page,
    missing_in,
    next_read,
    older,
)
from tms_tui.domain.changes import (
    Bound,
    CustomerWrote,
    Notice,
    NoticeKind,
    SessionMoved,
    TranscriptChanged,
    TranscriptGrew,
)
from tms_tui.domain.effects import ReadPage, ReadSession, SignalViewing
from tms_tui.domain.events import PageRead, ReceiptSeen
from tms_tui.domain.ids import SessionId
from tms_tui.domain.model import AuthorType, Message
from tms_tui.domain.policy import LEFT_HELD, OPENED_DROPPED, OPENED_HELD, READS_WAITING, UNOPENED_HELD


def message_arrived(step: Step, message: Message) -> None:
    """One message by the socket, the log or an answer."""
    state = step.state
    typing.forget(step, message.session, message.author)
    transcript = state.transcript(message.session)
    if message.seq <= transcript.dropped_up_to:
        sending.settle(step, message)
        return
    merged = merge(transcript, (message,))
    _keep_within(step, transcript)
    settled = sending.settle(step, message)
    if merged.appended and not settled:
        step.show(TranscriptGrew(message.session))
    elif merged.appended or merged.inserted or merged.updated:
        step.show(TranscriptChanged(message.session))
    if not merged.appended and not merged.inserted:
        return
    health.delivered(state.health, message.created_at, step.moment.now)
    if message.session not in state.sessions:
        _ask_what_it_is(step, message.session)
    sessions.wrote(step, message)
    _call(step, message)
    if transcript.holes and state.opened == message.session and not transcript.reading:
        _fetch_more(step, transcript)


def _ask_what_it_is(step: Step, session: SessionId) -> None:
    """Ask for a conversation that only its messages tell of, once until the log was read again."""
    unknown = step.state.sync.unknown
    if session not in unknown and len(unknown) < READS_WAITING:
        unknown.add(session)
        bounds.follow(step, (ReadSession(session),))


def _keep_within(step: Step, transcript: Transcript) -> None:
    """Drop the oldest of what is longer than is kept of a conversation."""
    state = step.state
    if not transcript.opened:
        bounds.forget_quiet(state, transcript.session)
        drop_oldest(transcript, UNOPENED_HELD)
    elif state.opened != transcript.session:
        drop_oldest(transcript, LEFT_HELD)
    elif len(transcript.ids) >= OPENED_HELD + OPENED_DROPPED:
        drop_oldest(transcript, OPENED_HELD)
        bounds.reached(step, Bound.HISTORY)


def _call(step: Step, message: Message) -> None:
    """Call the agent to a customer's words, unless they see them or they are old: catching up calls nobody."""
    state = step.state
    session = state.sessions.get(message.session)
    mine = state.me.id if state.me else None
    is_news = message.author.type is AuthorType.VISITOR and not (state.sync.catching_up or state.sync.behind)
    if is_news and state.opened != message.session and session and select.holder(state, session) in (None, mine):
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
    _keep_within(step, transcript)
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
    stuck = is_stuck(event.messages, asked, has_more=event.has_more)
    if stuck:
        bounds.reached(step, Bound.READS)
    elif event.after is not None and event.has_more:
        ask(step, transcript, ReadPage(event.session, after=event.messages[-1].seq), follows=True)
    elif step.state.opened == event.session:
        _fetch_more(step, transcript)
    if event.after is not None and (stuck or not event.has_more):
        sending.read_decided(step, event.session)


def settle_all(step: Step, messages: Iterable[Message]) -> None:
    """Match own sends with what is stored."""
    if step.state.outbox.queues:
        for message in messages:
            sending.settle(step, message)


def receipt_seen(step: Step, event: ReceiptSeen) -> None:
    """The customer has read up to a message."""
    transcript = step.state.transcript(event.session)
    if not transcript.opened:
        bounds.forget_quiet(step.state, event.session)
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
        transcript = marking.at_work(step, session)
        transcript.refused = False
        fetch(step, transcript)
        sessions.look_up_customer(step, session)


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


def _fetch_more(step: Step, transcript: Transcript) -> None:
    """The same, because of what the server said."""
    page = next_read(transcript)
    if page is not None:
        ask(step, transcript, page, follows=True)


def ask(step: Step, transcript: Transcript, page: ReadPage, *, follows: bool = False) -> None:
    """Ask for one page, unless it is being read already, or nothing is answered before the next sign-in.

    `follows`: what the server said leads to it, so it may have to wait for its turn.
    """
    under_way = page in transcript.reading or page in transcript.outdated or page in transcript.void
    if step.state.sign_in_needed is not None or under_way:
        return
    transcript.reading.add(page)
    if follows:
        bounds.follow(step, (page,))
    else:
        step.do(page)


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
        anew = state.transcripts[session] = Transcript(session, opened=held.opened)
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
    """Ask again for what single reads failed to bring: of the open conversation, whole conversations, and lists."""
    state = step.state
    if state.link.stage is Stage.IDLE or state.sign_in_needed is not None or holding.left(step):
        return
    if state.opened is not None and not state.transcript(state.opened).refused:
        fetch(step, state.transcript(state.opened))
    bounds.follow(step, map(ReadSession, sorted(state.sync.unanswered)))
    state.sync.unanswered.clear()
    bounds.follow(step, state.sync.lists_unanswered)
    state.sync.lists_unanswered.clear()
