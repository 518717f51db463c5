"""What a client missed: from its cursor on, out of the log."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.protocol import wire
from tms_tui.server.readmarks import ReadMarks, frame, speaks_of_session, unread
from tms_tui.server.store import log


async def resumable(connection: AsyncConnection, tenant_id: str, after: str | None, at_most: int) -> log.Place | None:
    """The place, when it is one of this log and everything after it is still at hand and not too much; else None."""
    named = None if after is None else log.place(after)
    if named is None:
        return None
    head = await log.head(connection, tenant_id)
    if not head.cursor - at_most <= named.cursor <= head.cursor:
        return None
    return named if await log.stands(connection, tenant_id, named, head) else None


async def frames(events: Sequence[log.Logged], marks: ReadMarks, agent_id: str) -> list[wire.Frame]:
    """The events as that agent would have heard them, without what other agents alone hear."""
    counts = await marks.load({one.session_id for one in events if speaks_of_session(one)})
    return [
        frame(one, unread(one, counts[one.session_id].get(agent_id, 0))) if speaks_of_session(one) else frame(one)
        for one in events
        if one.is_for(agent_id)
    ]
