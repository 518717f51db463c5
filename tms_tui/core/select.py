"""Read-only questions the faces ask of the state."""

from collections.abc import Iterator, Sequence
from enum import Enum, StrEnum
from typing import overload

from tms_tui.core.state import LIVE, Stage, State, Typist
from tms_tui.core.transcript import Stored, Transcript
from tms_tui.domain.effects import SessionQuery
from tms_tui.domain.entries import Delivery, Entry, GapMark, PendingSend
from tms_tui.domain.ids import AgentId, SessionId
from tms_tui.domain.model import Agent, Author, AuthorType, Message, Session, SessionStatus
from tms_tui.domain.policy import TRIES_UNTIL_OFFLINE
from tms_tui.domain.text import CleanText
from tms_tui.domain.value import Value


class Filter(Enum):
    """What the session list shows."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    ALL = "all"
    ENDED = "ended"


class BadgeKind(StrEnum):
    LIVE = "live"
    CONNECTING = "connecting"
    OFFLINE = "offline"


class Badge(Value):
    """The connection in one place. Times are seconds since the epoch."""

    kind: BadgeKind
    tries: int = 0
    polling: bool = False
    """Reading by HTTP works while the socket is down."""
    read_at: float | None = None
    stopped: bool = False
    """No attempt is planned: the agent has to act."""
    unsent: int = 0
    unstable: bool = False
    """The line kept breaking and is tried only now and then."""


class Entries(Sequence[Entry]):
    """A conversation from its oldest entry to its newest pending send, without copying."""

    __slots__ = ("_pending", "_stored")

    def __init__(self, stored: Sequence[Stored], pending: Sequence[PendingSend]) -> None:
        self._stored = stored
        self._pending = pending

    def __len__(self) -> int:
        return len(self._stored) + len(self._pending)

    @overload
    def __getitem__(self, index: int) -> Entry: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Entry]: ...
    def __getitem__(self, index: int | slice) -> Entry | Sequence[Entry]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        if index < 0:
            index += len(self)
        if index < 0:
            raise IndexError(index)
        if index < len(self._stored):
            return self._stored[index]
        return self._pending[index - len(self._stored)]

    def __iter__(self) -> Iterator[Entry]:
        yield from self._stored
        yield from self._pending


_NOTHING = Entries((), ())


def entries(state: State, session: SessionId) -> Entries:
    """All entries of a conversation, oldest first; own unconfirmed sends last."""
    transcript = state.transcripts.get(session)
    pending = state.outbox.of(session)
    if transcript is None:
        return Entries((), pending) if pending else _NOTHING
    return Entries(transcript.entries, pending)


def delivery(state: State, entry: Entry) -> Delivery | None:
    """How far an own public or private message has got; None for everybody else's and for gaps."""
    if isinstance(entry, GapMark):
        return None
    if isinstance(entry, PendingSend):
        return entry.delivery
    if not is_mine(state, entry):
        return None
    return Delivery.SEEN if is_seen(state, entry) else Delivery.SENT


def is_mine(state: State, message: Message) -> bool:
    """Whether the signed-in agent wrote it."""
    return state.me is not None and message.author.id == state.me.id


def is_seen(state: State, message: Message) -> bool:
    """Whether the customer has read a public message."""
    if message.private:
        return False
    transcript = state.transcripts.get(message.session)
    return message.read_by_visitor_at is not None or (
        transcript is not None and message.seq <= transcript.visitor_read_up_to
    )


def has_read(state: State) -> bool:
    """Whether everything open was read once: only then an empty list tells that there is nothing."""
    return state.sync.cursor is not None


def session(state: State, session_id: SessionId | None) -> Session | None:
    """A conversation the desk holds."""
    return state.sessions.get(session_id) if session_id is not None else None


def transcript(state: State, session_id: SessionId) -> Transcript | None:
    """A conversation's transcript, when anything of it is held."""
    return state.transcripts.get(session_id)


def is_loading(state: State, session_id: SessionId) -> bool:
    """Whether a page of this conversation is being read."""
    held = state.transcripts.get(session_id)
    return held is not None and bool(held.reading or held.outdated)


def is_reading_older(state: State, session_id: SessionId) -> bool:
    """Whether the page before the oldest message held is on its way."""
    held = state.transcripts.get(session_id)
    return held is not None and any(page.before is not None for page in held.reading)


def has_older(state: State, session_id: SessionId) -> bool:
    """Whether older messages than those held may stand on the server."""
    held = state.transcripts.get(session_id)
    return held is not None and held.loaded and bool(held.ids) and not held.top_reached


def is_syncing(state: State, session_id: SessionId) -> bool:
    """Whether something of this conversation may be missing."""
    held = state.transcripts.get(session_id)
    return held is None or held.dirty or not held.loaded or state.sync.catching_up


def is_dirty(state: State, session_id: SessionId) -> bool:
    """Whether something may be missing of what is held of this conversation, until its end is read again."""
    held = state.transcripts.get(session_id)
    return held is not None and held.loaded and held.dirty


def is_unconfirmed(state: State, session_id: SessionId) -> bool:
    """Whether something may be missing of what is shown of this conversation, until it is read again."""
    held = state.transcripts.get(session_id)
    return held is not None and held.loaded and (held.dirty or state.sync.catching_up)


def matches(state: State, one: Session, wanted: Filter) -> bool:
    """Whether a conversation belongs under a filter."""
    ended = one.status is SessionStatus.ENDED
    if wanted is Filter.ENDED:
        return ended
    if ended:
        return False
    if wanted is Filter.MINE:
        return state.me is not None and one.assigned_agent == state.me.id
    if wanted is Filter.UNASSIGNED:
        return holder(state, one) is None
    return True


def listing(state: State, wanted: Filter) -> list[SessionId]:
    """Conversations under a filter: waiting ones first, longest wait on top, then the latest activity."""
    chosen = [one for one in state.sessions.values() if matches(state, one, wanted)]
    chosen.sort(key=_order)
    return [one.id for one in chosen]


def found(state: State, query: SessionQuery) -> tuple[SessionId, ...] | None:
    """The hits of a listing the agent asked for; None while it is being read."""
    return state.listings.get(query)


def counts(state: State) -> dict[Filter, int]:
    """How many conversations stand under each filter (of the ended ones: how many are held)."""
    mine = state.me.id if state.me else None
    holders = [holder(state, one) for one in state.sessions.values() if one.status is not SessionStatus.ENDED]
    return {
        Filter.MINE: holders.count(mine) if mine is not None else 0,
        Filter.UNASSIGNED: holders.count(None),
        Filter.ALL: len(holders),
        Filter.ENDED: len(state.sessions) - len(holders),
    }


def unread_total(state: State) -> int:
    """Unread customer messages in conversations that are mine or nobody's."""
    mine = state.me.id if state.me else None
    return sum(one.unread for one in state.sessions.values() if holder(state, one) in (None, mine))


def next_waiting(state: State, after: SessionId | None) -> SessionId | None:
    """The next conversation that needs me: mine before nobody's, longest wait first, going round from `after`.

    None when there is no other.
    """
    mine = state.me.id if state.me else None
    needing = [
        one
        for one in state.sessions.values()
        if one.status is SessionStatus.ACTIVE
        and one.blocked is None
        and holder(state, one) in (None, mine)
        and (one.waiting_since is not None or one.unread or one.id == after)
    ]
    needing.sort(key=lambda one: (one.assigned_agent != mine, *_order(one)))
    ids = [one.id for one in needing]
    start = ids.index(after) + 1 if after in ids else 0
    return next((one for one in ids[start:] + ids[:start] if one != after), None)


def holder(state: State, session: Session) -> AgentId | None:
    """Who holds a conversation; None is nobody, and nobody too is whoever is no agent any more."""
    return None if session.assigned_agent in state.gone else session.assigned_agent


def holder_name(state: State, session: Session) -> CleanText | None:
    """What the holder is called, as `name_of` tells; None when nobody holds it, or nobody knows the name."""
    held_by = holder(state, session)
    return agent_name(state, held_by) or session.assigned_agent_name if held_by is not None else None


def typists(state: State, session_id: SessionId) -> list[Author]:
    """Who types in a conversation now, the customer first."""
    typing: dict[str, Typist] = state.typing.get(session_id, {})
    return sorted(
        (typist.author for typist in typing.values()),
        key=lambda author: (author.type == "agent", author.name),
    )


def colleagues_at(state: State, session_id: SessionId) -> list[Agent]:
    """Other agents who look at a conversation."""
    mine = state.me.id if state.me else None
    return [agent for agent in state.agents.values() if agent.viewing == session_id and agent.id != mine]


def agent_name(state: State, agent: AgentId | None) -> CleanText | None:
    """An agent's name, when known, told apart from others of that name."""
    known = state.agents.get(agent) if agent is not None else None
    return name_of(state, known) if known else None


def name_of(state: State, agent: Agent) -> CleanText:
    """An agent's name, and where another one bears it too, the account."""
    known = account(state, agent.name, agent.id)
    return CleanText(f"{agent.name} ({known})") if known else agent.name


def author_name(state: State, author: Author) -> CleanText:
    """As `name_of`, for who wrote something."""
    known = account(state, author.name, author.id) if author.type is AuthorType.AGENT else ""
    return CleanText(f"{author.name} ({known})") if known else author.name


def account(state: State, name: str, agent: str | None) -> str:
    """What tells an agent apart from another one of that name; "" where nobody is.

    What stands before the @, or the whole e-mail where that is the same for both.
    """
    if name not in state.namesakes or agent is None:
        return ""
    known = state.agents.get(AgentId(agent))
    email = known.email if known else CleanText("")
    alike = [one for one in state.agents.values() if one.name == name and _account(one.email) == _account(email)]
    return (email if len(alike) > 1 else _account(email)) or agent


def _account(email: str) -> str:
    return email.partition("@")[0]


def badge(state: State) -> Badge:
    """What the badge says: never more than is known to be true."""
    link, sync = state.link, state.sync
    unsent = state.outbox.unsent()
    if link.stage in LIVE:
        return Badge(BadgeKind.LIVE, unsent=unsent)
    stopped = link.stage is Stage.STOPPED
    polling = sync.read_since_loss and sync.reads_well and state.sign_in_needed is None
    given_up = link.tries >= TRIES_UNTIL_OFFLINE or (link.tries > 1 and polling) or stopped or link.unstable
    kind = BadgeKind.OFFLINE if given_up else BadgeKind.CONNECTING
    return Badge(kind, link.tries, polling, sync.read_at, stopped, unsent, link.unstable)


def newest_seq(state: State, session_id: SessionId) -> int:
    """The newest message number held of a conversation; what a send names as seen."""
    held = state.transcripts.get(session_id)
    return held.newest_seq if held else 0


def answers_up_to(state: State, session_id: SessionId, *, private: bool) -> int:
    """The newest `seq` that what is being written there can be an answer to: what came later was not thought of."""
    held, key = transcript(state, session_id), (session_id, private)
    seen = held.seen_up_to if held else 0
    return min(seen, state.written_at.get(key, seen)) if key in state.drafts else seen


def _order(one: Session) -> tuple[bool, float, str]:
    if one.waiting_since is not None:
        return (False, one.waiting_since, one.id)
    return (True, -one.last_activity_at, one.id)
