"""What happened: a closed union, from the wire, the line, the clock and the agent."""

from dataclasses import dataclass

from tms_tui.domain.effects import Request, SessionQuery, Timer
from tms_tui.domain.errors import Ending, Failure
from tms_tui.domain.ids import AgentId, Cursor, PageToken, SendId, SessionId
from tms_tui.domain.model import (
    Agent,
    Author,
    AuthorType,
    Availability,
    CannedResponse,
    Draft,
    Message,
    Priority,
    Session,
    SessionStatus,
    User,
)
from tms_tui.domain.text import CleanText

# From the wire, by the socket or by the log. A `cursor` marks what the log holds.


@dataclass(frozen=True, slots=True)
class MessageArrived:
    message: Message
    cursor: Cursor | None = None


@dataclass(frozen=True, slots=True)
class SessionChanged:
    session: Session
    cursor: Cursor | None = None


@dataclass(frozen=True, slots=True)
class SessionAssigned:
    session: Session
    previous: AgentId | None
    by: AgentId | None
    cursor: Cursor | None = None


@dataclass(frozen=True, slots=True)
class TypingSeen:
    session: SessionId
    author: Author
    active: bool


@dataclass(frozen=True, slots=True)
class ReceiptSeen:
    session: SessionId
    reader: AuthorType
    up_to: int
    cursor: Cursor | None = None


@dataclass(frozen=True, slots=True)
class PresenceSeen:
    agent: Agent


@dataclass(frozen=True, slots=True)
class ServerComplained:
    """An `error` frame: one of our own frames was not understood or not allowed."""

    code: str
    words: CleanText
    retryable: bool


@dataclass(frozen=True, slots=True)
class Unread:
    """Something came that cannot be read. `kind` is a fixed word for counting; `reason` is for people, cleaned."""

    kind: str
    reason: CleanText
    cursor: Cursor | None = None


WireEvent = (
    MessageArrived
    | SessionChanged
    | SessionAssigned
    | TypingSeen
    | ReceiptSeen
    | PresenceSeen
    | ServerComplained
    | Unread
)

# From the line.


@dataclass(frozen=True, slots=True)
class LinkWelcomed:
    """The server's first frame. `cursor` is the head of the log when this socket was registered."""

    agent: AgentId
    server_time: float
    resumed: bool
    cursor: Cursor


@dataclass(frozen=True, slots=True)
class LinkProven:
    """A ping was answered after `latency` seconds."""

    latency: float


@dataclass(frozen=True, slots=True)
class LinkLost:
    ending: Ending


@dataclass(frozen=True, slots=True)
class TokenRenewed:
    """`lifetime` in seconds from now, by the server's own clock."""

    lifetime: float


@dataclass(frozen=True, slots=True)
class RenewFailed:
    failure: Failure


LineEvent = LinkWelcomed | LinkProven | LinkLost | TokenRenewed | RenewFailed

# Answers to requests.


@dataclass(frozen=True, slots=True)
class SessionsRead:
    query: SessionQuery
    sessions: tuple[Session, ...]
    next: PageToken | None
    cursor: Cursor


@dataclass(frozen=True, slots=True)
class SessionRead:
    session: Session


@dataclass(frozen=True, slots=True)
class PageRead:
    """Messages, oldest first. `has_more`: the server holds further ones in the direction asked for."""

    session: SessionId
    messages: tuple[Message, ...]
    has_more: bool
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True)
class LogRead:
    after: Cursor
    events: tuple[WireEvent, ...]
    cursor: Cursor
    has_more: bool


@dataclass(frozen=True, slots=True)
class AgentsRead:
    agents: tuple[Agent, ...]


@dataclass(frozen=True, slots=True)
class CannedRead:
    responses: tuple[CannedResponse, ...]


@dataclass(frozen=True, slots=True)
class SendStored:
    send_id: SendId
    message: Message


@dataclass(frozen=True, slots=True)
class SessionAnswered:
    """An assignment, status or label was carried out; `asked` says which."""

    session: Session
    asked: Request


@dataclass(frozen=True, slots=True)
class ReadMarked:
    session: SessionId
    up_to: int


@dataclass(frozen=True, slots=True)
class AvailabilitySet:
    agent: Agent


@dataclass(frozen=True, slots=True)
class MetricsPosted:
    pass


@dataclass(frozen=True, slots=True)
class AskFailed:
    asked: Request
    failure: Failure


ReadAnswer = SessionsRead | SessionRead | PageRead | LogRead | AgentsRead | CannedRead
WriteAnswer = SendStored | SessionAnswered | ReadMarked | AvailabilitySet | MetricsPosted
Answer = ReadAnswer | WriteAnswer | AskFailed

# From the agent.


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`lifetime` of the access token in seconds from now."""

    user: User
    lifetime: float


@dataclass(frozen=True, slots=True)
class SessionOpened:
    """The agent looks at a conversation, or (None) at none."""

    session: SessionId | None


@dataclass(frozen=True, slots=True)
class Shown:
    """Messages up to `up_to` really stood on the agent's screen."""

    session: SessionId
    up_to: int


@dataclass(frozen=True, slots=True)
class TopReached:
    """The agent scrolled to the oldest message held."""

    session: SessionId


@dataclass(frozen=True, slots=True)
class SendAsked:
    draft: Draft


@dataclass(frozen=True, slots=True)
class ResendAsked:
    """Send what was refused or held, whatever happened since."""

    send_id: SendId


@dataclass(frozen=True, slots=True)
class SendDropped:
    """Take back what has not left, or put away what was refused; the face has its text."""

    send_id: SendId


@dataclass(frozen=True, slots=True)
class ComposerChanged:
    """The composer's text now; an empty one when it was left or sent."""

    session: SessionId
    private: bool
    text: str


@dataclass(frozen=True, slots=True)
class ComposerLeft:
    """The composer lost the focus; its text stays as a draft."""

    session: SessionId


@dataclass(frozen=True, slots=True)
class Leaving:
    """The console is about to end: whatever is not kept yet is kept now."""


@dataclass(frozen=True, slots=True)
class AssignAsked:
    session: SessionId
    agent: AgentId | None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class StatusAsked:
    session: SessionId
    status: SessionStatus
    pending_until: float | None = None


@dataclass(frozen=True, slots=True)
class LabelAsked:
    session: SessionId
    tags: tuple[CleanText, ...] | None = None
    priority: Priority | None = None


@dataclass(frozen=True, slots=True)
class AvailabilityAsked:
    availability: Availability


@dataclass(frozen=True, slots=True)
class ListingAsked:
    """The agent wants conversations that the desk does not hold: ended ones, or the hits of a search."""

    query: SessionQuery


@dataclass(frozen=True, slots=True)
class ReconnectAsked:
    pass


Look = SignedIn | SessionOpened | Shown | TopReached | ListingAsked | ReconnectAsked
Write = SendAsked | ResendAsked | SendDropped | ComposerChanged | ComposerLeft | Leaving
Decide = AssignAsked | StatusAsked | LabelAsked | AvailabilityAsked
Wish = Look | Write | Decide

# From this machine's disk.


@dataclass(frozen=True, slots=True)
class SendKept:
    """A send will survive a crash; with `failure`, it will not, and leaves all the same."""

    send_id: SendId
    failure: CleanText | None = None


@dataclass(frozen=True, slots=True)
class KeepFailed:
    """A draft could not be kept. `words` are the system's, cleaned."""

    words: CleanText


@dataclass(frozen=True, slots=True)
class Restored:
    """What an earlier run left: sends in the order of asking, and composers' texts by conversation and kind."""

    sends: tuple[Draft, ...]
    drafts: tuple[tuple[SessionId, bool, str], ...]


KeepEvent = SendKept | KeepFailed | Restored

# From the clock.


@dataclass(frozen=True, slots=True)
class TimerRang:
    timer: Timer


@dataclass(frozen=True, slots=True)
class Woke:
    """The machine slept for `gap` seconds."""

    gap: float


ClockEvent = TimerRang | Woke

Event = WireEvent | LineEvent | Answer | Wish | KeepEvent | ClockEvent
