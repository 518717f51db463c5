"""A conversation as the server holds it, and its shape on the wire."""

from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from tms_tui.protocol import wire

RECOGNISED_BY: Final = {"customer_id": "customer", "email_digest": "email", "network_digest": "address"}
"""By what fields a customer is recognised besides the conversation itself, and the kind of each."""


@dataclass(slots=True)
class Conversation:
    """One row of `sessions`; changed in memory and saved whole. Times are RFC 3339 text."""

    id: str
    tenant_id: str
    customer_name: str
    started_at: str
    last_activity_at: str
    status: str = "active"
    pending_until: str | None = None
    customer_id: str | None = None
    customer_email: str | None = None
    online: bool = False
    last_seen_at: str | None = None
    page_url: str | None = None
    locale: str | None = None
    info: dict[str, Any] = field(default_factory=dict)
    assigned_agent_id: str | None = None
    assigned_agent_name: str | None = None
    assigned_at: str | None = None
    tags: list[str] = field(default_factory=list)
    priority: str = "normal"
    ended_at: str | None = None
    waiting_since: str | None = None
    last_message: dict[str, str] | None = None
    version: int = 0
    last_seq: int = 0
    visitor_messages: int = 0
    read_by_visitor: int = 0
    read_by_agents: int = 0
    status_changed_at: str | None = None
    status_changed_by: str | None = None
    status_changed_seq: int = 0
    email_digest: str | None = None
    network_digest: str | None = None
    blocked: dict[str, Any] | None = None
    """The block that keeps its customer out, in its wire shape."""
    token_epoch: int = 0
    """Visitor tokens of an earlier one are void."""

    @property
    def marks(self) -> dict[str, str]:
        """By kind, all that its customer is recognised by."""
        marks = {"conversation": self.id} | {kind: getattr(self, name) for name, kind in RECOGNISED_BY.items()}
        return {kind: value for kind, value in marks.items() if value is not None}

    def on_wire(self, unread: int = 0, *, with_info: bool = False) -> wire.Session:
        """`with_info`: with what the site told of the customer, for whoever asks for this conversation alone."""
        return wire.Session(
            id=self.id,
            tenant_id=self.tenant_id,
            status=self.status,
            customer=self._customer(with_info=with_info),
            started_at=self.started_at,
            last_activity_at=self.last_activity_at,
            version=self.version,
            pending_until=self.pending_until,
            assigned_agent_id=self.assigned_agent_id,
            assigned_agent_name=self.assigned_agent_name,
            assigned_at=self.assigned_at,
            tags=list(self.tags),
            priority=self.priority,
            ended_at=self.ended_at,
            waiting_since=self.waiting_since,
            last_message=wire.LastMessage(**self.last_message) if self.last_message else None,
            unread_count=unread,
            blocked=wire.Blocked(**self.blocked) if self.blocked else None,
        )

    def _customer(self, *, with_info: bool) -> wire.Customer:
        return wire.Customer(
            name=self.customer_name,
            id=self.customer_id,
            email=self.customer_email,
            online=self.online,
            last_seen_at=self.last_seen_at,
            page_url=self.page_url,
            locale=self.locale,
            info=dict(self.info) if with_info else msgspec.UNSET,
        )
