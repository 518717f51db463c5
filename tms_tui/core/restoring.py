"""What the disk says: a send is kept and may leave, an earlier run left something."""

from tms_tui.core import canned, erasing, keeping, outbox, people, sending
from tms_tui.core.state import Step
from tms_tui.domain.changes import LinkChanged, Notice, NoticeKind, TranscriptChanged
from tms_tui.domain.effects import ForgetTalks
from tms_tui.domain.entries import Delivery, PendingSend
from tms_tui.domain.events import Restored, SendKept
from tms_tui.domain.value import replace


def send_kept(step: Step, event: SendKept) -> None:
    """The send may leave: it survives a crash now, or the disk will not have it."""
    send = step.state.outbox.find(event.send_id)
    if event.failure is not None:
        keeping.failed(step, event.failure)
    if send is not None and not send.kept:
        outbox.change(step.state.outbox, event.send_id, send.delivery, kept=True)
        sending.kick(step, send.draft.session)


def restored(step: Step, event: Restored) -> None:
    """An earlier run left these: sends go on where they were, drafts stand in their composers again."""
    left = _without_erased(step, event)
    _put_back(step, left)
    erasing.look_after_kept(step)
    if event.set_aside is not None:
        people.announce(step, Notice(NoticeKind.DAMAGED, step.moment.wall, other=event.set_aside))
    if left.sends:
        people.announce(step, Notice(NoticeKind.RESTORED, step.moment.wall, count=len(left.sends)))
        step.show(LinkChanged())
        sending.flush(step)


def _put_back(step: Step, left: Restored) -> None:
    box = step.state.outbox
    # Whether it had left is not known: where a repeated id is stored once that does not matter, else a read decides.
    state = Delivery.QUEUED if step.state.can.idempotent_sends else Delivery.DOUBTFUL
    for draft in left.sends:
        if draft.send_id not in box.settled and box.find(draft.send_id) is None:
            outbox.put(box, PendingSend(draft, state, step.moment.now))
            step.show(TranscriptChanged(draft.session))
    unfilled = dict(left.unfilled)
    for session, private, text in left.drafts:
        place = (session, private)
        if place not in step.state.drafts:
            still = canned.still_in(text, unfilled.get(place, ()))
            keeping.put_draft(step.state, session, text, still, private=private)


def _without_erased(step: Step, event: Restored) -> Restored:
    """What is left for conversations that are there; the rest leaves the disk: the news came before the file's text."""
    erased = step.state.erased
    sends = tuple(one for one in event.sends if one.session not in erased)
    drafts = tuple(one for one in event.drafts if one[0] not in erased)
    gone = {one.session for one in event.sends} | {one[0] for one in event.drafts}
    if gone & erased.keys():
        step.do(ForgetTalks(tuple(sorted(gone & erased.keys()))))
    return replace(event, sends=sends, drafts=drafts)
