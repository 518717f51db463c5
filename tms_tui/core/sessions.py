"""Conversations: the newer version wins, and what changed is said."""

from tms_tui.core import bounds, people, select
from tms_tui.core.state import State, Step
from tms_tui.core.transcript import Transcript, unread_after
from tms_tui.domain.changes import Notice, NoticeKind, SessionMoved
from tms_tui.domain.effects import ReadSession
from tms_tui.domain.events import SessionAssigned
from tms_tui.domain.ids import SessionId
from tms_tui.domain.model import AuthorType, Message, MessageKind, Preview, Session, SessionStatus
from tms_tui.domain.policy import CLOCKS_APART
from tms_tui.domain.text import CleanText
from tms_tui.domain.value import replace

PREVIEW_LONGEST = 120


def read(step: Step, session: Session) -> None:
    """Take a conversation that was asked for by itself: a server that tells nothing more of its customer never will."""
    changed(step, _with_info(session, session.customer.info or ()))


def look_up_customer(step: Step, session_id: SessionId) -> None:
    """Ask for what the site told of a customer, unless it is known; after the next sign-in, if one is needed."""
    session = step.state.sessions.get(session_id)
    if session is None or session.customer.info is not None:
        return
    if step.state.sign_in_needed is None:
        step.do(ReadSession(session_id))
    else:
        step.state.sync.unanswered.add(session_id)


def changed(step: Step, session: Session) -> None:
    """Take a conversation as the server has it, and say what is new about it."""
    before = step.state.sessions.get(session.id)
    if not merge(step, session):
        return
    kind = _what_happened(before, session, step.moment.wall)
    if kind is not None:
        people.announce(step, Notice(kind, step.moment.wall, session.id, session.customer.name))
    if before is not None and before.blocked != session.blocked:
        _say_blocked(step, before, session)


def merge(step: Step, session: Session) -> bool:
    """Keep the newer of what is held and what came; whether it was the newcomer."""
    if session.id in step.state.erased:
        return False
    held = _learn(step, session)
    if held is not None and session.customer.info is None:
        session = _with_info(session, held.customer.info)
    unconfirmed = step.state.sync.unconfirmed
    if held is not None and session.id not in unconfirmed and _is_older(session, held):
        return False
    unconfirmed.discard(session.id)
    session = replace(session, unread=_unread(step.state, session))
    if held == session:
        return False
    step.state.sessions[session.id] = session
    people.holder_seen(step, session.assigned_agent)
    step.show(SessionMoved(session.id))
    if held is None:
        bounds.leave_out(step)
        if session.id == step.state.opened:
            look_up_customer(step, session.id)
    return True


def assigned(step: Step, event: SessionAssigned) -> None:
    """Somebody took, gave or released a conversation."""
    session, me = event.session, step.state.me
    if not merge(step, session) or me is None or event.by == me.id:
        return
    kind = NoticeKind.TAKEN_BY
    if session.assigned_agent is None:
        kind = NoticeKind.RELEASED
    elif session.assigned_agent == me.id:
        kind = NoticeKind.GIVEN_TO_YOU
    elif event.previous == me.id:
        kind = NoticeKind.TAKEN_FROM_YOU
    by = step.state.agents.get(event.by) if event.by else None
    given = by is not None and kind is NoticeKind.GIVEN_TO_YOU
    other = select.name_of(step.state, by) if by and given else select.holder_name(step.state, session)
    people.announce(step, Notice(kind, step.moment.wall, session.id, session.customer.name, other or CleanText("")))


def vanished(step: Step, session: SessionId) -> None:
    """The server does not know a conversation (any more)."""
    step.state.sync.unconfirmed.discard(session)
    if step.state.sessions.pop(session, None) is not None:
        step.show(SessionMoved(session))


def wrote(step: Step, message: Message) -> None:
    """Move a conversation on by a message that is new to it."""
    session = step.state.sessions.get(message.session)
    if session is None or _is_known(session, message):
        return
    step.state.sessions[session.id] = replace(
        session,
        last_activity_at=max(session.last_activity_at, message.created_at),
        waiting_since=_waiting_since(session, message),
        last_message=session.last_message if message.private else preview(message),
        unread=session.unread + (message.author.type is AuthorType.VISITOR),
    )
    step.show(SessionMoved(session.id))


def recount(step: Step, session_id: SessionId, unread: int) -> None:
    """Set how many customer messages the agent has not read."""
    session = step.state.sessions.get(session_id)
    if session is not None and session.unread != unread:
        step.state.sessions[session_id] = replace(session, unread=unread)
        step.show(SessionMoved(session_id))


def marked_unread(state: State, transcript: Transcript) -> int:
    """How many are unread in a conversation that was marked so, and in which that many were unread before."""
    held = state.sessions.get(transcript.session)
    after = unread_after(transcript, transcript.unread_from - 1) if transcript.unread_from else 1
    return max(after, held.unread if held else 0)


def preview(message: Message) -> Preview:
    """A message as the list shows it."""
    text = CleanText(" ".join(message.text[:PREVIEW_LONGEST].split()))
    return Preview(message.id, message.author.type, message.author.name, text, message.created_at)


def _learn(step: Step, session: Session) -> Session | None:
    """What is held of a conversation, with what the site told of its customer, which never changes."""
    held = step.state.sessions.get(session.id)
    if held is None or held.customer.info is not None or session.customer.info is None:
        return held
    held = step.state.sessions[session.id] = _with_info(held, session.customer.info)
    step.show(SessionMoved(session.id))
    return held


def _with_info(session: Session, info: tuple[tuple[CleanText, CleanText], ...] | None) -> Session:
    return replace(session, customer=replace(session.customer, info=info))


def _is_older(session: Session, held: Session) -> bool:
    """Messages move the held copy on without a new version, so equal versions are told apart by activity."""
    if session.version != held.version:
        return session.version < held.version
    return session.last_activity_at < held.last_activity_at


def _is_known(session: Session, message: Message) -> bool:
    last = session.last_message
    return last is not None and (last.id == message.id or message.created_at < last.created_at)


def _waiting_since(session: Session, message: Message) -> float | None:
    if message.private or message.kind is MessageKind.SYSTEM:
        return session.waiting_since
    if message.author.type is AuthorType.VISITOR:
        return session.waiting_since or message.created_at
    return None


def _unread(state: State, session: Session) -> int:
    """The server's count, unless more was shown here, or was marked unread, than the server can know yet."""
    transcript = state.transcripts.get(session.id)
    if transcript is not None and transcript.unread_from is not None:
        return max(session.unread, marked_unread(state, transcript))
    if transcript is not None and transcript.loaded and transcript.seen_up_to > transcript.marked_up_to:
        return unread_after(transcript, transcript.seen_up_to)
    return session.unread


def _say_blocked(step: Step, before: Session, now: Session) -> None:
    """Where it was decided: an address may have taken in hundreds, whose rows say so."""
    blocked = now.blocked or before.blocked
    if blocked is None or blocked.session not in (None, now.id):
        return
    is_mine = step.state.me is not None and blocked.by == step.state.me.id
    other = CleanText("") if now.blocked is None or is_mine else blocked.by_name or CleanText("")
    kind = NoticeKind.UNBLOCKED if now.blocked is None else NoticeKind.BLOCKED
    people.announce(step, Notice(kind, step.moment.wall, now.id, now.customer.name, other))


def _what_happened(before: Session | None, now: Session, wall: float) -> NoticeKind | None:
    if before is None:
        return NoticeKind.NEW_CONVERSATION if now.status is SessionStatus.ACTIVE else None
    if before.status is now.status:
        return None
    is_time = before.pending_until is not None and before.pending_until - wall < CLOCKS_APART
    if now.status is SessionStatus.ACTIVE and is_time and now.last_activity_at == before.last_activity_at:
        return NoticeKind.WOKE
    return {
        SessionStatus.ENDED: NoticeKind.RESOLVED,
        SessionStatus.PENDING: NoticeKind.SET_PENDING,
        SessionStatus.ACTIVE: NoticeKind.REOPENED,
    }[now.status]
