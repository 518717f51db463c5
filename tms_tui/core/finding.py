"""What a search finds: conversations, messages of one, the addresses in it; for both faces."""

from typing import TYPE_CHECKING

from tms_tui.core import select
from tms_tui.core.select import Filter
from tms_tui.core.state import State
from tms_tui.domain import folding
from tms_tui.domain.effects import SessionQuery
from tms_tui.domain.ids import SessionId
from tms_tui.domain.model import Message, Session

if TYPE_CHECKING:  # its patterns take their time, and are wanted rarely
    from tms_tui.domain.links import Link


def query(words: str) -> SessionQuery:
    """What the server is asked for: by name, e-mail or text, older conversations too."""
    return SessionQuery(text=words.strip())


def conversations(state: State, words: str) -> list[SessionId]:
    """Held conversations whose customer or last message holds `words`, or that the server found for them.

    Open ones first, in the order of the list.
    """
    found = set(select.found(state, query(words)) or ())
    held = [*select.listing(state, Filter.ALL), *select.listing(state, Filter.ENDED)]
    return [one for one in held if one in found or _holds(state.sessions[one], words)]


def is_named(session: Session, words: str) -> bool:
    """Whether the customer's name or e-mail holds `words`, as no words are always, so that no message need do so."""
    return any(folding.holds(text, words) for text in (session.customer.name, session.customer.email or ""))


def messages(state: State, session: SessionId, words: str) -> list[Message]:
    """The messages of a conversation that hold `words`, as far as it was read, oldest first."""
    return [one for one in _messages(state, session) if holds(one, words)]


def of_customer(session: Session) -> SessionQuery | None:
    """What the server is asked for to list a customer's conversations; None for one it does not know again."""
    return SessionQuery(customer=session.customer.id) if session.customer.id is not None else None


def earlier(state: State, session: Session) -> list[Session] | None:
    """The customer's other conversations, newest first, as far as held; None while they were not read."""
    wanted = of_customer(session)
    found = select.found(state, wanted) if wanted is not None else ()
    if found is None:
        return None
    return [state.sessions[one] for one in found if one != session.id and one in state.sessions]


def unread_earlier(state: State, session: Session) -> SessionQuery | None:
    """What the server has yet to be asked for the customer's earlier conversations; None when it was, or cannot be."""
    wanted = of_customer(session)
    return wanted if wanted is not None and select.found(state, wanted) is None else None


def holds(message: Message, words: str) -> bool:
    """Whether a message is a hit."""
    return folding.holds(message.text, words)


def links_of(state: State, session: SessionId) -> "list[Link]":
    """The addresses in a conversation, as far as it was read, the newest first, each once."""
    from tms_tui.domain.links import links

    found = [link for one in reversed(_messages(state, session)) for link in links(one.text)]
    return list({link.url: link for link in found}.values())


def _holds(session: Session, words: str) -> bool:
    last = session.last_message
    return is_named(session, words) or (last is not None and folding.holds(last.text, words))


def _messages(state: State, session: SessionId) -> list[Message]:
    return [each for each in select.entries(state, session) if isinstance(each, Message)]
