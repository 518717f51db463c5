"""Actions on a conversation: whose it is, how it stands, what of it did not go out."""

from typing import Final, assert_never

from tms_tui import wording
from tms_tui.core import later, outbox, select
from tms_tui.core.handing import hindrance
from tms_tui.core.state import Decision
from tms_tui.core.undo import to_take_back
from tms_tui.domain.entries import PendingSend
from tms_tui.domain.events import AssignAsked, Decide, ResendAsked, SendDropped, StatusAsked, UndoAsked
from tms_tui.domain.model import Session, SessionStatus
from tms_tui.ui.port import Desk
from tms_tui.ui.widgets.choices import Choice
from tms_tui.wording.times import to_come
from tms_tui.wording.work import doing, held_by, undo_offer
from tms_tui.wording.work import hindrance as hindrance_words

_NO_SESSION: Final = "No conversation is chosen."
_NONE_FAILED: Final = "No message failed here."


def resolve(desk: Desk) -> None:
    """End the conversation, with a way back."""
    session = target_of(desk)
    if session is not None:
        set_status(desk, session, SessionStatus.ENDED)


def resolve_next(desk: Desk) -> None:
    """End the conversation and open what waits next."""
    session = target_of(desk)
    if session is None:
        return
    set_status(desk, session, SessionStatus.ENDED)
    following = select.next_waiting(desk.state, session.id)
    if following is not None:
        desk.open_session(following)


def set_aside(desk: Desk) -> None:
    """Set aside, until the agent says when."""
    session = target_of(desk)
    if session is None:
        return
    now = desk.bridge.moment().wall
    until = {"customer": None, "hour": now + later.HOUR, "tomorrow": later.tomorrow(now)}
    answers = [
        Choice("customer", "until the customer writes"),
        Choice("hour", "for one hour", f"until {to_come(now + later.HOUR, now)}"),
        Choice("tomorrow", "until tomorrow", f"until {to_come(later.tomorrow(now), now)}"),
    ]

    def chosen(answer: str) -> None:
        set_status(desk, session, SessionStatus.PENDING, until[answer])

    desk.ask(f"Set {wording.customer(session)} aside", answers, chosen)


def take(desk: Desk) -> None:
    """Take the conversation; asks first when a colleague is at it."""
    session, me = target_of(desk), desk.state.me
    if session is None or me is None:
        return
    if session.assigned_agent == me.id:
        desk.say(f"You hold {wording.customer(session)} already.")
        return
    asked = AssignAsked(session.id, me.id)
    found = hindrance(desk.state, session, me.id)
    if found is None:
        decide(desk, asked)
        return
    answers = [Choice("take", "Take it"), Choice("leave", "Leave it")]
    question = hindrance_words(found, session)
    desk.ask(question, answers, lambda answer: hand_over(desk, session, asked) if answer == "take" else None)


def undo(desk: Desk) -> None:
    """Take back the newest message that has not left, or the last decision, whichever is newer."""
    found = to_take_back(desk.state, desk.target, desk.bridge.moment().now)
    match found:
        case PendingSend():
            _drop(desk, found)
            desk.say("Taken back: the message is a draft again.")
        case Decision():
            desk.bridge.take(UndoAsked())
            words = _doing(desk, found.back)
            desk.say(f"Undoing it: {words[0].lower()}{words[1:]}.")
        case None:
            desk.say("Nothing to take back.")
        case _:
            assert_never(found)


def unread(desk: Desk) -> None:
    """Mark it unread, to come back to it."""
    session = target_of(desk)
    if session is None:
        return
    desk.leave_unread(session.id)
    left = select.session(desk.state, session.id)
    marked = left is not None and left.unread
    desk.say(f"{wording.customer(session)}: {f'{marked} unread' if marked else 'the customer wrote nothing here'}.")


def retry(desk: Desk) -> None:
    """Send what failed again."""
    send = _failed(desk)
    if send is None:
        desk.say(_NONE_FAILED)
        return
    desk.bridge.take(ResendAsked(send.draft.send_id))
    desk.say("Sending it again.")


def to_draft(desk: Desk) -> None:
    """Put what failed back into the composer."""
    send = _failed(desk)
    if send is None:
        desk.say(_NONE_FAILED)
        return
    _drop(desk, send)
    desk.say("The message is a draft again.")


def target_of(desk: Desk) -> Session | None:
    """The conversation an action is about; says so when there is none."""
    session = select.session(desk.state, desk.target)
    if session is None:
        desk.refuse(_NO_SESSION)
    return session


def decide(desk: Desk, asked: Decide) -> None:
    """Ask the server for it, and say so."""
    desk.bridge.take(asked)
    desk.say(f"{_doing(desk, asked)}.", undo_offer(desk.ways))


def hand_over(desk: Desk, seen: Session, asked: AssignAsked) -> None:
    """Assign, unless the conversation changed hands since the agent was asked: the race is lost then."""
    now = select.session(desk.state, seen.id)
    if now is not None and now.assigned_agent == seen.assigned_agent:
        decide(desk, asked)
        return
    fate = (
        held_by(desk.state, select.holder(desk.state, now), now.assigned_agent_name) + " now"
        if now is not None
        else "gone"
    )
    desk.say(f"Not done: {wording.customer(seen)} is {fate}.")


def set_status(desk: Desk, session: Session, status: SessionStatus, until: float | None = None) -> None:
    """Set how a conversation stands, unless it stands so."""
    if session.status is status and until == session.pending_until:
        desk.say(f"{wording.customer(session)} is {wording.status(status)} already.")
        return
    decide(desk, StatusAsked(session.id, status, until))


def _doing(desk: Desk, asked: Decide) -> str:
    return doing(desk.state, asked, desk.bridge.moment().wall)


def _failed(desk: Desk) -> PendingSend | None:
    """The failed message chosen, else the oldest one of the conversation."""
    sends = desk.state.outbox.of(desk.target) if desk.target is not None else []
    parked = [send for send in sends if send.delivery in outbox.PARKED]
    chosen = desk.selected_entry
    return next((send for send in parked if send == chosen), parked[0] if parked else None)


def _drop(desk: Desk, send: PendingSend) -> None:
    draft = send.draft
    desk.bridge.take(SendDropped(draft.send_id))
    desk.give_back(draft.session, draft.text, private=draft.private)
