"""Wire shapes to domain values: times to seconds, names to types, every outside text made clean."""

from functools import lru_cache
from sys import intern
from typing import Any, TypeVar

import msgspec

from tms_tui.domain import model
from tms_tui.domain.ids import AgentId, MessageId, SendId, SessionId, TenantId
from tms_tui.domain.policy import MESSAGE_LONGEST
from tms_tui.domain.text import CleanText, clean, tampering
from tms_tui.protocol import wire
from tms_tui.protocol.fields import REASON_CHARACTERS
from tms_tui.protocol.reading import LINE_READ, UnreadableError, checked_id, line, whole
from tms_tui.protocol.times import seconds

K = TypeVar("K")

CONTENT_LONGEST = 4 * MESSAGE_LONGEST
"""Cleaning megabytes of control characters takes seconds, and no key would be answered meanwhile."""
URL_LONGEST = 2000
INFO_MOST = 50
TAGS_MOST = 50
AUTHORS_KEPT = 4096


def message(shape: wire.Message) -> model.Message:
    """A stored message. Raises UnreadableError. A kind that is not known yet is shown as text."""
    return model.Message(
        id=MessageId(checked_id(shape.id)),
        session=session_id(shape.session_id),
        seq=whole(shape.seq, 1),
        author=author(shape.author_type, shape.author_id, shape.author_name),
        text=_content(shape.content),
        created_at=_time(shape.created_at),
        kind=_KINDS.get(shape.message_type, model.MessageKind.TEXT),
        private=shape.is_private,
        send_id=SendId(checked_id(shape.client_message_id)) if shape.client_message_id else None,
        read_by_visitor_at=_time_or_none(shape.read_by_visitor_at),
        tampered=tampering(shape.content[:CONTENT_LONGEST]),
    )


def session(shape: wire.Session) -> model.Session:
    """A conversation. Raises UnreadableError. A priority that is not known yet counts as normal."""
    return model.Session(
        id=session_id(shape.id),
        tenant=TenantId(_shared_id(shape.tenant_id)),
        status=_known(_STATUSES, shape.status, "status"),
        customer=_customer(shape.customer),
        started_at=_time(shape.started_at),
        last_activity_at=_time(shape.last_activity_at),
        version=whole(shape.version),
        assigned_agent=agent_id_or_none(shape.assigned_agent_id),
        assigned_agent_name=_line_or_none(shape.assigned_agent_name),
        assigned_at=_time_or_none(shape.assigned_at),
        pending_until=_time_or_none(shape.pending_until),
        ended_at=_time_or_none(shape.ended_at),
        waiting_since=_time_or_none(shape.waiting_since),
        tags=tuple(filter(None, map(line, shape.tags[:TAGS_MOST]))),
        priority=_PRIORITIES.get(shape.priority, model.Priority.NORMAL),
        last_message=None if shape.last_message is None else _preview(shape.last_message),
        blocked=None if shape.blocked is None else _blocked(shape.blocked),
        unread=whole(max(0, shape.unread_count)),
    )


def agent(shape: wire.Agent) -> model.Agent:
    """A colleague. Raises UnreadableError. Roles and availabilities not known yet count as the least."""
    return model.Agent(
        id=AgentId(_shared_id(shape.id)),
        name=line(shape.name),
        email=line(shape.email),
        role=_ROLES.get(shape.role, model.Role.AGENT),
        availability=_AVAILABILITIES.get(shape.availability, model.Availability.OFFLINE),
        viewing=session_id(shape.viewing_session_id) if shape.viewing_session_id else None,
    )


def user(shape: wire.User) -> model.User:
    """The agent who signed in. Raises UnreadableError."""
    return model.User(
        id=AgentId(_shared_id(shape.id)),
        tenant=TenantId(_shared_id(shape.tenant_id)),
        name=line(shape.name),
        email=line(shape.email),
        role=_ROLES.get(shape.role, model.Role.AGENT),
    )


def canned(shape: wire.Canned) -> model.CannedResponse:
    """A text kept for reuse."""
    return model.CannedResponse(line(shape.shortcut), line(shape.title), _content(shape.content))


def author(kind: str, id_: str | None, name: str) -> model.Author:
    """Who wrote or types; the same object for the same person, as a history holds them 100,000 times."""
    return _author(kind, id_, name[:LINE_READ])


def author_type(kind: str) -> model.AuthorType:
    """Visitor, agent or system. Raises UnreadableError."""
    return _known(_AUTHOR_TYPES, kind, "author_type")


def session_id(text: str | None) -> SessionId:
    """A conversation's id. Raises UnreadableError, for a missing one too."""
    return SessionId(_shared_id(text or ""))


def agent_id(text: str) -> AgentId:
    """An agent's id. Raises UnreadableError."""
    return AgentId(_shared_id(text))


def agent_id_or_none(text: str | None) -> AgentId | None:
    """An agent's id, or None for nobody. Raises UnreadableError."""
    return agent_id(text) if text else None


@lru_cache(maxsize=AUTHORS_KEPT)
def _author(kind: str, id_: str | None, name: str) -> model.Author:
    return model.Author(author_type(kind), _shared_id(id_) if id_ else None, line(name))


def _content(raw: str) -> CleanText:
    """All of a text that any server lets through; of a longer one the beginning, and how much is missing."""
    if len(raw) <= CONTENT_LONGEST:
        return clean(raw)
    return clean(f"{raw[:CONTENT_LONGEST]}\n(\u2026 {len(raw) - CONTENT_LONGEST} more characters)")


def _customer(shape: wire.Customer) -> model.Customer:
    return model.Customer(
        id=_shared_id(shape.id) if shape.id else None,
        name=line(shape.name),
        email=_line_or_none(shape.email),
        online=shape.online,
        last_seen_at=_time_or_none(shape.last_seen_at),
        page_url=_line_or_none(shape.page_url, URL_LONGEST),
        locale=_line_or_none(shape.locale),
        info=_info(shape.info),
    )


def _blocked(shape: wire.Blocked) -> model.Blocked:
    """A scope that is not known yet counts as the least."""
    return model.Blocked(
        scope=_SCOPES.get(shape.scope, model.BlockScope.CONVERSATION),
        at=_time(shape.at),
        reason=line(shape.reason, REASON_CHARACTERS),
        until=_time_or_none(shape.until),
        by=agent_id_or_none(shape.by_agent_id),
        by_name=_line_or_none(shape.by_agent_name),
        session=session_id(shape.session_id) if shape.session_id else None,
    )


def _info(told: dict[str, Any] | msgspec.UnsetType | None) -> tuple[tuple[CleanText, CleanText], ...] | None:
    if not isinstance(told, dict):
        return None
    return tuple((line(key), _fact(value)) for key, value in list(told.items())[:INFO_MOST])


def _preview(shape: wire.LastMessage) -> model.Preview:
    return model.Preview(
        id=MessageId(checked_id(shape.id)),
        author_type=author_type(shape.author_type),
        author_name=line(shape.author_name),
        text=line(shape.preview),
        created_at=_time(shape.created_at),
    )


def _fact(value: Any) -> CleanText:
    """What a site tells about its visitor; anything but text as JSON."""
    if isinstance(value, str):
        return line(value)
    try:
        return line(msgspec.json.encode(value).decode())
    except RecursionError:
        raise UnreadableError("too_deep", "nested too deeply") from None
    except OverflowError:
        raise UnreadableError("bad_number", "a number that cannot be one") from None


def _line_or_none(text: str | None, limit: int = 200) -> CleanText | None:
    return (line(text, limit) or None) if text else None


def _time(text: str) -> float:
    try:
        return seconds(text)
    except ValueError:
        raise UnreadableError("bad_time", "a time that cannot be read") from None


def _time_or_none(text: str | None) -> float | None:
    return _time(text) if text else None


def _shared_id(text: str) -> str:
    return intern(checked_id(text))


def _known(words: dict[str, K], word: str, field: str) -> K:
    try:
        return words[word]
    except KeyError:
        raise UnreadableError("bad_value", f"an unknown {field}") from None


_KINDS = {kind.value: kind for kind in model.MessageKind}
_STATUSES = {status.value: status for status in model.SessionStatus}
_PRIORITIES = {priority.value: priority for priority in model.Priority}
_ROLES = {role.value: role for role in model.Role}
_AVAILABILITIES = {availability.value: availability for availability in model.Availability}
_SCOPES = {scope.value: scope for scope in model.BlockScope}
_AUTHOR_TYPES = {kind.value: kind for kind in model.AuthorType}
