"""Tags and priority of a conversation, chosen from what is in use or newly named."""

from collections import Counter
from collections.abc import Sequence
from functools import partial

from tms_tui import wording
from tms_tui.core import select
from tms_tui.core.state import State
from tms_tui.domain.events import LabelAsked
from tms_tui.domain.ids import SessionId
from tms_tui.domain.model import Priority, Session
from tms_tui.domain.text import CleanText, clean_line
from tms_tui.ui.port import Desk
from tms_tui.ui.widgets.choices import Choice
from tms_tui.ui.work import decide, target_of


def tags(desk: Desk) -> None:
    """Let the agent choose a tag to add or to take away, or type a new one."""
    session = target_of(desk)
    if session is None:
        return
    choices = [*(Choice(tag, tag, "is on it, Enter takes it away") for tag in session.tags)]
    choices += [Choice(tag, tag, "Enter adds it") for tag in _in_use(desk.state, session)]
    title = f"Tags of {wording.customer(session)}: {', '.join(session.tags) or 'none'}"
    desk.choose(title, choices, partial(_toggle, desk, session.id), new=partial(_new, [one.id for one in choices]))


def priority(desk: Desk) -> None:
    """Let the agent choose how urgent it is."""
    session = target_of(desk)
    if session is None:
        return
    answers = [Choice(one.value, wording.priority(one), "now" if one is session.priority else "") for one in Priority]

    def chosen(answer: str) -> None:
        if answer == session.priority:
            desk.say(f"The priority of {wording.customer(session)} is {wording.priority(session.priority)} already.")
        else:
            decide(desk, LabelAsked(session.id, priority=Priority(answer)))

    desk.ask(f"Priority of {wording.customer(session)}", answers, chosen, standing=session.priority)


def _in_use(state: State, session: Session) -> list[CleanText]:
    """Tags of other conversations, those used most first."""
    uses = Counter(tag for one in state.sessions.values() for tag in one.tags if tag not in session.tags)
    return sorted(uses, key=lambda tag: (-uses[tag], tag))


def _new(known: Sequence[str], typed: str) -> Choice | None:
    tag = clean_line(typed)
    return Choice(tag, tag, "new, Enter adds it") if tag and tag not in known else None


def _toggle(desk: Desk, session_id: SessionId, answer: str) -> None:
    session = select.session(desk.state, session_id)
    if session is None:
        desk.refuse("That conversation is gone.")
        return
    left = tuple(tag for tag in session.tags if tag != answer)
    decide(desk, LabelAsked(session_id, tags=left if answer in session.tags else (*left, CleanText(answer))))
