"""A store with years in it: conversations, messages and events that were there before."""

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tms_tui.server.admin import open_store
from tms_tui.server.settings import ServerSettings
from tms_tui.server.store.conversation import Conversation
from tms_tui.server.tables import events, messages, sessions, tenants, written

MESSAGES_EACH = 10
AT_ONCE = 200
"""Conversations in one statement."""
AT = "2024-01-01T00:00:00.000000Z"
WORDS = "What was said in those days, and what was answered, in a line or so. " * 2


async def fill(settings: ServerSettings, conversations: int, *, ended: bool = False) -> None:
    """Writes them into a store that no server has open; the log goes on after them. `ended`: they may be pruned."""
    async with open_store(settings) as connection:
        await connection.run_sync(_fill, settings.tenant, conversations, "ended" if ended else "active")
    async with open_store(settings) as connection:
        await connection.execute(sa.text("ANALYZE"))


def _fill(connection: Connection, tenant_id: str, conversations: int, status: str) -> None:
    cursor = connection.execute(sa.select(tenants.c.cursor).where(tenants.c.id == tenant_id)).scalar_one()
    for first in range(0, conversations, AT_ONCE):
        some = [
            Conversation(str(uuid.uuid4()), tenant_id, f"Customer {place}", AT, AT, status, last_seq=MESSAGES_EACH)
            for place in range(first, min(first + AT_ONCE, conversations))
        ]
        columns = [column.name for column in written(sessions)]
        connection.execute(sessions.insert(), [{name: getattr(old, name) for name in columns} for old in some])
        connection.execute(messages.insert(), [row for old in some for row in _messages(old.id)])
        told = [
            row
            for place, old in enumerate(some, first)
            for row in _events(tenant_id, old.id, cursor + 1 + place * MESSAGES_EACH)
        ]
        connection.execute(events.insert(), told)
    head = cursor + conversations * MESSAGES_EACH
    connection.execute(sa.update(tenants).where(tenants.c.id == tenant_id).values(cursor=head))


def _messages(session_id: str) -> Iterator[Mapping[str, Any]]:
    for seq in range(1, MESSAGES_EACH + 1):
        yield {
            "id": str(uuid.uuid4()),
            "session_id": session_id,
            "seq": seq,
            "message_type": "text",
            "content": WORDS,
            "author_type": "visitor",
            "author_id": session_id,
            "author_name": "Ana",
            "is_private": False,
            "client_message_id": str(uuid.uuid4()),
            "created_at": AT,
            "read_by_visitor_at": None,
        }


def _events(tenant_id: str, session_id: str, first: int) -> Iterator[Mapping[str, Any]]:
    for place in range(MESSAGES_EACH):
        yield {
            "tenant_id": tenant_id,
            "cursor": first + place,
            "type": "read_receipt",
            "session_id": session_id,
            "from_type": "visitor",
            "data": f'{{"reader_type":"visitor","up_to":{place},"words":"{WORDS}"}}',
            "visitor_messages": 0,
            "created_at": AT,
        }
