"""What a search says: how many it found, where it stands, what it is doing."""

from typing import Final

from tms_tui.domain.model import Message
from tms_tui.wording.times import clock

IN_LIST: Final = "Search the conversations"
IN_TALK: Final = "Find in this conversation"
LIST_HINT: Final = "Type a part of a name, e-mail or text. Up and Down choose, Enter opens, Esc ends."
TALK_HINT: Final = "Type words. Enter or Up goes to older hits, Down to newer ones, Esc ends."
NOTHING_FITS: Final = "Nothing fits so far. Esc ends the search."
_EXCERPT: Final = 60


def search_title(words: str) -> str:
    """The name of a list that a search made."""
    return f"Search: {words}"


def listed(count: int, *, asking: bool, failure: str | None) -> str:
    """How many conversations fit; `failure`: why the server could not be asked."""
    found = f"{count} conversation{'' if count == 1 else 's'}"
    if asking:
        return f"{found}, asking the server ..."
    if failure is not None:
        return f"{found} here. The server could not be asked: {failure}."
    return f"{found}. Enter opens the chosen one, Esc ends."


def hit(number: int, count: int, message: Message, now: float, *, whole: bool) -> str:
    """The hit at hand, counted from the newest; `whole`: nothing older is left to read."""
    text = " ".join(message.text.split())
    excerpt = text if len(text) <= _EXCERPT else f"{text[: _EXCERPT - 3]}..."
    of = f"{number} of {count}" if whole else f"{number} of {count} so far"
    return f"{of}: {message.author.name}, {clock(message.created_at, now)}: {excerpt}"


def no_hit(read: int, *, whole: bool) -> str:
    """Nothing fits in the `read` messages read so far."""
    if whole:
        return f"No hit in this conversation ({read} message{'' if read == 1 else 's'})."
    return f"No hit in the {read} newest messages. Enter or Up reads older ones."


def reading(read: int) -> str:
    """Older messages are on their way."""
    return f"Reading older messages: {read} read so far. Esc stops."


NO_OLDER: Final = "No older hit. "
NO_NEWER: Final = "No newer hit. "
NOT_READ: Final = "Older messages could not be read. Enter or Up tries again."
