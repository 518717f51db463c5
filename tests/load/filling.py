"""A store with years in it: conversations, messages and events that were there before."""

import contextlib
import sqlite3
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tms_tui.server.store.conversation import Conversation
from tms_tui.server.tables import events, messages, sessions, tenants

MESSAGES_EACH = 10
AT = "2024-01-01T00:00:00.000000Z"
WORDS = "What was said in those days, and what was answered, in a line or so. " * 2


def fill(database: Path, tenant_id: str, conversations: int) -> None:
    """Writes them into a SQLite file that no server has open; the log goes on after them."""
    engine = sa.create_engine(f"sqlite:///{database}")
    try:
        with engine.begin() as connection:
            _fill(connection, tenant_id, conversations)
    finally:
        engine.dispose()
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("ANALYZE")


def _fill(connection: Connection, tenant_id: str, conversations: int) -> None:
    cursor = connection.execute(sa.select(tenants.c.cursor).where(tenants.c.id == tenant_id)).scalar_one()
    for place in range(conversations):
        old = Conversation(str(uuid.uuid4()), tenant_id, f"Customer {place}", AT, AT, last_seq=MESSAGES_EACH)
        row = {column.name: getattr(old, column.name) for column in sessions.c}
        connection.execute(sessions.insert(), row)
        connection.execute(messages.insert(), list(_messages(old.id)))
        first = cursor + 1 + place * MESSAGES_EACH
        connection.execute(events.insert(), list(_events(tenant_id, old.id, first)))
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
