"""Which conversations there are: lists by filter, hits of a search, a customer's earlier ones; all numbered."""

from tms_tui import wording
from tms_tui.core import finding, select
from tms_tui.core.state import State
from tms_tui.domain.changes import Change, ListingRead
from tms_tui.domain.effects import SessionQuery
from tms_tui.domain.events import ListingAsked
from tms_tui.domain.ids import SessionId
from tms_tui.domain.model import Session, SessionStatus
from tms_tui.engine.engine import Engine
from tms_tui.plain import lines

_HITS = 20
"""Messages a search in one conversation says, the newest of them."""


class Finding:
    """Numbers what it lists, so that a number opens it; what the server is asked for is said when it is there."""

    def __init__(self, engine: Engine, due_after: float) -> None:
        self._engine = engine
        self._due_after = due_after
        self._numbered: list[SessionId] = []
        self._to_come: tuple[list[SessionId], str] | None = None
        """What the next numbers give, and what was searched for, once their list is said."""
        self._awaited: dict[SessionQuery, str] = {}
        self._sought = ""
        """The words that the last list was searched by."""

    @property
    def _state(self) -> State:
        return self._engine.state

    def listed(self, wanted: select.Filter) -> list[str]:
        """The conversations under a filter."""
        if wanted is select.Filter.ENDED:
            return self._ask(SessionQuery(status=SessionStatus.ENDED), "Ended")
        return self._say(wording.filter_title(wanted), select.listing(self._state, wanted))

    def search(self, words: str) -> list[str]:
        """Conversations the server finds by name, e-mail or text."""
        return self._ask(finding.query(words), f"Found for {words}")

    def earlier(self, session: Session) -> list[str]:
        """The other conversations of one customer."""
        query = finding.of_customer(session)
        if query is None:
            return ["The server does not know this customer from earlier."]
        return self._ask(query, f"Conversations with {session.customer.name}")

    def news(self, changes: tuple[Change, ...]) -> list[str]:
        """The lists that were waited for and are there now; their numbers count from `told` on."""
        said: list[str] = []
        for change in changes:
            if isinstance(change, ListingRead) and change.query in self._awaited:
                title = self._awaited.pop(change.query)
                found = list(select.found(self._state, change.query) or ())
                said += [*self._lines(title, found), *lines.cut_lines(len(found), "/search WORDS finds older ones.")]
                self._to_come = found, change.query.text or ""
        return said

    def told(self) -> None:
        """What `news` gave was said: a number means what the newest list gave it."""
        if self._to_come is not None:
            self._numbered, self._sought = self._to_come
            self._to_come = None

    def where_found(self, session: Session) -> list[str]:
        """What says the messages by which the last list found a conversation, if it was by those."""
        by_message = self._sought and not finding.is_named(session, self._sought)
        return [f"found by a message: /find {self._sought} says it"] if by_message else []

    def numbered(self, number: int) -> SessionId | None:
        """What the last list gave this number; None when it had none so high."""
        if not self._numbered:
            self._numbered = select.listing(self._state, select.Filter.ALL)
        return self._numbered[number - 1] if 1 <= number <= len(self._numbered) else None

    def _ask(self, query: SessionQuery, title: str) -> list[str]:
        self._awaited[query] = title
        self._engine.take(ListingAsked(query))
        return [f"asking the server: {title}"]

    def _say(self, title: str, found: list[SessionId]) -> list[str]:
        self._numbered, self._sought, self._to_come = found, "", None
        return self._lines(title, found)

    def _lines(self, title: str, found: list[SessionId]) -> list[str]:
        return lines.list_lines(self._state, title, found, self._engine.moment().wall, self._due_after)


def messages_with(state: State, session: SessionId, words: str, wall: float) -> list[str]:
    """The messages of a conversation that hold `words`, as far as it was read."""
    hits = finding.messages(state, session, words)
    held = select.transcript(state, session)
    said = [line for one in hits[-_HITS:] for line in lines.entry_lines(state, one, wall)]
    head = f"found: {wording.plural(len(hits), 'message')} with {words}"
    if len(hits) > _HITS:
        head += f", the newest {_HITS}"
    is_whole = held is not None and held.top_reached
    return [head, *said] if is_whole else [head, *said, "Only what was read is searched: /older reads more."]


def link_lines(state: State, session: SessionId) -> list[str]:
    """The addresses in a conversation, the newest first, with the host each really leads to."""
    said = []
    for number, link in enumerate(finding.links_of(state, session), 1):
        warning = f", looks like {link.looks_like}" if link.looks_like else ""
        said.append(f"{number}. {link.url}, leads to {link.host}{warning}")
    return said or ["links: none in what was read"]
