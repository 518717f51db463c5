"""What is to be done outside: a closed union of imperatives."""

from dataclasses import dataclass
from enum import StrEnum

from tms_tui.domain.errors import EndingKind
from tms_tui.domain.ids import AgentId, Cursor, PageToken, SendId, SessionId
from tms_tui.domain.model import Availability, Draft, Priority, SessionStatus
from tms_tui.domain.policy import MESSAGES_PAGE, SESSIONS_PAGE
from tms_tui.domain.text import CleanText


class TimerKind(StrEnum):
    RECONNECT = "reconnect"
    WELCOME = "welcome"
    STABLE = "stable"
    POLL = "poll"
    DEAF = "deaf"
    RENEW = "renew"
    RESEND = "resend"
    MARK = "mark"
    DRAFT = "draft"
    TYPING_OUT = "typing_out"
    TYPING_IN = "typing_in"


@dataclass(frozen=True, slots=True)
class Timer:
    """Names one alarm; setting it again moves it. `key` tells alarms of one kind apart."""

    kind: TimerKind
    key: str = ""


@dataclass(frozen=True, slots=True)
class SessionQuery:
    """Which conversations to list; newest activity first."""

    status: SessionStatus | None = None
    text: str | None = None
    customer: str | None = None
    limit: int = SESSIONS_PAGE


# Asked of the server by HTTP; each is answered by exactly one event.


@dataclass(frozen=True, slots=True)
class ReadSessions:
    query: SessionQuery
    after: PageToken | None = None


@dataclass(frozen=True, slots=True)
class ReadSession:
    session: SessionId


@dataclass(frozen=True, slots=True)
class ReadPage:
    """Messages older than `before`, or newer than `after`, or (neither) the newest."""

    session: SessionId
    before: int | None = None
    after: int | None = None
    limit: int = MESSAGES_PAGE


@dataclass(frozen=True, slots=True)
class ReadLog:
    after: Cursor


@dataclass(frozen=True, slots=True)
class ReadAgents:
    pass


@dataclass(frozen=True, slots=True)
class ReadCanned:
    pass


@dataclass(frozen=True, slots=True)
class Transmit:
    """Send one message. `if_last_seq`: refuse when a colleague answered after it; None sends regardless."""

    draft: Draft
    if_last_seq: int | None = None


@dataclass(frozen=True, slots=True)
class Assign:
    """Hand a conversation to an agent, or to nobody. With `checked`, only while `expected` still holds it."""

    session: SessionId
    agent: AgentId | None
    expected: AgentId | None = None
    checked: bool = True
    note: str | None = None


@dataclass(frozen=True, slots=True)
class SetStatus:
    session: SessionId
    status: SessionStatus
    pending_until: float | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """Replace tags, priority, or both; None leaves one as it is."""

    session: SessionId
    tags: tuple[CleanText, ...] | None = None
    priority: Priority | None = None


@dataclass(frozen=True, slots=True)
class MarkRead:
    session: SessionId
    up_to: int


@dataclass(frozen=True, slots=True)
class SetAvailability:
    availability: Availability


@dataclass(frozen=True, slots=True)
class PostMetrics:
    """Counters since the start; `latency` are (seconds, cumulative count) pairs."""

    connects: int
    failures: int
    reconnects: int
    unread_frames: int
    duplicates: int
    gaps_filled: int
    latency: tuple[tuple[float, int], ...] = ()


Read = ReadSessions | ReadSession | ReadPage | ReadLog | ReadAgents | ReadCanned
Write = Transmit | Assign | SetStatus | Label | MarkRead | SetAvailability | PostMetrics
Request = Read | Write

# Done on the socket; lost with it without harm.


@dataclass(frozen=True, slots=True)
class OpenLink:
    after: Cursor | None = None


@dataclass(frozen=True, slots=True)
class CloseLink:
    why: EndingKind


@dataclass(frozen=True, slots=True)
class ProveLink:
    """Ping now; the pong becomes `LinkProven`."""


@dataclass(frozen=True, slots=True)
class SignalTyping:
    session: SessionId
    active: bool


@dataclass(frozen=True, slots=True)
class SignalViewing:
    session: SessionId | None


LinkEffect = OpenLink | CloseLink | ProveLink | SignalTyping | SignalViewing

# Done by the engine itself.


@dataclass(frozen=True, slots=True)
class WakeAt:
    """Ring `timer` at `when` on the monotonic clock; None takes it back."""

    timer: Timer
    when: float | None


@dataclass(frozen=True, slots=True)
class RenewToken:
    """Exchange the refresh token; the answer becomes `TokenRenewed` or `RenewFailed`."""


# Done on this machine's disk, so that a crash costs nothing.


@dataclass(frozen=True, slots=True)
class KeepSend:
    """Keep one intent to send; answered by `SendKept`, and only then may it leave."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class ForgetSend:
    """The send is settled or was taken back."""

    send_id: SendId


@dataclass(frozen=True, slots=True)
class KeepDraft:
    """Keep a composer's text; an empty one is forgotten."""

    session: SessionId
    private: bool
    text: str


KeepEffect = KeepSend | ForgetSend | KeepDraft
Effect = Request | LinkEffect | KeepEffect | WakeAt | RenewToken
