"""Values as JSON for scripts: one object a line, in ASCII, so that no text can do anything to a terminal."""

import json
from datetime import UTC, datetime
from typing import Any, assert_never

from tms_tui.core import select
from tms_tui.core.state import State
from tms_tui.domain import events as on
from tms_tui.domain.model import Blocked, Message, Session

Logged = on.MessageArrived | on.SessionChanged | on.SessionAssigned | on.SessionsErased | on.ReceiptSeen
"""What the event log holds."""


def line(kind: str, **fields: Any) -> str:
    """One object in one line; its `type` says what it is."""
    return json.dumps({"type": kind, **fields}, separators=(",", ":"))


def logged(event: Logged) -> str:
    """An event of the log; its `cursor` is where to go on after it."""
    match event:
        case on.MessageArrived(message, cursor):
            return line("message", cursor=cursor, **message_fields(message))
        case on.SessionChanged(session, cursor):
            return line("conversation", cursor=cursor, **session_fields(session))
        case on.SessionAssigned(session, previous, by, cursor):
            return line("assigned", cursor=cursor, previous=previous, by=by, **session_fields(session))
        case on.SessionsErased(sessions, cursor):
            return line("erased", cursor=cursor, conversations=list(sessions))
        case on.ReceiptSeen(session_id, reader, up_to, cursor):
            return line("read", cursor=cursor, conversation=session_id, reader=reader.value, up_to=up_to)
        case _:
            assert_never(event)


def session_fields(session: Session) -> dict[str, Any]:
    """A conversation."""
    customer = session.customer
    return {
        "conversation": session.id,
        "status": session.status.value,
        "customer": {"id": customer.id, "name": customer.name, "email": customer.email, "online": customer.online},
        "assigned_to": session.assigned_agent,
        "assigned_name": session.assigned_agent_name,
        "waiting_since": _time(session.waiting_since),
        "pending_until": _time(session.pending_until),
        "last_activity_at": _time(session.last_activity_at),
        "unread": session.unread,
        "tags": list(session.tags),
        "priority": session.priority.value,
        "blocked": None if session.blocked is None else _blocked_fields(session.blocked),
    }


def _blocked_fields(blocked: Blocked) -> dict[str, Any]:
    return {
        "scope": blocked.scope.value,
        "reason": blocked.reason,
        "until": _time(blocked.until),
        "by": blocked.by,
        "at": _time(blocked.at),
        "decided_on": blocked.session,
    }


def message_fields(message: Message) -> dict[str, Any]:
    """A stored message."""
    return {
        "conversation": message.session,
        "message": message.id,
        "seq": message.seq,
        "author_type": message.author.type.value,
        "author": message.author.name,
        "private": message.private,
        "text": message.text,
        "created_at": _time(message.created_at),
    }


def transcript_lines(state: State, session: Session) -> list[str]:
    """A conversation and its stored messages, oldest first."""
    stored = [each for each in select.entries(state, session.id) if isinstance(each, Message)]
    head = line("conversation", **session_fields(session))
    return [head, *(line("message", **message_fields(each)) for each in stored)]


def time(at: float) -> str:
    """Seconds since the epoch as RFC 3339, UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _time(at: float | None) -> str | None:
    return time(at) if at else None
