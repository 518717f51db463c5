"""What looks different now: a closed union for the faces."""

from enum import StrEnum

from tms_tui.domain.effects import SessionQuery
from tms_tui.domain.errors import Failure
from tms_tui.domain.events import Decide
from tms_tui.domain.ids import SendId, SessionId
from tms_tui.domain.text import CleanText
from tms_tui.domain.value import Value


class NoticeKind(StrEnum):
    LIVE = "live"
    LINE_LOST = "line_lost"
    OFFLINE = "offline"
    STOPPED = "stopped"
    CAUGHT_UP = "caught_up"
    TAKEN_BY = "taken_by"
    GIVEN_TO_YOU = "given_to_you"
    TAKEN_FROM_YOU = "taken_from_you"
    RELEASED = "released"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    SET_PENDING = "set_pending"
    WOKE = "woke"
    """Its time came: what was set aside is open again."""
    BLOCKED = "blocked"
    """`other` is the colleague who did it."""
    UNBLOCKED = "unblocked"
    ERASED = "erased"
    """`count` conversations are no longer there, nor what was written in them here."""
    NEW_CONVERSATION = "new_conversation"
    RACE_LOST = "race_lost"
    SEND_REFUSED = "send_refused"
    SEND_HELD = "send_held"
    REQUEST_FAILED = "request_failed"
    UNANSWERED = "unanswered"
    """No answer tells whether what the agent decided was done."""
    AVAILABILITY = "availability"
    COLLEAGUE = "colleague"
    HELD_BACK = "held_back"
    """The server asked for fewer requests: reading and sending go on at `since`."""
    UNSTABLE = "unstable"
    """The line is tried only now and then, as it kept breaking."""
    CLOCK_BEHIND = "clock_behind"
    """This computer's clock is behind the server's by `count` minutes."""
    CLOCK_AHEAD = "clock_ahead"
    READ_ANEW = "read_anew"
    """The server could not say what was missed: everything was read again, and replaced what was held."""
    RESTORED = "restored"
    """Messages of an earlier run are in the outbox again."""
    DAMAGED = "damaged"
    """What was kept is damaged; `other` is the file that it was set aside as."""
    NOT_KEPT = "not_kept"
    """Drafts and the outbox cannot be written to the disk; `other` says why."""
    BOUNDED = "bounded"
    """The server brings or asks for more than is taken; `bound` says of what."""


class Bound(StrEnum):
    """What a server can have no end of, and gets a pace or a number here."""

    RENEWALS = "renewals"
    """Tokens that end at once are renewed at a pace of our own."""
    READS = "reads"
    """There is always more to be read: it is read at a pace of our own."""
    SESSIONS = "sessions"
    """More conversations than are kept in the list."""
    AGENTS = "agents"
    CANNED = "canned"
    TYPING = "typing"
    HISTORY = "history"
    """A conversation that is longer than is kept of one."""
    EVENTS = "events"
    """More events at once than are matched with the log."""


class Notice(Value):
    """Something to say once, on the event line. `at` is seconds since the epoch."""

    kind: NoticeKind
    at: float
    session: SessionId | None = None
    name: CleanText = CleanText("")
    """The customer's or the colleague's name, by kind."""
    other: CleanText = CleanText("")
    """A second name, where the kind has one: who took it."""
    count: int = 0
    since: float | None = None
    failure: Failure | None = None
    bound: Bound | None = None


class TranscriptGrew(Value):
    """Messages came at the end."""

    session: SessionId


class TranscriptChanged(Value):
    """Entries changed, or came anywhere but at the end."""

    session: SessionId


class SessionMoved(Value):
    """A conversation's row changed, came, went, or stands elsewhere."""

    session: SessionId


class SessionErased(Value):
    """A conversation is no longer there: whatever shows anything of it drops that."""

    session: SessionId


class ListingRead(Value):
    """The hits of a listing the agent asked for are there, or there are none."""

    query: SessionQuery


class TypingChanged(Value):
    session: SessionId


class LinkChanged(Value):
    """The badge may say something else."""


class CountersChanged(Value):
    """Diagnostics say something else, and maybe nothing but they."""


class PeopleChanged(Value):
    """Availability of the agent or of colleagues, or what they look at."""


class CannedChanged(Value):
    pass


class SendTaken(Value):
    """The core has taken a send: the composer may forget its text."""

    send_id: SendId
    session: SessionId


class SendHeld(Value):
    """Nothing was sent: the conversation moved on since the agent looked."""

    send_id: SendId
    session: SessionId


class CustomerWrote(Value):
    """New words in a conversation that is the agent's or nobody's, and not the one they look at."""

    session: SessionId


class Announced(Value):
    notice: Notice


class Decided(Value):
    """The server has carried out what the agent decided here."""

    asked: Decide


class SignInNeeded(Value):
    """The server no longer accepts this sign-in."""

    failure: Failure


Change = (
    TranscriptGrew
    | TranscriptChanged
    | SessionMoved
    | SessionErased
    | ListingRead
    | TypingChanged
    | LinkChanged
    | CountersChanged
    | PeopleChanged
    | CannedChanged
    | SendTaken
    | SendHeld
    | CustomerWrote
    | Announced
    | Decided
    | SignInNeeded
)
