"""Frames and shapes as a server writes them, to be bent by tests."""

import json
from typing import Any

NOW = "2026-01-01T00:00:00.500Z"
AT = 1767225600.5

MESSAGE: dict[str, Any] = {
    "id": "m1",
    "session_id": "s1",
    "seq": 4,
    "message_type": "text",
    "content": "Where is my order?",
    "author_type": "visitor",
    "author_id": None,
    "author_name": "Ana",
    "is_private": False,
    "client_message_id": None,
    "created_at": NOW,
    "read_by_visitor_at": None,
}

SESSION: dict[str, Any] = {
    "id": "s1",
    "tenant_id": "t1",
    "status": "active",
    "customer": {
        "id": "c1",
        "name": "Ana",
        "email": "ana@example.com",
        "online": True,
        "last_seen_at": NOW,
        "page_url": "https://example.com/cart",
        "locale": "pt-BR",
        "info": {"plan": "gold", "orders": 3, "address": {"city": "Recife"}},
    },
    "assigned_agent_id": "a1",
    "assigned_agent_name": "Dana",
    "assigned_at": NOW,
    "tags": ["vip"],
    "priority": "high",
    "started_at": NOW,
    "ended_at": None,
    "last_activity_at": NOW,
    "waiting_since": NOW,
    "last_message": {
        "id": "m1",
        "author_type": "visitor",
        "author_name": "Ana",
        "preview": "Where is\nmy order?",
        "created_at": NOW,
    },
    "unread_count": 2,
    "version": 7,
}

AGENT: dict[str, Any] = {
    "id": "a1",
    "name": "Dana",
    "email": "dana@example.com",
    "role": "admin",
    "availability": "busy",
    "viewing_session_id": "s1",
}


def frame(kind: str, data: Any, **rest: Any) -> bytes:
    """One frame of the agents' socket."""
    whole = {"type": kind, "session_id": "s1", "data": data, "timestamp": NOW, "from_type": "visitor", "cursor": "9"}
    return json.dumps(whole | rest).encode()
