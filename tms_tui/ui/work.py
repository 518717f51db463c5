"""Actions on a conversation: whose it is, how it stands, what of it did not go out."""

import time
from typing import Final

from tms_tui import wording
from tms_tui.core import outbox, select
from tms_tui.core.state import State
from tms_tui.domain.entries import Delivery, PendingSend
from tms_tui.domain.events import AssignAsked, ResendAsked, SendDropped, StatusAsked
from tms_tui.domain.model import Session, SessionStatus
from tms_tui.ui.port import Desk, Undo
from tms_tui.ui.widgets.choices import Choice

UNDO_WITHIN: Final = 10.0
"""Seconds in which a change of state can be taken back."""
_HOUR: Final = 3600.0
_MORNING: Final = 9
"""The hour at which "tomorrow" begins."""
_NO_SESSION: Final = "No conversation is chosen."
_NONE_FAILED: Final = "No message failed here."


def resolve(desk: Desk) -> None:
    """End the conversation, with a way back."""
    _set_status(desk, SessionStatus.ENDED, "Resolving {name}. u takes it back for 10 s.")


def resolve_next(desk: Desk) -> None:
    """End the conversation and open what waits next."""
    resolved = desk.target
    if resolved is None:
        desk.say(_NO_SESSION)
        return
    resolve(desk)
    following = select.next_waiting(desk.state, resolved)
    if following is not None:
        desk.open_session(following)


def later(desk: Desk) -> None:
    """Set aside, until the agent says when."""
    session = target_of(desk)
    if session is None:
        return
    now = desk.bridge.moment().wall
    until = {"customer": None, "hour": now + _HOUR, "tomorrow": _tomorrow(now)}
    answers = [
        Choice("customer", "until the customer writes"),
        Choice("hour", "for one hour", f"until {wording.clock(now + _HOUR, now)}"),
        Choice("tomorrow", "until tomorrow", f"until {_MORNING:02}:00"),
    ]

    def chosen(answer: str) -> None:
        words = "Setting {name} aside. u takes it back for 10 s."
        _set_status(desk, SessionStatus.PENDING, words, until[answer], session)

    desk.ask(f"Set {wording.customer(session)} aside", answers, chosen)


def take(desk: Desk) -> None:
    """Take the conversation; asks first when a colleague is at it."""
    session, me = target_of(desk), desk.state.me
    if session is None or me is None:
        return
    if session.assigned_agent == me.id:
        desk.say(f"You hold {wording.customer(session)} already.")
        return
    hindrance = _hindrance(desk.state, session)
    if hindrance is None:
        _take(desk, session)
        return
    answers = [Choice("take", "Take it"), Choice("leave", "Leave it")]
    desk.ask(hindrance, answers, lambda answer: _take(desk, session) if answer == "take" else None)


def undo(desk: Desk) -> None:
    """Take back the newest message that has not left; else the last change of state."""
    queued = [send for send in _sends(desk) if send.delivery is Delivery.QUEUED]
    if queued:
        _drop(desk, queued[-1])
        desk.say("Taken back: the message is a draft again.")
        return
    back, desk.undo = desk.undo, None
    if back is None or desk.bridge.moment().now > back.until:
        desk.say("Nothing to take back.")
        return
    desk.bridge.take(back.event)
    desk.say(back.words)


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
        desk.say(_NO_SESSION)
    return session


def _set_status(
    desk: Desk, status: SessionStatus, words: str, until: float | None = None, session: Session | None = None
) -> None:
    session = session or target_of(desk)
    if session is None:
        return
    name = wording.customer(session)
    if session.status is status and until == session.pending_until:
        desk.say(f"{name} is {wording.status(status)} already.")
        return
    back = StatusAsked(session.id, session.status, session.pending_until)
    desk.undo = Undo(back, f"Taking it back: {name}.", desk.bridge.moment().now + UNDO_WITHIN)
    desk.bridge.take(StatusAsked(session.id, status, until))
    desk.say(words.format(name=name))


def _hindrance(state: State, session: Session) -> str | None:
    """Why to ask before taking: somebody is replying, or holds it."""
    name = wording.customer(session)
    replying = [author.name for author in select.typists(state, session.id) if author.type == "agent"]
    if replying:
        return f"{wording.typing(replying)} to {name}."
    if session.assigned_agent is not None:
        holder = session.assigned_agent_name or select.agent_name(state, session.assigned_agent) or "A colleague"
        return f"{holder} holds {name}."
    return None


def _take(desk: Desk, session: Session) -> None:
    me = desk.state.me
    if me is None:
        return
    name = wording.customer(session)
    back = AssignAsked(session.id, session.assigned_agent)
    desk.undo = Undo(back, f"Giving it back: {name}.", desk.bridge.moment().now + UNDO_WITHIN)
    desk.bridge.take(AssignAsked(session.id, me.id))
    desk.say(f"Taking {name}.")


def _sends(desk: Desk) -> list[PendingSend]:
    return desk.state.outbox.of(desk.target) if desk.target is not None else []


def _failed(desk: Desk) -> PendingSend | None:
    """The failed message chosen, else the oldest one of the conversation."""
    parked = [send for send in _sends(desk) if send.delivery in outbox.PARKED]
    chosen = desk.selected_entry
    return next((send for send in parked if send == chosen), parked[0] if parked else None)


def _drop(desk: Desk, send: PendingSend) -> None:
    draft = send.draft
    desk.bridge.take(SendDropped(draft.send_id))
    desk.give_back(draft.session, draft.text, private=draft.private)


def _tomorrow(now: float) -> float:
    today = time.localtime(now)
    return time.mktime((today.tm_year, today.tm_mon, today.tm_mday + 1, _MORNING, 0, 0, 0, 0, -1))
