"""Who may do what, as data: every role, every route and frame, every kind of id; the expected answer of each cell."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from tms_tui.protocol import wire


class Role(StrEnum):
    ANONYMOUS = "anonymous"
    RUBBISH = "rubbish"
    EXPIRED = "expired"
    SIGNED_OUT = "signed out"
    DISABLED = "disabled"
    REFRESH = "refresh token"
    VISITOR = "visitor"
    OTHER_VISITOR = "visitor of another conversation"
    BLOCKED = "visitor who is blocked"
    REVOKED = "visitor whose token was revoked"
    AGENT = "agent"
    ASSIGNEE = "assignee"
    ADMIN = "admin"
    STRANGER = "agent of another tenant"


AGENTS: Final = (Role.AGENT, Role.ASSIGNEE, Role.ADMIN, Role.STRANGER)
VISITORS: Final = (Role.VISITOR, Role.OTHER_VISITOR)
BLOCKED: Final = (Role.BLOCKED,)
KEPT_OUT: Final = tuple(role for role in Role if role not in AGENTS + VISITORS + BLOCKED)


class Id(StrEnum):
    """Which conversation is named: one of the tenant the agents work for, one of the stranger's, none."""

    OWN = "own"
    FOREIGN = "foreign"
    UNKNOWN = "unknown"
    MALFORMED = "malformed"


class Door(StrEnum):
    OPEN = "anybody"
    AGENTS = "agents"
    VISITORS = "visitors"


@dataclass(frozen=True, slots=True)
class Row:
    """One route: who may use it, what is sent, and what those who may are answered."""

    method: str
    path: str
    door: Door
    ok: int
    body: dict[str, Any] | None = None
    query: dict[str, str] = field(default_factory=dict)

    @property
    def names_session(self) -> bool:
        """A conversation, or a block, which belongs to a tenant in the same way."""
        return "{session_id}" in self.path or self.names_block

    @property
    def names_block(self) -> bool:
        return "{block_id}" in self.path

    def ids(self) -> tuple[Id, ...]:
        return tuple(Id) if self.names_session else (Id.OWN,)

    def expected(self, role: Role, named: Id) -> int:
        """The status of one cell."""
        if self.door is Door.OPEN:
            return self.ok
        if role is Role.BLOCKED and self.door is Door.VISITORS:
            return 403
        if role not in (AGENTS if self.door is Door.AGENTS else VISITORS):
            return 401
        return self.ok if not self.names_session or reaches(role, named) else 404


def reaches(role: Role, named: Id) -> bool:
    """Whether that agent's tenant owns that conversation."""
    return named is (Id.FOREIGN if role is Role.STRANGER else Id.OWN)


_ONE: Final = "/v1/chat/sessions/{session_id}"
_SAID: Final = {"content": "hello", "client_message_id": str(uuid.UUID(int=7))}

ROWS: Final = (
    Row("POST", "/v1/auth/login", Door.OPEN, 401, {"email": "nobody@example.com", "password": "guess"}),
    Row("POST", "/v1/auth/refresh", Door.OPEN, 401, {"refresh_token": "a.b.c"}),
    Row("GET", "/v1/auth/me", Door.AGENTS, 200),
    Row("POST", "/v1/auth/password", Door.AGENTS, 403, {"current": "a guess", "new": "another battery"}),
    Row("GET", "/v1/agents", Door.AGENTS, 200),
    Row("PUT", "/v1/agents/me/availability", Door.AGENTS, 200, {"availability": "busy"}),
    Row("POST", "/v1/agents/me/metrics", Door.AGENTS, 204, {"connects": 1}),
    Row("GET", "/v1/chat/canned-responses", Door.AGENTS, 200),
    Row("GET", "/v1/chat/sessions", Door.AGENTS, 200),
    Row("GET", "/v1/chat/events", Door.AGENTS, 200, query={"after": "0"}),
    Row("GET", _ONE, Door.AGENTS, 200),
    Row("PATCH", _ONE, Door.AGENTS, 200, {"tags": ["vip"]}),
    Row("GET", f"{_ONE}/messages", Door.AGENTS, 200),
    Row("POST", f"{_ONE}/messages", Door.AGENTS, 201, _SAID),
    Row("POST", f"{_ONE}/assign", Door.AGENTS, 200, {"agent_id": None}),
    Row("POST", f"{_ONE}/read", Door.AGENTS, 204, {"up_to": 1}),
    Row("POST", f"{_ONE}/unread", Door.AGENTS, 200, {"from_seq": 1}),
    Row("POST", f"{_ONE}/status", Door.AGENTS, 200, {"status": "pending"}),
    Row("POST", f"{_ONE}/block", Door.AGENTS, 200, {"scope": "customer", "reason": "spam"}),
    Row("GET", "/v1/chat/blocks", Door.AGENTS, 200),
    Row("DELETE", "/v1/chat/blocks/{block_id}", Door.AGENTS, 204),
    Row("POST", f"{_ONE}/unblock", Door.AGENTS, 200, {}),
    Row("POST", f"{_ONE}/revoke", Door.AGENTS, 204),
    Row("POST", "/v1/visitor/sessions", Door.OPEN, 201, {"name": "Zoe"}),
    Row("GET", "/v1/visitor/messages", Door.VISITORS, 200),
    Row("POST", "/v1/visitor/messages", Door.VISITORS, 201, _SAID),
    Row("GET", "/", Door.OPEN, 200),
    Row("GET", "/openapi.json", Door.OPEN, 200),
    Row("GET", "/healthz", Door.OPEN, 200),
    Row("GET", "/readyz", Door.OPEN, 200),
    Row("GET", "/metrics", Door.OPEN, 200),
    # Last: it ends the sign-in that the other rows use.
    Row("POST", "/v1/auth/logout", Door.AGENTS, 204),
)


@dataclass(frozen=True, slots=True)
class FrameRow:
    """One frame: what it carries, and whether a conversation is named in it."""

    type: str
    names_session: bool = False
    data: dict[str, Any] = field(default_factory=dict)


AGENT_FRAMES: Final = (
    FrameRow(wire.TYPING_START, names_session=True),
    FrameRow(wire.TYPING_STOP, names_session=True),
    FrameRow(wire.VIEWING, names_session=True),
    FrameRow(wire.AUTH, data={"token": "a.b.c"}),
)
VISITOR_FRAMES: Final = (
    FrameRow(wire.TYPING_START, names_session=True),
    FrameRow(wire.TYPING_STOP, names_session=True),
    FrameRow(wire.READ_RECEIPT, names_session=True, data={"up_to": 1}),
)


def cells(role: Role) -> Iterator[tuple[Row, Id, int]]:
    for row in ROWS:
        for named in row.ids():
            yield row, named, row.expected(role, named)
