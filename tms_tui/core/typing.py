"""Who types: others, as long as they say so; the agent, said at most every two seconds."""

from tms_tui.core import bounds, canned, keeping
from tms_tui.core.state import MyTyping, Step, Typist
from tms_tui.domain.changes import Bound, SessionMoved, TypingChanged
from tms_tui.domain.effects import SignalTyping, Timer, TimerKind, WakeAt
from tms_tui.domain.events import ComposerChanged, TypingSeen
from tms_tui.domain.ids import SessionId
from tms_tui.domain.model import Author
from tms_tui.domain.policy import (
    TYPED_IN,
    TYPING_DIES_AFTER,
    TYPING_EVERY,
    TYPING_STOPS_AFTER,
    TYPISTS_HELD,
)


def seen(step: Step, event: TypingSeen) -> None:
    """Somebody began, goes on, or stopped."""
    if step.state.me is not None and event.author.id == step.state.me.id:
        return
    if not event.active:
        forget(step, event.session, event.author)
        return
    typing = step.state.typing.get(event.session, {})
    is_new = _key(event.author) not in typing
    if is_new and (len(typing) >= TYPISTS_HELD or (not typing and len(step.state.typing) >= TYPED_IN)):
        bounds.reached(step, Bound.TYPING)
        return
    step.state.typing[event.session] = typing
    typing[_key(event.author)] = Typist(event.author, step.moment.now + TYPING_DIES_AFTER)
    _wake(step, event.session)
    if is_new:
        step.show(TypingChanged(event.session), SessionMoved(event.session))


def forget(step: Step, session: SessionId, author: Author) -> None:
    """Somebody stopped, or their message is here."""
    typing = step.state.typing.get(session, {})
    if typing.pop(_key(author), None) is not None:
        step.show(TypingChanged(session), SessionMoved(session))
    if not typing:
        step.state.typing.pop(session, None)


def expire(step: Step, session: SessionId) -> None:
    """Drop whoever has not said so again."""
    gone = [typist.author for typist in step.state.typing.get(session, {}).values() if typist.until <= step.moment.now]
    for author in gone:
        forget(step, session, author)
    if session in step.state.typing:
        _wake(step, session)


def composed(step: Step, event: ComposerChanged) -> None:
    """Keep the draft; tell the customer's side that a reply is being written."""
    _keep(step, event)
    if event.private:
        return
    if not event.text.strip():
        stopped(step, event.session)
        return
    mine = step.state.my_typing
    if mine.session is not None and mine.session != event.session:
        stopped(step, mine.session)
        mine = step.state.my_typing
    step.do(WakeAt(Timer(TimerKind.TYPING_OUT), step.moment.now + TYPING_STOPS_AFTER))
    if mine.session is None or step.moment.now - mine.said >= TYPING_EVERY:
        step.state.my_typing = MyTyping(event.session, step.moment.now)
        step.do(SignalTyping(event.session, active=True))


def stopped(step: Step, session: SessionId | None = None) -> None:
    """The agent stopped typing in `session`, or (None) wherever it was."""
    mine = step.state.my_typing
    if mine.session is None or session not in (None, mine.session):
        return
    step.state.my_typing = MyTyping()
    step.do(SignalTyping(mine.session, active=False), WakeAt(Timer(TimerKind.TYPING_OUT), None))


def _keep(step: Step, event: ComposerChanged) -> None:
    key, drafts, left = (event.session, event.private), step.state.drafts, step.state.unfilled
    standing = drafts.get(key, ""), left.get(key, ())
    unfilled = canned.still_in(event.text, standing[1] if event.unfilled is None else event.unfilled)
    if standing == (event.text, unfilled):
        return
    keeping.put_draft(step.state, event.session, event.text, unfilled, private=event.private)
    step.state.written_at[key] = step.state.transcript(event.session).seen_up_to
    keeping.draft_changed(step, event.session, private=event.private)


def _wake(step: Step, session: SessionId) -> None:
    first = min(typist.until for typist in step.state.typing[session].values())
    step.do(WakeAt(Timer(TimerKind.TYPING_IN, session), first))


def _key(author: Author) -> str:
    return f"{author.type}:{author.id or author.name}"
