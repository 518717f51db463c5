"""Reading everything that is open at once: where there is nothing to go on from, or it cannot be gone on from."""

from tms_tui.core import bounds, erasing, people, reading, sessions
from tms_tui.core.state import Step
from tms_tui.domain.changes import Bound, LinkChanged, ListingRead, Notice, NoticeKind, SessionMoved
from tms_tui.domain.effects import ReadAgents, ReadCanned, ReadSession, ReadSessions, SessionQuery
from tms_tui.domain.events import SessionsRead
from tms_tui.domain.model import SessionStatus
from tms_tui.domain.policy import SESSIONS_HELD

OPEN = (SessionStatus.ACTIVE, SessionStatus.PENDING)


def begin(step: Step) -> None:
    """Read everything open; what happens meanwhile is read from the log afterwards."""
    sync = step.state.sync
    if not sync.snapshot:
        sync.cursor = sync.heard = sync.position = None
        sync.joined = False
        sync.snapshot, sync.listed = dict.fromkeys(OPEN, False), set()
        bounds.follow(step, (ReadAgents(), ReadCanned()))
    for status, is_being_read in sync.snapshot.items():
        if not is_being_read:
            sync.snapshot[status] = True
            bounds.follow(step, (ReadSessions(SessionQuery(status)),))


def forget(step: Step) -> None:
    """The log cannot be gone on with: what is read now replaces what is held."""
    state, sync = step.state, step.state.sync
    sync.cursor = None
    sync.unconfirmed, sync.anew = set(state.sessions), True
    for cursors in (sync.unread_back, sync.unread_before, sync.unheard):
        cursors.clear()
    state.decision = None
    reading.begin_anew(step)


def sessions_read(step: Step, event: SessionsRead) -> bool:
    """One page of a listing, of the snapshot or one the agent asked for; whether it made the snapshot whole."""
    sync, query = step.state.sync, event.query
    for session in event.sessions:
        sessions.merge(step, session)
    if query not in queries() or query.status not in sync.snapshot:
        _listed(step, event)
        return False
    before = len(sync.listed)
    sync.listed.update(session.id for session in event.sessions)
    sync.position = sync.position or event.cursor
    if event.next is not None and before < len(sync.listed) < SESSIONS_HELD:
        bounds.follow(step, (ReadSessions(query, event.next),))
        return False
    if event.next is not None:  # a page that brought nothing new has none behind it that would
        bounds.reached(step, Bound.READS if before == len(sync.listed) else Bound.SESSIONS)
    del sync.snapshot[query.status]
    if sync.snapshot:
        return False
    _done(step)
    return True


def queries() -> tuple[SessionQuery, ...]:
    return tuple(SessionQuery(status) for status in OPEN)


def _listed(step: Step, event: SessionsRead) -> None:
    """Keep the order of hits the agent asked for."""
    step.state.listings[event.query] = tuple(session.id for session in event.sessions)
    step.show(*(SessionMoved(session.id) for session in event.sessions), ListingRead(event.query))


def _done(step: Step) -> None:
    """Everything open is known: whatever was held as open and is not listed has changed."""
    sync = step.state.sync
    sync.cursor, sync.position = sync.position, None
    step.show(LinkChanged())
    reading.all_dirty(step)
    if len(sync.listed) < SESSIONS_HELD:
        unlisted = [one.id for one in step.state.sessions.values() if one.status in OPEN and one.id not in sync.listed]
        bounds.follow(step, map(ReadSession, unlisted))
    if sync.anew:
        _confirm_or_forget(step)
    erasing.look_after_kept(step)


def _confirm_or_forget(step: Step) -> None:
    """Of what no listing brought, the conversation that is looked at is read by itself; the ended ones go."""
    state, sync = step.state, step.state.sync
    sync.anew = False
    for session in [state.sessions[one] for one in sync.unconfirmed if one in state.sessions]:
        if session.status in OPEN:
            continue
        if session.id == state.opened:
            step.do(ReadSession(session.id))
        else:
            sessions.vanished(step, session.id)
    people.announce(step, Notice(NoticeKind.READ_ANEW, step.moment.wall))
