"""Reading beside the socket: the first snapshot, the log at its pace, and how the two join without a gap.

The log is the truth and the socket its fast copy. Reads of the log alone move the cursor, each beginning where
the last one ended, at a slow pace while the socket is up: so whatever the socket failed to bring is found, and
a socket that goes on failing is noticed and replaced. The socket's stream counts as joined to what was applied
at once when the server resumed it, else after a read of the log that began later than the socket.
"""

from tms_tui.core import bounds, holding, link, matching, people, reading, sending, snapshot
from tms_tui.core.state import LIVE, State, Step
from tms_tui.domain.changes import Bound, CountersChanged, LinkChanged, Notice, NoticeKind
from tms_tui.domain.effects import (
    ReadAgents,
    ReadLog,
    ReadSessions,
    SessionQuery,
    SignalViewing,
    Timer,
    TimerKind,
    WakeAt,
)
from tms_tui.domain.errors import EndingKind, Failure, FailureKind
from tms_tui.domain.events import LinkWelcomed, LogRead, ServerComplained, SessionsRead, Unread
from tms_tui.domain.policy import (
    POLL_FAILED_SLOWEST,
    POLL_FIRST,
    POLL_GROWTH,
    POLL_LIVE,
    POLL_PATIENCE,
    POLL_SLOWEST,
    RATE_LIMITED_FOR,
)
from tms_tui.domain.text import CleanText


def start(step: Step) -> None:
    """Signed in: read everything open, while the socket opens beside it."""
    if step.state.sync.cursor is None:
        snapshot.begin(step)
    else:
        read_now(step)


def sessions_read(step: Step, event: SessionsRead) -> None:
    """One page of a listing; a snapshot that is whole is gone on from by the log."""
    if snapshot.sessions_read(step, event):
        _read_on(step)


def read_everything(step: Step) -> None:
    """The agent wants to be sure: read everything open again."""
    sync = step.state.sync
    if step.state.me is not None and step.state.sign_in_needed is None and not sync.snapshot:
        sync.cursor = None
    read_now(step)


def welcomed(step: Step, event: LinkWelcomed) -> None:
    """The socket is there: see whether it continues what was applied, and read the log to the end."""
    sync = step.state.sync
    sync.joined = event.resumed and sync.cursor is not None
    sync.unheard.clear()
    if not sync.joined:
        sync.unread_back.clear()
        sync.unread_before.clear()
    sync.catching_up = step.state.link.lost_at is not None
    step.do(SignalViewing(step.state.opened))
    if step.state.health.connects > 1 and step.state.sign_in_needed is None:
        step.do(ReadAgents())
    sync.again = sync.log is not None
    read_now(step)


def line_lost(step: Step) -> None:
    """The socket is gone: go on by reading at once."""
    sync = step.state.sync
    sync.joined = sync.read_since_loss = sync.catching_up = False
    sync.empty_reads, sync.pace = 0, POLL_FIRST
    step.state.agents_heard = frozenset()
    read_now(step)


def woke(step: Step) -> None:
    """The machine slept: see what happened meanwhile."""
    step.state.sync.behind = True
    read_now(step)


def read_now(step: Step) -> None:
    """Read the log from the cursor, or everything when there is no cursor; one read at a time."""
    sync = step.state.sync
    if step.state.me is None or step.state.sign_in_needed is not None:
        return
    if holding.left(step):
        _plan(step, holding.left(step))
    elif sync.cursor is None:
        snapshot.begin(step)
    elif sync.log is None:
        sync.log = ReadLog(sync.cursor)
        step.do(sync.log)


def _read_on(step: Step) -> None:
    """Read the log, because an answer says that there is more of it."""
    sync = step.state.sync
    if sync.cursor is None or sync.log is not None or holding.left(step):
        read_now(step)
    else:
        sync.log = ReadLog(sync.cursor)
        bounds.follow(step, (sync.log,))


def still_unheard(step: Step) -> None:
    """What the log held the socket had time to bring: if it did not, it is deaf, whatever its pings say."""
    sync = step.state.sync
    if sync.unheard and sync.joined and step.state.link.stage in LIVE:
        step.state.health.deaf += 1
        step.state.health.gaps_filled += len(sync.unheard)
        sync.unheard.clear()
        link.replace(step, EndingKind.DEAF)
        _plan(step, POLL_FIRST)


def log_read(step: Step, event: LogRead) -> None:
    """Part of the log, its events applied."""
    sync = step.state.sync
    if sync.log is None or sync.log.after != event.after:
        return
    sync.log, sync.cursor, sync.expired = None, event.cursor, 0
    matching.compare(step, event)
    sync.empty_reads = 0 if event.events else sync.empty_reads + 1
    has_more = event.has_more and event.cursor != event.after
    if event.has_more and not has_more:
        bounds.reached(step, Bound.READS)
    if has_more or sync.again:
        sync.again = False
        _read_on(step)
        return
    sync.behind = False
    sync.unknown.clear()
    # What was passed over while no socket was joined is not found any more: it would be kept for ever.
    sync.unread_before, sync.unread_back = sync.unread_back, set()
    if step.state.link.stage in LIVE:
        _joined(step)
    else:
        sync.heard = None
    reading.resume(step)
    sync.pace = _pace(step.state)
    _plan(step, sync.pace)


def rang(step: Step, kind: TimerKind) -> None:
    """One of the alarms of reading went off."""
    if kind is TimerKind.DEAF:
        still_unheard(step)
    elif kind is TimerKind.PACE:
        bounds.go_on(step)
    else:
        read_now(step)


def read_well(step: Step) -> None:
    """Some read worked: the server can be reached by HTTP."""
    sync = step.state.sync
    was_well = sync.reads_well and sync.read_since_loss
    sync.reads_well = sync.read_since_loss = True
    sync.failure = None
    sync.read_at = step.moment.wall
    if step.state.link.stage not in LIVE:
        step.show(LinkChanged())
    if not was_well:
        sending.flush(step)
        reading.resume(step)


def read_failed(step: Step, asked: ReadLog | ReadSessions, failure: Failure) -> None:
    """A read of the log or of a listing did not work: again, more slowly."""
    sync = step.state.sync
    if isinstance(asked, ReadLog):
        if asked != sync.log:
            return
        sync.log, sync.again = None, False
    elif asked.query.status in sync.snapshot and asked.query in snapshot.queries():
        sync.snapshot[asked.query.status] = False
    else:
        people.announce(step, Notice(NoticeKind.REQUEST_FAILED, step.moment.wall, failure=failure))
        return
    if failure.kind is FailureKind.EXPIRED:
        sync.expired += 1
        snapshot.forget(step)
        if sync.expired == 1:
            snapshot.begin(step)
            return
    sync.reads_well, sync.behind, sync.failure = False, True, failure
    sync.pace = min(max(sync.pace, POLL_FIRST) * 2, POLL_FAILED_SLOWEST)
    asked_to_wait = failure.retry_after or (RATE_LIMITED_FOR if failure.kind is FailureKind.TOO_MANY else 0.0)
    _plan(step, max(sync.pace * (0.8 + 0.4 * step.moment.chance), asked_to_wait))
    step.show(LinkChanged())


def listing_asked(step: Step, query: SessionQuery) -> None:
    """The agent wants conversations that the desk does not hold."""
    step.do(ReadSessions(query))


def complained(step: Step, event: ServerComplained) -> None:
    """One of our own frames was not accepted."""
    failure = Failure(FailureKind.INVALID, code=event.code, words=event.words)
    step.state.health.failures_seen.append((step.moment.wall, failure))
    step.show(CountersChanged())


def unread(step: Step, event: Unread) -> None:
    """Something came that cannot be read: counted, never fatal."""
    counters = step.state.health
    counters.unread[event.kind] += 1
    counters.last_unread.append(CleanText(f"{event.kind}: {event.reason}"))
    step.show(CountersChanged())


def _joined(step: Step) -> None:
    """The log was read to its end after the socket began: from here on the socket continues it."""
    sync = step.state.sync
    sync.joined = True
    if sync.catching_up:
        sync.catching_up = False
        reading.caught_up(step)
        step.state.link.lost_at = None
        step.show(LinkChanged())


def _pace(state: State) -> float:
    if state.link.stage in LIVE:
        return POLL_FIRST if state.link.replacing is EndingKind.DEAF else POLL_LIVE
    if state.sync.empty_reads > POLL_PATIENCE:
        return min(state.sync.pace * POLL_GROWTH, POLL_SLOWEST)
    return POLL_FIRST


def _plan(step: Step, delay: float) -> None:
    step.do(WakeAt(Timer(TimerKind.POLL), step.moment.now + delay))
