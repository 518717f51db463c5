"""What the rows of the list and of the transcript say beside names and texts."""

from typing import Final

from tms_tui.core import select
from tms_tui.core.state import State
from tms_tui.domain.model import AuthorType, Priority, Session, SessionStatus
from tms_tui.wording import priority, status
from tms_tui.wording.blocked import BLOCKED
from tms_tui.wording.times import plural, wait
from tms_tui.wording.ways import Ways

NOTE: Final = "(note)"
ONLINE: Final = "online"
READING: Final = "reading the conversation"
NO_MESSAGES: Final = "no messages yet"
"""What the empty transcript of a conversation says, and why it is empty."""
READ_BACK_LEFT: Final = "Reading back was stopped: you went elsewhere."


def standing(session: Session, waited: float | None) -> str:
    """How a conversation stands; `waited` seconds without an answer, None when nobody waits."""
    if session.blocked is not None and session.status is not SessionStatus.ENDED:
        return BLOCKED
    if session.status is not SessionStatus.ACTIVE:
        return status(session.status)
    if waited is None:
        return "answered" if session.last_message is not None else "nothing yet"
    said = wait(waited)
    return "waits" if said == "now" else f"waits {said}"


def due(words: str) -> str:
    """How a conversation stands whose customer waits for too long."""
    return f"due, {words}"


def news(state: State, session: Session) -> str:
    """What is new or pressing about a conversation; empty when nothing is."""
    urgent = session.priority in {Priority.HIGH, Priority.URGENT}
    parts = [priority(session.priority)] if urgent else []
    if session.unread:
        parts.append(f"{session.unread} new")
    if select.is_dirty(state, session.id):
        parts.append("syncing")
    return ", ".join(parts)


def holder(state: State, session: Session) -> str:
    """Who holds a conversation, as short as it stays clear."""
    held_by = select.holder(state, session)
    if held_by is None:
        return "unassigned"
    if state.me is not None and held_by == state.me.id:
        return "you"
    return select.holder_name(state, session) or "a colleague"


def typing(state: State, session: Session) -> str:
    """Which others write in a conversation; empty when nobody does."""
    mine = state.me.id if state.me else None
    typists = [author for author in select.typists(state, session.id) if author.id != mine or mine is None]
    replying = [str(author.name) for author in typists if author.type is AuthorType.AGENT]
    if replying:
        return f"{' and '.join(replying)} {'is' if len(replying) == 1 else 'are'} replying"
    return "typing" if typists else ""


def left_out(lines: int, characters: int) -> str:
    """How much of a long message is not shown; empty when all of it is."""
    if lines:
        return f"... {plural(lines, 'more line')}"
    return f"... {plural(characters, 'more character')}" if characters else ""


def tampered(count: int) -> str:
    """That characters which could deceive were made harmless."""
    return f"contains {plural(count, 'hidden or control character')}, made harmless"


def choose_one(ways: Ways) -> str:
    """What the transcript says while no conversation is open."""
    return f"{ways.next_waiting}: next in need, {ways.open}: the selected one"


def below(new: int, others: int, ways: Ways) -> str:
    """What stands below the view of who reads above; empty when nothing does."""
    if new:
        return f"{new} new below, {ways.last} shows them"
    return f"{others} below" if others else ""


def older(ways: Ways) -> tuple[str, str]:
    """That older messages were not read yet, and the way to the first; then the same for little room."""
    return f"older messages are not read yet, {ways.first} goes to the first", f"more above: {ways.first}"


def reading_back(read: int) -> str:
    """The first message of a conversation was asked for; `read` are held so far."""
    return f"Reading back to the first message: {plural(read, 'message')} so far."


def read_back(read: int, *, whole: bool, ways: Ways) -> str:
    """What was found of the first message; `whole`: nothing older is left to read."""
    if whole:
        return f"The first of {plural(read, 'message')}."
    return f"{plural(read, 'message')} read; the older ones could not be read. {ways.first} tries again."
