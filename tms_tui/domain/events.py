"""What happened: a closed union, from the wire, the line, the clock and the agent."""

from tms_tui.domain.effects import ReadAgents, ReadCanned, Request, SessionQuery, Timer
from tms_tui.domain.errors import Ending, Failure
from tms_tui.domain.ids import AgentId, Cursor, PageToken, SendId, SessionId
from tms_tui.domain.model import (
    Agent,
    Author,
    AuthorType,
    Availability,
    BlockScope,
    CannedResponse,
    Draft,
    Message,
    Priority,
    Session,
    SessionStatus,
    User,
)
from tms_tui.domain.text import CleanText
from tms_tui.domain.value import Value

# From the wire, by the socket or by the log. A `cursor` marks what the log holds.


class MessageArrived(Value):
    message: Message
    cursor: Cursor | None = None


class SessionChanged(Value):
    session: Session
    cursor: Cursor | None = None


class SessionAssigned(Value):
    session: Session
    previous: AgentId | None
    by: AgentId | None
    cursor: Cursor | None = None


class TypingSeen(Value):
    session: SessionId
    author: Author
    active: bool


class ReceiptSeen(Value):
    session: SessionId
    reader: AuthorType
    up_to: int
    cursor: Cursor | None = None


class ReadMarkMoved(Value):
    """The agent read up to a message at some desk of theirs, or marked what follows it unread (`back`)."""

    session: SessionId
    up_to: int
    unread: int
    back: bool = False
    cursor: Cursor | None = None


class SessionsErased(Value):
    """The server has these conversations no more: nothing of them may be left here."""

    sessions: tuple[SessionId, ...]
    cursor: Cursor | None = None


class PresenceSeen(Value):
    agent: Agent


class ServerComplained(Value):
    """An `error` frame: one of our own frames was not understood or not allowed."""

    code: str
    words: CleanText
    retryable: bool


class Unread(Value):
    """Something came that cannot be read. `kind` is a fixed word for counting; `reason` is for people, cleaned."""

    kind: str
    reason: CleanText
    cursor: Cursor | None = None


Told = (
    MessageArrived
    | SessionChanged
    | SessionAssigned
    | TypingSeen
    | ReceiptSeen
    | ReadMarkMoved
    | PresenceSeen
    | ServerComplained
    | Unread
)
WireEvent = Told | SessionsErased

# From the line.


class LinkWelcomed(Value):
    """The server's first frame. `cursor` is the head of the log when this socket was registered.

    `report_every`: seconds between two reports of the console's counters, if the server wants any.
    """

    agent: AgentId
    server_time: float
    resumed: bool
    cursor: Cursor
    report_every: float | None = None


class LinkRouted(Value):
    """The server is reached through a proxy; `proxy` is its host and port."""

    proxy: CleanText


class LinkProven(Value):
    """A ping was answered after `latency` seconds."""

    latency: float


class LinkLost(Value):
    ending: Ending


class LinkNotReplaced(Value):
    """The second socket ended before it could take over."""

    ending: Ending


class TokenRenewed(Value):
    """`lifetime` in seconds from now, by the server's own clock."""

    lifetime: float


class RenewFailed(Value):
    failure: Failure


LineEvent = LinkRouted | LinkWelcomed | LinkProven | LinkLost | LinkNotReplaced | TokenRenewed | RenewFailed

# Answers to requests.


class SessionsRead(Value):
    query: SessionQuery
    sessions: tuple[Session, ...]
    next: PageToken | None
    cursor: Cursor


class SessionRead(Value):
    session: Session


class PageRead(Value):
    """Messages, oldest first. `has_more`: the server holds further ones in the direction asked for."""

    session: SessionId
    messages: tuple[Message, ...]
    has_more: bool
    before: int | None = None
    after: int | None = None


class LogRead(Value):
    after: Cursor
    events: tuple[WireEvent, ...]
    cursor: Cursor
    has_more: bool


class AgentsRead(Value):
    agents: tuple[Agent, ...]


class CannedRead(Value):
    responses: tuple[CannedResponse, ...]


class SendStored(Value):
    send_id: SendId
    message: Message


class SessionAnswered(Value):
    """An assignment, status, label, block or mark was carried out; `asked` says which."""

    session: Session
    asked: Request


class ReadMarked(Value):
    session: SessionId
    up_to: int


class AvailabilitySet(Value):
    agent: Agent


class MetricsPosted(Value):
    pass


class AskFailed(Value):
    asked: Request
    failure: Failure


ReadAnswer = SessionsRead | SessionRead | PageRead | LogRead | AgentsRead | CannedRead
WriteAnswer = SendStored | SessionAnswered | ReadMarked | AvailabilitySet | MetricsPosted
Answer = ReadAnswer | WriteAnswer | AskFailed

# From the agent.


class SignedIn(Value):
    """`lifetime` of the access token in seconds from now; `server_time` as the answer's own date has it."""

    user: User
    lifetime: float
    server_time: float | None = None


class SessionOpened(Value):
    """The agent looks at a conversation, or (None) at none."""

    session: SessionId | None


class Shown(Value):
    """Messages up to `up_to` really stood on the agent's screen."""

    session: SessionId
    up_to: int


class UnreadAsked(Value):
    """The agent wants to come back to a conversation: unread from `from_seq` on, or (None) from the newest words."""

    session: SessionId
    from_seq: int | None = None


class TopReached(Value):
    """The agent scrolled to the oldest message held."""

    session: SessionId


class SendAsked(Value):
    draft: Draft


class ResendAsked(Value):
    """Send what was refused or held, whatever happened since."""

    send_id: SendId


class SendDropped(Value):
    """Take back what has not left, or put away what was refused; the face has its text."""

    send_id: SendId


class ComposerChanged(Value):
    """The composer's text now; an empty one when it was left or sent.

    `unfilled`: all the placeholders that canned responses left in it, none when it is the agent's own words.
    None: those known already, as far as they still stand in it.
    """

    session: SessionId
    private: bool
    text: str
    unfilled: tuple[str, ...] | None = None


class ComposerLeft(Value):
    """The composer lost the focus; its text stays as a draft."""

    session: SessionId


class Leaving(Value):
    """The console is about to end: whatever is not kept yet is kept now."""


class AssignAsked(Value):
    session: SessionId
    agent: AgentId | None
    note: str | None = None


class StatusAsked(Value):
    session: SessionId
    status: SessionStatus
    pending_until: float | None = None


class LabelAsked(Value):
    session: SessionId
    tags: tuple[CleanText, ...] | None = None
    priority: Priority | None = None


class BlockAsked(Value):
    session: SessionId
    scope: BlockScope
    reason: str = ""
    until: float | None = None


class UnblockAsked(Value):
    """`scope`: lift only what has it."""

    session: SessionId
    scope: BlockScope | None = None


class AvailabilityAsked(Value):
    availability: Availability


class UndoAsked(Value):
    """Take the last decision back, if that may still be."""


class ListingAsked(Value):
    """The agent wants conversations that the desk does not hold: ended ones, or the hits of a search."""

    query: SessionQuery


class SessionAsked(Value):
    """The agent names a conversation that the desk does not hold: one that ended long ago."""

    session: SessionId


class ListAsked(Value):
    """The agent wants of a list that is not read: of all agents, or of the canned responses."""

    asked: ReadAgents | ReadCanned


class ReconnectAsked(Value):
    pass


Look = (
    SignedIn
    | SessionOpened
    | Shown
    | UnreadAsked
    | TopReached
    | ListingAsked
    | SessionAsked
    | ListAsked
    | ReconnectAsked
)
Write = SendAsked | ResendAsked | SendDropped | ComposerChanged | ComposerLeft | Leaving
Decide = AssignAsked | StatusAsked | LabelAsked | BlockAsked | UnblockAsked | AvailabilityAsked
Wish = Look | Write | Decide | UndoAsked

# From this machine's disk.


class SendKept(Value):
    """A send will survive a crash; with `failure`, it will not, and leaves all the same."""

    send_id: SendId
    failure: CleanText | None = None


class KeepFailed(Value):
    """A draft could not be kept. `words` are the system's, cleaned."""

    words: CleanText


class Restored(Value):
    """What an earlier run left: sends in the order of asking, and composers' texts by conversation and kind.

    `unfilled`: the placeholders that canned responses left in those texts, by conversation and kind.
    `set_aside`: the name of the file that was found damaged and is left for somebody who can mend it.
    """

    sends: tuple[Draft, ...]
    drafts: tuple[tuple[SessionId, bool, str], ...]
    set_aside: CleanText | None = None
    unfilled: tuple[tuple[tuple[SessionId, bool], tuple[str, ...]], ...] = ()


KeepEvent = SendKept | KeepFailed | Restored

# From the clock.


class TimerRang(Value):
    timer: Timer


class Woke(Value):
    """The machine slept, or the process stood still, for `gap` seconds; `uncounted`: by no monotonic clock."""

    gap: float
    uncounted: float = 0.0


ClockEvent = TimerRang | Woke

Event = WireEvent | LineEvent | Answer | Wish | KeepEvent | ClockEvent
