"""What a client missed: from its cursor on, out of the log."""

import re
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.protocol import wire
from tms_tui.server.readmarks import ReadMarks, frame, speaks_of_session, unread
from tms_tui.server.store import log

_CURSOR = re.compile(r"\d{1,15}", re.ASCII)


async def resumable(connection: AsyncConnection, tenant_id: str, after: str | None, at_most: int) -> int | None:
    """The cursor, when everything after it is still at hand and not too much; else None."""
    if after is None or not _CURSOR.fullmatch(after):
        return None
    cursor, head = int(after), await log.head(connection, tenant_id)
    if not head - at_most <= cursor <= head:
        return None
    return cursor if cursor >= await log.reaches_back_to(connection, tenant_id, head) else None


async def frames(events: Sequence[log.Logged], marks: ReadMarks, agent_id: str) -> list[wire.Frame]:
    """The events as that agent would have heard them."""
    counts = await marks.load({one.session_id for one in events if speaks_of_session(one)})
    return [
        frame(one, unread(one, counts[one.session_id].get(agent_id, 0))) if speaks_of_session(one) else frame(one)
        for one in events
    ]
