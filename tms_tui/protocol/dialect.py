"""Tables of what differs between servers: paths, and what each can do."""

from typing import Final
from urllib.parse import quote, urlencode

from tms_tui.domain.ids import AgentId, Cursor
from tms_tui.domain.model import Capabilities
from tms_tui.domain.value import Value


class Dialect(Value):
    """One server's spelling. `{id}` in a path stands for a conversation's id."""

    name: str
    capabilities: Capabilities
    login: str
    refresh: str
    logout: str
    password: str
    agents: str
    availability: str
    metrics: str
    sessions: str
    session: str
    messages: str
    assign: str
    status: str
    read: str
    unread: str
    block: str
    unblock: str
    canned: str
    events: str
    socket: str


V1: Final = Dialect(
    name="v1",
    capabilities=Capabilities(),
    login="/v1/auth/login",
    refresh="/v1/auth/refresh",
    logout="/v1/auth/logout",
    password="/v1/auth/password",  # noqa: S106 - a path
    agents="/v1/agents",
    availability="/v1/agents/me/availability",
    metrics="/v1/agents/me/metrics",
    sessions="/v1/chat/sessions",
    session="/v1/chat/sessions/{id}",
    messages="/v1/chat/sessions/{id}/messages",
    assign="/v1/chat/sessions/{id}/assign",
    status="/v1/chat/sessions/{id}/status",
    read="/v1/chat/sessions/{id}/read",
    unread="/v1/chat/sessions/{id}/unread",
    block="/v1/chat/sessions/{id}/block",
    unblock="/v1/chat/sessions/{id}/unblock",
    canned="/v1/chat/canned-responses",
    events="/v1/chat/events",
    socket="/v1/chat/agent/ws",
)


def within(path: str, session: str) -> str:
    """The path of one conversation's resource."""
    return path.replace("{id}", quote(session, safe=""))


def socket_target(dialect: Dialect, agent: AgentId, after: Cursor | None) -> str:
    """Path and query of the agents' socket; no token ever stands in it."""
    query = {"agent_id": agent} if after is None else {"agent_id": agent, "after": after}
    return f"{dialect.socket}?{urlencode(query)}"
