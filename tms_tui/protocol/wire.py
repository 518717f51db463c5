"""The wire's names and shapes, as they stand in JSON; shared by the console and the reference server.

Timestamps are RFC 3339 text in UTC. Optional fields are left out or null. Readers ignore unknown keys.
"""

from typing import Annotated, Any, Final

import msgspec

from tms_tui.protocol import fields

PROTOCOL_VERSION: Final = "v1"

CONNECTED: Final = "connected"
CHAT_MESSAGE: Final = "chat_message"
SESSION_UPDATE: Final = "session_update"
SESSION_ASSIGNED: Final = "session_assigned"
SESSION_ERASED: Final = "session_erased"
TOKENS_REVOKED: Final = "tokens_revoked"
TYPING_START: Final = "typing_start"
TYPING_STOP: Final = "typing_stop"
READ_RECEIPT: Final = "read_receipt"
READ_MARK: Final = "read_mark"
AGENT_PRESENCE: Final = "agent_presence"
ERROR: Final = "error"
VIEWING: Final = "viewing"
AUTH: Final = "auth"


Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
"""How often something happened within one report."""
Seconds = Annotated[float, msgspec.Meta(ge=0, le=1_000_000)]


class Wire(msgspec.Struct, kw_only=True, omit_defaults=False):
    """Common ground of all shapes."""


class Customer(Wire):
    name: str
    id: str | None = None
    email: str | None = None
    online: bool = False
    last_seen_at: str | None = None
    page_url: str | None = None
    locale: str | None = None
    info: dict[str, Any] | msgspec.UnsetType | None = msgspec.UNSET
    """Left out wherever more than one conversation, or more than one console, is told."""


class LastMessage(Wire):
    id: str
    author_type: str
    author_name: str
    preview: str
    created_at: str


class Blocked(Wire):
    """That the customer of a conversation is kept out; `session_id` is the conversation that it was decided on."""

    scope: str
    at: str
    reason: str = ""
    until: str | None = None
    by_agent_id: str | None = None
    by_agent_name: str | None = None
    session_id: str | None = None


class Session(Wire):
    id: str
    tenant_id: str
    status: str
    customer: Customer
    started_at: str
    last_activity_at: str
    version: int
    pending_until: str | None = None
    assigned_agent_id: str | None = None
    assigned_agent_name: str | None = None
    assigned_at: str | None = None
    tags: list[str] = []
    priority: str = "normal"
    ended_at: str | None = None
    waiting_since: str | None = None
    last_message: LastMessage | None = None
    unread_count: int = 0
    blocked: Blocked | None = None


class Message(Wire):
    id: str
    session_id: str
    seq: int
    content: str
    author_type: str
    author_name: str
    created_at: str
    message_type: str = "text"
    author_id: str | None = None
    is_private: bool = False
    client_message_id: str | None = None
    read_by_visitor_at: str | None = None


class Agent(Wire):
    id: str
    name: str
    email: str
    role: str = "agent"
    availability: str = "offline"
    viewing_session_id: str | None = None


class User(Wire):
    id: str
    email: str
    name: str
    role: str
    tenant_id: str


def _nothing() -> msgspec.Raw:
    return msgspec.Raw(b"{}")


class Frame(Wire):
    """What travels on the agents' socket, server to client, and in `/events`. `data` is read by `type`."""

    type: str
    data: msgspec.Raw = msgspec.field(default_factory=_nothing)
    session_id: str | None = None
    timestamp: str | None = None
    from_type: str | None = None
    cursor: str | None = None


class Connected(Wire):
    agent_id: str
    server_time: str
    resumed: bool
    cursor: str
    heartbeat_seconds: int = 30
    report_metrics_every: float | None = None
    """Seconds between two reports of the console's own counters; None: they are not wanted."""


class Assigned(Wire):
    session: Session
    previous_agent_id: str | None = None
    by_agent_id: str | None = None


class Erased(Wire):
    """Conversations that are no longer there; nothing of what was in them."""

    session_ids: list[str]


class Typing(Wire):
    author_type: str
    author_name: str
    author_id: str | None = None


class Receipt(Wire):
    reader_type: str
    up_to: int


class ReadMark(Wire):
    up_to: int
    unread_count: int
    back: bool = False


class FrameError(Wire):
    code: str
    error: str
    retryable: bool = False
    ref: str | None = None


class ClientFrame(Wire):
    """What travels on a socket, client to server."""

    type: str
    data: msgspec.Raw = msgspec.field(default_factory=_nothing)
    session_id: str | None = None
    ref: str | None = None


class ErrorBody(Wire):
    error: str
    code: str
    details: Any = None


class Health(Wire):
    status: str


class LoginBody(Wire):
    email: fields.Name
    password: str


class RefreshBody(Wire):
    refresh_token: str
    request_id: str | None = None


class PasswordBody(Wire):
    current: str
    new: fields.NewPassword


class TokenAnswer(Wire):
    access_token: str
    refresh_token: str
    expires_in: int
    token_type: str = "Bearer"  # noqa: S105 - the scheme's name, not a secret
    user: User | None = None


class AvailabilityBody(Wire):
    availability: fields.Chosen


class SessionsAnswer(Wire):
    sessions: list[Session]
    cursor: str
    next: str | None = None


class MessagesAnswer(Wire):
    messages: list[Message]
    has_more: bool


class SendBody(Wire, omit_defaults=True):
    content: fields.Content
    client_message_id: fields.Uuid
    is_private: bool = False
    if_last_seq: int | None = None


class AssignBody(Wire):
    """`expected_agent_id` present (null included) asks for compare-and-set; unset takes it whoever holds it."""

    agent_id: str | None
    expected_agent_id: str | msgspec.UnsetType | None = msgspec.UNSET
    note: str | msgspec.UnsetType | None = msgspec.UNSET


class StatusBody(Wire, omit_defaults=True):
    status: fields.Status
    pending_until: fields.Time | None = None


class BlockBody(Wire, omit_defaults=True):
    """`until` left out: for good, or of an address as long as the server keeps one out unasked."""

    scope: fields.Scope
    reason: fields.Reason = ""
    until: fields.Time | None = None


class UnblockBody(Wire, omit_defaults=True):
    """`scope` left out: whatever keeps the conversation's customer out."""

    scope: fields.Scope | None = None


class Block(Wire):
    """A block that stands. `session_id`, `customer_name`: of the conversation it was decided on, while that is kept."""

    id: str
    scope: str
    at: str
    reason: str = ""
    until: str | None = None
    by_agent_id: str | None = None
    by_agent_name: str | None = None
    session_id: str | None = None
    customer_name: str | None = None


class BlocksAnswer(Wire):
    blocks: list[Block]


class PatchBody(Wire):
    tags: fields.Tags | msgspec.UnsetType = msgspec.UNSET
    priority: fields.Urgency | msgspec.UnsetType = msgspec.UNSET


class ReadBody(Wire):
    up_to: fields.Place


class UnreadBody(Wire, omit_defaults=True):
    """`from_seq` left out: from what the customer wrote last."""

    from_seq: Annotated[int, fields.ONE_OR_MORE] | None = None


class Canned(Wire):
    shortcut: str
    title: str
    content: str


class CannedAnswer(Wire):
    responses: list[Canned]


class AgentsAnswer(Wire):
    agents: list[Agent]


class EventsAnswer(Wire):
    events: list[Frame]
    cursor: str
    has_more: bool


class LatencyBucket(Wire):
    """How many deliveries took at most `le` seconds; cumulative, as Prometheus counts."""

    le: Seconds
    count: Count


class MetricsBody(Wire):
    """What a console counted since its last report that was answered. Numbers alone: nothing names anybody."""

    connects: Count = 0
    failures: Count = 0
    reconnects: Count = 0
    unread_frames: Count = 0
    duplicates: Count = 0
    gaps_filled: Count = 0
    deaf_lines: Count = 0
    latency: Annotated[list[LatencyBucket], msgspec.Meta(max_length=20)] = []
    """By the bounds 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10 and 30; others are not counted."""
    latency_count: Count = 0
    latency_sum: Seconds = 0.0


class VisitorSessionBody(Wire):
    name: fields.Name | None = None
    email: fields.Name | None = None
    page_url: fields.Address | None = None
    locale: fields.Locale | None = None
    info: fields.Facts | None = None
    client_session_id: fields.Uuid | None = None


class VisitorSessionAnswer(Wire):
    session_id: str
    visitor_token: str


class VisitorSendBody(Wire):
    content: fields.Content
    client_message_id: fields.Uuid


class VisitorAuth(Wire):
    token: str


class VisitorConnected(Wire):
    """The first frame on a visitor's socket. `seen_up_to`: the newest `seq` an agent has read."""

    session_id: str
    server_time: str
    seen_up_to: int = 0
    heartbeat_seconds: int = 30


class VisitorMessagesAnswer(Wire):
    messages: list[Message]
    has_more: bool
    seen_up_to: int = 0
    resumed: bool = True


class AssignConflict(Wire):
    """The body of 409 `already_assigned`: what stands instead."""

    error: str
    code: str
    session: Session
    details: Any = None


class Viewing(Wire):
    """What `viewing` carries when the session is named in its data instead of beside it."""

    session_id: str | None = None
