"""Unread counts for many agents at once, without a query per agent."""

from collections.abc import Collection

import msgspec

from tms_tui.protocol import wire
from tms_tui.server.store import marks
from tms_tui.server.store.database import Database
from tms_tui.server.store.log import Logged

REMEMBERED = 10_000


class ReadMarks:
    """Remembers the marks of the conversations spoken about last; forgets one when told it moved."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counts: dict[str, marks.Counts] = {}
        self._forgotten = 0

    def forget(self, session_id: str) -> None:
        self._counts.pop(session_id, None)
        self._forgotten += 1

    def forget_all(self) -> None:
        self._counts.clear()
        self._forgotten += 1

    async def load(self, session_ids: Collection[str]) -> dict[str, marks.Counts]:
        """The marks of these conversations; at most one query for all that are not remembered."""
        held = {one: self._counts[one] for one in session_ids if one in self._counts}
        missing = set(session_ids) - held.keys()
        if missing:
            forgotten = self._forgotten
            async with self._database.read() as connection:
                held |= await marks.counts(connection, missing)
            if forgotten == self._forgotten:  # else a mark may have moved while it was being read
                self._remember(held)
        return held

    def _remember(self, held: dict[str, marks.Counts]) -> None:
        self._counts |= held
        while len(self._counts) > REMEMBERED:
            del self._counts[next(iter(self._counts))]


def speaks_of_session(event: Logged) -> bool:
    """Whether the event carries a session, and so an unread count."""
    return event.type in (wire.SESSION_UPDATE, wire.SESSION_ASSIGNED)


def unread(event: Logged, read: int) -> int:
    return max(0, event.visitor_messages - read)


def frame(event: Logged, unread_count: int = 0) -> wire.Frame:
    """The event as an agent with that many unread messages gets it."""
    data = event.data
    if unread_count and event.type == wire.SESSION_UPDATE:
        session = msgspec.json.decode(data, type=wire.Session)
        session.unread_count = unread_count
        data = msgspec.json.encode(session)
    elif unread_count and event.type == wire.SESSION_ASSIGNED:
        assigned = msgspec.json.decode(data, type=wire.Assigned)
        assigned.session.unread_count = unread_count
        data = msgspec.json.encode(assigned)
    return wire.Frame(
        type=event.type,
        data=msgspec.Raw(data),
        session_id=event.session_id or None,
        timestamp=event.created_at,
        from_type=event.from_type,
        cursor=str(event.place),
    )


def text(one: wire.Frame) -> str:
    return msgspec.json.encode(one).decode()
