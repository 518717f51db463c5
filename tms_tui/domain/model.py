"""The things a desk is about: conversations, messages, people."""

from enum import StrEnum

from tms_tui.domain.ids import AgentId, MessageId, SendId, SessionId, TenantId
from tms_tui.domain.text import CleanText
from tms_tui.domain.value import Value, field


class SessionStatus(StrEnum):
    ACTIVE = "active"
    PENDING = "pending"
    ENDED = "ended"


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Availability(StrEnum):
    ONLINE = "online"
    BUSY = "busy"
    AWAY = "away"
    OFFLINE = "offline"


class Role(StrEnum):
    AGENT = "agent"
    ADMIN = "admin"


class BlockScope(StrEnum):
    """Who is kept out by a block; each takes in the conversation it was decided on."""

    CONVERSATION = "conversation"
    CUSTOMER = "customer"
    """Whoever is known as the same customer, or gives the same e-mail."""
    ADDRESS = "address"
    """Whoever comes from the same network: perhaps many."""


class AuthorType(StrEnum):
    VISITOR = "visitor"
    AGENT = "agent"
    SYSTEM = "system"


class MessageKind(StrEnum):
    TEXT = "text"
    SYSTEM = "system"


class Author(Value):
    """Who wrote or types; `id` is None for the system and for unnamed visitors."""

    type: AuthorType
    id: str | None
    name: CleanText


class Agent(Value):
    """A colleague, or the one who signed in."""

    id: AgentId
    name: CleanText
    email: CleanText
    role: Role = Role.AGENT
    availability: Availability = Availability.OFFLINE
    viewing: SessionId | None = None


class User(Value):
    """The agent as the sign-in names them."""

    id: AgentId
    tenant: TenantId
    name: CleanText
    email: CleanText
    role: Role


class Customer(Value):
    """The person on the other side. Times are seconds since the epoch."""

    id: str | None
    name: CleanText
    email: CleanText | None = None
    online: bool = False
    last_seen_at: float | None = None
    page_url: CleanText | None = None
    locale: CleanText | None = None
    info: tuple[tuple[CleanText, CleanText], ...] | None = ()
    """What the site told; None where it is not told, as it is only with a conversation that is read by itself."""


class Preview(Value):
    """The last message of a conversation, shortened for the list."""

    id: MessageId
    author_type: AuthorType
    author_name: CleanText
    text: CleanText
    created_at: float


class Blocked(Value):
    """That the customer of a conversation is kept out. Times are seconds since the epoch; no `until`: for good."""

    scope: BlockScope
    at: float
    reason: CleanText = CleanText("")
    until: float | None = None
    by: AgentId | None = None
    by_name: CleanText | None = None
    session: SessionId | None = None
    """The conversation that it was decided on; the same address or customer may have others."""


class Session(Value):
    """One conversation with one customer. Times are seconds since the epoch."""

    id: SessionId
    tenant: TenantId
    status: SessionStatus
    customer: Customer
    started_at: float
    last_activity_at: float
    version: int
    assigned_agent: AgentId | None = None
    assigned_agent_name: CleanText | None = None
    assigned_at: float | None = None
    pending_until: float | None = None
    ended_at: float | None = None
    waiting_since: float | None = None
    tags: tuple[CleanText, ...] = ()
    priority: Priority = Priority.NORMAL
    last_message: Preview | None = None
    unread: int = 0
    blocked: Blocked | None = None


class Message(Value):
    """One stored message. `seq` grows by one within its session; times are seconds since the epoch."""

    id: MessageId
    session: SessionId
    seq: int
    author: Author
    text: CleanText
    created_at: float
    kind: MessageKind = MessageKind.TEXT
    private: bool = False
    send_id: SendId | None = None
    read_by_visitor_at: float | None = None
    tampered: int = 0
    """How many control or hidden characters were neutralised in `text`."""


class CannedResponse(Value):
    """A text kept for reuse; `{{customer.name}}` and `{{agent.name}}` are placeholders."""

    shortcut: CleanText
    title: CleanText
    content: CleanText


class Draft(Value):
    """One intent to send, with everything needed to send it again after a restart."""

    send_id: SendId
    session: SessionId
    text: str
    private: bool
    asked_at: float
    seen_up_to: int = 0
    """The newest `seq` the agent had on screen when writing it; the server refuses when the talk moved on since."""


class Capabilities(Value):
    """What the server at the other end can do; asked of, never guessed by its name."""

    resumes: bool = True
    echoes_own: bool = True
    idempotent_sends: bool = True
    guards_stale_sends: bool = True
    event_log: bool = True
    features: frozenset[str] = field(default_factory=frozenset)
