"""The whole state of one desk: owned by the engine, written by core alone, read by the faces."""

from collections import deque
from enum import StrEnum

from tms_tui.core.health import Health
from tms_tui.core.outbox import Outbox
from tms_tui.core.transcript import Transcript
from tms_tui.domain.changes import Announced, Change, Notice
from tms_tui.domain.effects import Effect, PostMetrics, Read, ReadAgents, ReadCanned, ReadLog, SessionQuery
from tms_tui.domain.errors import Ending, EndingKind, Failure
from tms_tui.domain.events import Decide
from tms_tui.domain.ids import AgentId, Cursor, SessionId
from tms_tui.domain.model import (
    Agent,
    Author,
    Availability,
    CannedResponse,
    Capabilities,
    Session,
    SessionStatus,
    User,
)
from tms_tui.domain.policy import NOTICES_KEPT, POLL_FIRST
from tms_tui.domain.value import Record, Value, field


class Stage(StrEnum):
    """How far the socket has got."""

    IDLE = "idle"
    OPENING = "opening"
    WELCOMED = "welcomed"
    STABLE = "stable"
    WAITING = "waiting"
    RENEWING = "renewing"
    STOPPED = "stopped"


LIVE = (Stage.WELCOMED, Stage.STABLE)
"""Stages in which a socket brings what happens."""


class LinkState(Record):
    """The socket's life so far. Times ending in `_at` are seconds since the epoch, others monotonic."""

    stage: Stage = Stage.IDLE
    tries: int = 0
    """Attempts that failed since the line was last stable."""
    step: int = 0
    """Index into the back-off table."""
    proven: bool = False
    opened: float = 0.0
    welcomed: float = 0.0
    lost_at: float | None = None
    retry: float | None = None
    asked: float = float("-inf")
    """When the agent last asked to reconnect."""
    ending: Ending | None = None
    renewed_since_stable: bool = False
    renewals_lost: int = 0
    """Tries of the renewal under way whose answer was lost."""
    replacing: EndingKind | None = None
    """Why a second socket is being opened that is to take the place of the one that is up; None: none is."""
    same: int = 0
    """Endings of one make in a row, the last one being `ending`."""
    closings: tuple[float, ...] = ()
    """When the server last said goodbye without a reason."""
    unstable: bool = False
    """The line is tried only now and then, as it kept breaking."""
    skew_said: bool = False
    """Whether it was said that this computer's clock is wrong."""
    flaps: int = 0
    """Connections in a row that ended young."""


class SyncState(Record):
    """What has been read, and what is being read."""

    cursor: Cursor | None = None
    """Every event up to here was applied, by reading the log; None until the first snapshot is whole."""
    heard: Cursor | None = None
    """The newest event the socket brought, when its stream had joined what was applied."""
    unread_back: set[Cursor] = field(default_factory=set)
    """Brought by the socket since the log was last read to its end, and not yet found in it."""
    unread_before: set[Cursor] = field(default_factory=set)
    """The same of the time before that end; with the next one they are forgotten."""
    unheard: set[Cursor] = field(default_factory=set)
    """Found in the log, and not yet brought by the socket: what a deaf socket leaves here stays."""
    position: Cursor | None = None
    """Where the running snapshot began: everything after it is read from the log."""
    snapshot: dict[SessionStatus, bool] = field(default_factory=dict)
    """Listings of the running snapshot that are not whole yet, and whether each is being read."""
    listed: set[SessionId] = field(default_factory=set)
    unconfirmed: set[SessionId] = field(default_factory=set)
    """Held since before the log could not be gone on with: whatever is read of these next is true, of any version."""
    anew: bool = False
    """The running snapshot was begun because the log could not be gone on with."""
    unanswered: set[SessionId] = field(default_factory=set)
    """Conversations whose own read failed: asked for again when the log was read to its end."""
    lists_unanswered: dict[ReadAgents | ReadCanned, None] = field(default_factory=dict)
    """Reads of the agents and the canned responses that failed: made again when the log was read to its end."""
    unknown: set[SessionId] = field(default_factory=set)
    """Conversations asked for because of a message, since the log was last read to its end."""
    log: ReadLog | None = None
    """The read of the log under way."""
    again: bool = False
    """The socket began after that read did: its answer proves nothing about the join, one more is needed."""
    pace: float = POLL_FIRST
    reads_well: bool = False
    """The last read of the log or of a snapshot succeeded."""
    failure: Failure | None = None
    """Why the last read of the log or of a snapshot failed; None once one succeeds."""
    read_at: float | None = None
    """When something was last read well, seconds since the epoch."""
    read_since_loss: bool = False
    expired: int = 0
    """Refusals in a row to read the log from where a snapshot ended."""
    empty_reads: int = 0
    """Reads of the log in a row that brought nothing."""
    joined: bool = False
    """The socket's stream is known to continue what was applied."""
    catching_up: bool = False
    """The line is back, and what was missed is still being read."""
    behind: bool = False
    """Reading did not work or the machine slept: what the next reads bring is old, until the log's end is reached."""


class Pacing(Record):
    """Reads that the server's own answers led to; see `bounds.follow`."""

    spent: float = 0.0
    """How many were made without a pause, as of `at` on the monotonic clock: time gives them back."""
    at: float = 0.0
    waiting: dict[Read, None] = field(default_factory=dict)
    """Those whose turn has not come, in the order of asking."""


class Reporting(Record):
    """What the server was told of the counters."""

    every: float | None = None
    """Seconds between two reports; None while none is wanted."""
    told: PostMetrics = PostMetrics()
    """The totals of the last report that was answered."""
    under_way: PostMetrics | None = None
    """The totals of the report that is not answered yet."""


class Typist(Value):
    """Someone who types. `until` is on the monotonic clock."""

    author: Author
    until: float


class MyTyping(Record):
    """What was last said about the agent's own typing."""

    session: SessionId | None = None
    said: float = float("-inf")


class Decision(Value):
    """What the agent decided, and what takes it back. `at` is on the monotonic clock."""

    asked: Decide
    back: Decide
    at: float


class State(Record):
    """Everything a face may show."""

    can: Capabilities = field(default_factory=Capabilities)
    me: User | None = None
    availability: Availability = Availability.ONLINE
    sessions: dict[SessionId, Session] = field(default_factory=dict)
    transcripts: dict[SessionId, Transcript] = field(default_factory=dict)
    agents: dict[AgentId, Agent] = field(default_factory=dict)
    agents_read: bool = False
    """Their list was read at least once."""
    agents_heard: frozenset[AgentId] = frozenset()
    """Those heard of on the socket that is there: whatever list comes may be older, and nothing newer was missed."""
    strangers: frozenset[AgentId] = frozenset()
    """Holders of conversations whom the list of agents did not name when it was last looked at; it is read again."""
    gone: frozenset[AgentId] = frozenset()
    """Those of them whom the list that was read for their sake does not name either: they cannot come."""
    namesakes: frozenset[str] = frozenset()
    """Names that more than one agent bears."""
    canned: tuple[CannedResponse, ...] = ()
    canned_read: bool = False
    """The server's were read at least once."""
    typing: dict[SessionId, dict[str, Typist]] = field(default_factory=dict)
    my_typing: MyTyping = field(default_factory=MyTyping)
    drafts: dict[tuple[SessionId, bool], str] = field(default_factory=dict)
    """Text of the composers by conversation and kind (True: note)."""
    unfilled: dict[tuple[SessionId, bool], tuple[str, ...]] = field(default_factory=dict)
    """Placeholders that canned responses left in drafts and that still stand there. Own words are never listed."""
    written_at: dict[tuple[SessionId, bool], int] = field(default_factory=dict)
    """The newest `seq` that had been on the screen when the agent last changed a draft."""
    unkept: set[tuple[SessionId, bool]] = field(default_factory=set)
    """Drafts that changed since they were last kept."""
    keeps: bool = False
    """Whether drafts and the outbox are kept on the disk."""
    keep_failed: bool = False
    outbox: Outbox = field(default_factory=Outbox)
    opened: SessionId | None = None
    decision: Decision | None = None
    """The last one, as long as nothing took it back or refused it."""
    server_clock: float | None = None
    """What to add to the monotonic clock for the server's time; None as long as it did not say."""
    link: LinkState = field(default_factory=LinkState)
    sync: SyncState = field(default_factory=SyncState)
    health: Health = field(default_factory=Health)
    held_until: float = float("-inf")
    """The server asked for no request before this, on the monotonic clock."""
    reporting: Reporting = field(default_factory=Reporting)
    pacing: Pacing = field(default_factory=Pacing)
    unopened: dict[SessionId, None] = field(default_factory=dict)
    """Conversations never opened of which entries are held, the one that was quiet longest first."""
    erased: dict[SessionId, None] = field(default_factory=dict)
    """Conversations that are no longer there: what still comes of them is dropped. The oldest first."""
    notices: deque[Notice] = field(default_factory=lambda: deque(maxlen=NOTICES_KEPT))
    listings: dict[SessionQuery, tuple[SessionId, ...]] = field(default_factory=dict)
    """What the agent asked to list beyond the open conversations, newest first."""
    sign_in_needed: Failure | None = None

    def transcript(self, session: SessionId) -> Transcript:
        """The transcript of a conversation, made when there is none yet."""
        found = self.transcripts.get(session)
        if found is None:
            found = self.transcripts[session] = Transcript(session)
        return found


class Moment(Value):
    """Time and chance, handed in. `now` is monotonic seconds, `wall` seconds since the epoch, `chance` in [0, 1).

    `wall` is by the server's clock once that is known (see `clocks`); then `here` is by this computer's own.
    """

    now: float
    wall: float
    chance: float = 0.5
    here: float | None = None


class Step(Record):
    """One application of one event: the state, the moment, and what comes of it."""

    state: State
    moment: Moment
    changes: list[Change] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)

    def show(self, *changes: Change) -> None:
        self.changes.extend(changes)

    def do(self, *effects: Effect) -> None:
        self.effects.extend(effects)

    def announce(self, notice: Notice) -> None:
        """Say something once, and keep it for whoever asks again."""
        self.state.notices.append(notice)
        self.show(Announced(notice))
