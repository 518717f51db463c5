"""Read marks: how far each agent has read in each conversation."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.server.store.inline import SHORT
from tms_tui.server.tables import marks

# Both stores have these words for it.
_MOVE = sa.text(
    """
    INSERT INTO read_marks (session_id, agent_id, up_to, visitor_messages)
    VALUES (:session_id, :agent_id, :up_to, :visitor_messages)
    ON CONFLICT (session_id, agent_id) DO UPDATE
    SET up_to = excluded.up_to, visitor_messages = excluded.visitor_messages
    WHERE read_marks.up_to < excluded.up_to
    RETURNING up_to
    """
).execution_options(**SHORT)

Counts = dict[str, int]
"""Agent id -> how many of the customer's messages that agent has read in one conversation."""


async def move(connection: AsyncConnection, session_id: str, agent_id: str, up_to: int, visitor_messages: int) -> bool:
    """Moves a mark forward, never back; False when it stood there already."""
    values = {"session_id": session_id, "agent_id": agent_id, "up_to": up_to, "visitor_messages": visitor_messages}
    return (await connection.execute(_MOVE, values)).one_or_none() is not None


async def move_back(
    connection: AsyncConnection, session_id: str, agent_id: str, up_to: int, visitor_messages: int
) -> None:
    """Moves a mark back, never forward."""
    where = (marks.c.session_id == session_id) & (marks.c.agent_id == agent_id) & (marks.c.up_to > up_to)
    await connection.execute(sa.update(marks).where(where).values(up_to=up_to, visitor_messages=visitor_messages))


async def counts(connection: AsyncConnection, session_ids: Collection[str]) -> dict[str, Counts]:
    """What every agent has read of these conversations."""
    read: dict[str, Counts] = {session_id: {} for session_id in session_ids}
    if read:
        rows = await connection.execute(sa.select(marks).where(marks.c.session_id.in_(read)))
        for row in rows:
            read[row.session_id][row.agent_id] = row.visitor_messages
    return read
