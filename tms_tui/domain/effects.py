"""What is to be done outside: a closed union of imperatives."""

from enum import StrEnum

from tms_tui.domain.errors import EndingKind
from tms_tui.domain.ids import AgentId, Cursor, PageToken, SendId, SessionId
from tms_tui.domain.model import Availability, BlockScope, Draft, Priority, SessionStatus
from tms_tui.domain.policy import MESSAGES_PAGE, SESSIONS_PAGE
from tms_tui.domain.text import CleanText
from tms_tui.domain.value import Value


class TimerKind(StrEnum):
    RECONNECT = "reconnect"
    WELCOME = "welcome"
    STABLE = "stable"
    POLL = "poll"
    DEAF = "deaf"
    RENEW = "renew"
    REPORT = "report"
    PACE = "pace"
    RESEND = "resend"
    MARK = "mark"
    DRAFT = "draft"
    TYPING_OUT = "typing_out"
    TYPING_IN = "typing_in"


class Timer(Value):
    """Names one alarm; setting it again moves it. `key` tells alarms of one kind apart."""

    kind: TimerKind
    key: str = ""


class SessionQuery(Value):
    """Which conversations to list; newest activity first."""

    status: SessionStatus | None = None
    text: str | None = None
    customer: str | None = None
    limit: int = SESSIONS_PAGE


# Asked of the server by HTTP; each is answered by exactly one event.


class ReadSessions(Value):
    query: SessionQuery
    after: PageToken | None = None


class ReadSession(Value):
    session: SessionId


class ReadPage(Value):
    """Messages older than `before`, or newer than `after`, or (neither) the newest."""

    session: SessionId
    before: int | None = None
    after: int | None = None
    limit: int = MESSAGES_PAGE


class ReadLog(Value):
    after: Cursor


class ReadAgents(Value):
    pass


class ReadCanned(Value):
    pass


class Transmit(Value):
    """Send one message. `if_last_seq`: refuse when a colleague answered after it; None sends regardless."""

    draft: Draft
    if_last_seq: int | None = None


class Assign(Value):
    """Hand a conversation to an agent, or to nobody. With `checked`, only while `expected` still holds it."""

    session: SessionId
    agent: AgentId | None
    expected: AgentId | None = None
    checked: bool = True
    note: str | None = None


class SetStatus(Value):
    session: SessionId
    status: SessionStatus
    pending_until: float | None = None


class Label(Value):
    """Replace tags, priority, or both; None leaves one as it is."""

    session: SessionId
    tags: tuple[CleanText, ...] | None = None
    priority: Priority | None = None


class Block(Value):
    """Keep a customer out; no `until`: for good, or of an address as long as the server does so unasked."""

    session: SessionId
    scope: BlockScope
    reason: str = ""
    until: float | None = None


class Unblock(Value):
    """Lift what keeps a conversation's customer out, or of that only what has this scope."""

    session: SessionId
    scope: BlockScope | None = None


class MarkRead(Value):
    session: SessionId
    up_to: int


class MarkUnread(Value):
    """Move the own read mark back before `from_seq`; None: before what the customer wrote last."""

    session: SessionId
    from_seq: int | None


class SetAvailability(Value):
    availability: Availability


class PostMetrics(Value):
    """What was counted since the last report that was answered. `latency`: (seconds, how many took at most that)."""

    connects: int = 0
    failures: int = 0
    reconnects: int = 0
    unread_frames: int = 0
    duplicates: int = 0
    gaps_filled: int = 0
    deaf_lines: int = 0
    latency: tuple[tuple[float, int], ...] = ()
    latency_count: int = 0
    latency_sum: float = 0.0
    """Seconds of all deliveries together."""


Read = ReadSessions | ReadSession | ReadPage | ReadLog | ReadAgents | ReadCanned
Write = Transmit | Assign | SetStatus | Label | Block | Unblock | MarkRead | MarkUnread | SetAvailability | PostMetrics
Request = Read | Write

# Done on the socket; lost with it without harm.


class OpenLink(Value):
    after: Cursor | None = None


class ReplaceLink(Value):
    """Open a second socket; with its welcome it takes over, and the first is closed without a word."""

    after: Cursor | None = None


class StopReplacing(Value):
    """Close the second socket, if there is one; the first stays."""


class CloseLink(Value):
    why: EndingKind


class ProveLink(Value):
    """Ping now; the pong becomes `LinkProven`."""


class SignalTyping(Value):
    session: SessionId
    active: bool


class SignalViewing(Value):
    session: SessionId | None


LinkEffect = OpenLink | ReplaceLink | StopReplacing | CloseLink | ProveLink | SignalTyping | SignalViewing

# Done by the engine itself.


class WakeAt(Value):
    """Ring `timer` at `when` on the monotonic clock; None takes it back."""

    timer: Timer
    when: float | None


class RenewToken(Value):
    """Exchange the refresh token; the answer becomes `TokenRenewed` or `RenewFailed`."""


# Done on this machine's disk, so that a crash costs nothing.


class KeepSend(Value):
    """Keep one intent to send; answered by `SendKept`, and only then may it leave."""

    draft: Draft


class ForgetSend(Value):
    """The send is settled or was taken back."""

    send_id: SendId


class KeepDraft(Value):
    """Keep a composer's text and the placeholders that canned responses left in it; an empty one is forgotten."""

    session: SessionId
    private: bool
    text: str
    unfilled: tuple[str, ...] = ()


class ForgetTalks(Value):
    """Leave nothing on the disk of what was written in these conversations, sent long ago or not."""

    sessions: tuple[SessionId, ...]


KeepEffect = KeepSend | ForgetSend | KeepDraft | ForgetTalks
Effect = Request | LinkEffect | KeepEffect | WakeAt | RenewToken
