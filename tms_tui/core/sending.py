"""The way of an own message: queued, sending, and settled by whichever proof comes first."""

from typing import Final

from tms_tui.core import holding, keeping, outbox, people
from tms_tui.core.outbox import LEFT, PARKED
from tms_tui.core.state import State, Step
from tms_tui.core.transcript import Transcript, merge
from tms_tui.domain.changes import (
    LinkChanged,
    Notice,
    NoticeKind,
    SendHeld,
    SendTaken,
    SignInNeeded,
    TranscriptChanged,
    TranscriptGrew,
)
from tms_tui.domain.effects import ReadPage, Timer, TimerKind, Transmit, WakeAt
from tms_tui.domain.entries import Delivery, PendingSend
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.events import SendStored
from tms_tui.domain.ids import SendId, SessionId
from tms_tui.domain.model import AuthorType, Draft, Message
from tms_tui.domain.policy import GIVE_UP_SENDING_AFTER, GIVE_UP_SENDING_TRIES, RATE_LIMITED_FOR, SEND_RETRY
from tms_tui.domain.value import replace

UNSURE = (FailureKind.NO_ANSWER, FailureKind.SERVER_ERROR, FailureKind.UNREADABLE)
"""After these the message may be stored: only a read can tell."""

UNTRIED: Final[dict[str, object]] = {"tries": 0, "doubts": 0, "doubted_at": None}
"""What the agent sends again is tried as long as a new one."""


def may_be_stored(send: PendingSend) -> bool:
    """Whether it is on its way, or was given up without an answer that tells, or an earlier try of it was."""
    given_up = send.delivery is Delivery.REFUSED and send.failure is not None and send.failure.kind in UNSURE
    return send.delivery in LEFT or given_up or send.doubts > 0


def asked(step: Step, draft: Draft) -> None:
    """Enter was pressed: the pending entry stands at once, unless the talk moved on unseen."""
    box = step.state.outbox
    if draft.send_id in box.settled or box.find(draft.send_id) is not None:
        return
    if _moved_on(step.state, draft):
        outbox.put(box, PendingSend(draft, Delivery.HELD, step.moment.now))
        _hold(step, draft)
        return
    outbox.put(box, PendingSend(draft, Delivery.QUEUED, step.moment.now, kept=not step.state.keeps))
    keeping.keep_send(step, draft)
    step.show(SendTaken(draft.send_id, draft.session), TranscriptGrew(draft.session), LinkChanged())
    kick(step, draft.session)


def resend(step: Step, send_id: SendId) -> None:
    """Send what was refused or held; the agent has seen what happened since."""
    send = step.state.outbox.find(send_id)
    if send is None or send.delivery not in PARKED:
        return
    newest = step.state.transcript(send.draft.session).newest_seq
    draft = replace(send.draft, seen_up_to=max(send.draft.seen_up_to, newest))
    is_kept = not step.state.keeps
    _change(step, send, Delivery.QUEUED, draft=draft, failure=None, since=step.moment.now, kept=is_kept, **UNTRIED)
    keeping.keep_send(step, draft)
    step.show(SendTaken(send_id, draft.session))
    kick(step, draft.session)


def dropped(step: Step, send_id: SendId) -> None:
    """Take back what has not left."""
    send = step.state.outbox.find(send_id)
    if send is None or send.delivery in LEFT:
        return
    outbox.take_out(step.state.outbox, send_id)
    keeping.forget_send(step, send_id)
    step.show(TranscriptChanged(send.draft.session), LinkChanged())
    kick(step, send.draft.session)


def kick(step: Step, session: SessionId) -> None:
    """Transmit the head of a queue, if it may go."""
    send = outbox.head(step.state.outbox, session)
    if send is None:
        return
    if holding.left(step):
        step.do(WakeAt(Timer(TimerKind.RESEND, session), step.state.held_until))
        return
    if step.state.sign_in_needed is not None:
        _change(step, send, Delivery.QUEUED, failure=step.state.sign_in_needed)
        return
    _change(step, send, Delivery.SENDING, tries=send.tries + 1)
    guarded = step.state.can.guards_stale_sends and not send.draft.private
    step.do(Transmit(send.draft, send.draft.seen_up_to if guarded else None))


def flush(step: Step) -> None:
    """The server can be reached again: whatever waits may go."""
    for session in list(step.state.outbox.queues):
        retry(step, session)


def retry(step: Step, session: SessionId) -> None:
    """Go on with a queue: send its head, or look whether a doubtful one arrived."""
    queue = step.state.outbox.of(session)
    if queue and queue[0].delivery is Delivery.DOUBTFUL:
        _look(step, session)
    else:
        kick(step, session)


def stored(step: Step, event: SendStored) -> None:
    """The server answered with the stored message."""
    merged = merge(step.state.transcript(event.message.session), (event.message,))
    settle(step, event.message)
    if merged.appended or merged.inserted or merged.updated:
        step.show(TranscriptChanged(event.message.session))


def settle(step: Step, message: Message) -> bool:
    """A stored message with the id of a pending send ends its wait; whether there was one."""
    if message.send_id is None:
        return False
    send = outbox.take_out(step.state.outbox, message.send_id)
    if send is None:
        return False
    step.state.outbox.settled[message.send_id] = None
    keeping.forget_send(step, message.send_id)
    step.show(TranscriptChanged(message.session), LinkChanged())
    kick(step, message.session)
    return True


def failed(step: Step, draft: Draft, failure: Failure) -> None:
    """A transmission did not end with a stored message."""
    send = step.state.outbox.find(draft.send_id)
    if send is None or send.delivery is not Delivery.SENDING:
        return
    kind = failure.kind
    if kind in UNSURE and not _is_hopeless(send, step.moment.now):
        first = step.moment.now if send.doubted_at is None else send.doubted_at
        _change(step, send, Delivery.DOUBTFUL, failure=failure, doubts=send.doubts + 1, doubted_at=first)
        _wake(step, send, failure)
    elif kind in (FailureKind.NOT_REACHED, FailureKind.TOO_MANY):
        _change(step, send, Delivery.QUEUED, failure=failure)
        _wake(step, send, failure)
    elif kind is FailureKind.UNAUTHORIZED:
        _change(step, send, Delivery.QUEUED, failure=failure)
        sign_in_again(step, failure)
    elif kind is FailureKind.MOVED_ON:
        _change(step, send, Delivery.HELD, failure=failure)
        _hold(step, draft)
        _look(step, draft.session)
    else:
        _change(step, send, Delivery.REFUSED, failure=failure)
        people.announce(step, Notice(NoticeKind.SEND_REFUSED, step.moment.wall, draft.session, failure=failure))


def read_decided(step: Step, session: SessionId) -> None:
    """No read will say more: the end was read whole without a doubtful send, or the server refuses to show it.

    The send goes again under the same id, which the server stores at most once.
    """
    for send in step.state.outbox.of(session)[:1]:
        if send.delivery is Delivery.DOUBTFUL and step.state.can.idempotent_sends:
            _change(step, send, Delivery.QUEUED)
            kick(step, session)


def sign_in_again(step: Step, failure: Failure) -> None:
    """The sign-in is no longer accepted: say so once."""
    if step.state.sign_in_needed is None:
        step.state.sign_in_needed = failure
        step.show(SignInNeeded(failure), LinkChanged())


def _is_hopeless(send: PendingSend, now: float) -> bool:
    """Whether the server has failed at this very send too long and too often."""
    if send.doubted_at is None or now - send.doubted_at < GIVE_UP_SENDING_AFTER:
        return False
    return send.doubts >= GIVE_UP_SENDING_TRIES


def _moved_on(state: State, draft: Draft) -> bool:
    """Whether a colleague answered the customer after what the agent had seen."""
    transcript = state.transcripts.get(draft.session)
    if draft.private or transcript is None or state.me is None:
        return False
    mine = state.me.id
    for entry in reversed(transcript.entries):
        if isinstance(entry, Message):
            if entry.seq <= draft.seen_up_to:
                return False
            if entry.author.type is AuthorType.AGENT and entry.author.id != mine and not entry.private:
                return True
    return False


def _hold(step: Step, draft: Draft) -> None:
    """Say so, once: whoever sends the same text again after that has been told."""
    step.state.written_at[draft.session, draft.private] = step.state.transcript(draft.session).newest_seq
    step.show(SendHeld(draft.send_id, draft.session), TranscriptGrew(draft.session), LinkChanged())
    people.announce(step, Notice(NoticeKind.SEND_HELD, step.moment.wall, draft.session))


def _look(step: Step, session: SessionId) -> None:
    """Read from the last number without a hole before it to the end."""
    transcript = step.state.transcript(session)
    page = ReadPage(session, after=_whole_up_to(transcript))
    if step.state.sign_in_needed is None and page not in transcript.reading and page not in transcript.outdated:
        transcript.reading.add(page)
        step.do(page)


def _whole_up_to(transcript: Transcript) -> int:
    return transcript.holes[0].first - 1 if transcript.holes else transcript.newest_seq


def _wake(step: Step, send: PendingSend, failure: Failure) -> None:
    delay = SEND_RETRY[min(send.tries, len(SEND_RETRY)) - 1] * (0.5 + step.moment.chance / 2)
    if failure.retry_after is not None:
        delay = max(failure.retry_after, delay)
    elif failure.kind is FailureKind.TOO_MANY:
        delay = RATE_LIMITED_FOR
    step.do(WakeAt(Timer(TimerKind.RESEND, send.draft.session), step.moment.now + delay))


def _change(step: Step, send: PendingSend, delivery: Delivery, **fields: object) -> None:
    outbox.change(step.state.outbox, send.draft.send_id, delivery, **fields)
    step.show(TranscriptChanged(send.draft.session), LinkChanged())
