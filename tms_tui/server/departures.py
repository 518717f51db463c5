"""Which customers' sockets have to close by what the log says: kept out, erased, their tokens void."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from tms_tui.protocol import wire
from tms_tui.server.outbox import CLOSE_BLOCKED, CLOSE_ERASED, CLOSE_TOKEN, Outbox
from tms_tui.server.store import blocks, log
from tms_tui.server.store.database import Database


class Line(Protocol):
    """A customer's socket."""

    @property
    def outbox(self) -> Outbox: ...
    @property
    def marks(self) -> frozenset[str]: ...


Visitors = Mapping[str, Iterable[Line]]
"""The sockets of this node by their conversations."""


class _Blocked(msgspec.Struct):
    blocked: wire.Blocked | None = None


async def follow(events: Sequence[log.Logged], visitors: Visitors, database: Database) -> None:
    """Closes what these events of one tenant end."""
    if not visitors:
        return
    for event in events:
        _follow(event, visitors)
    blocking = [one for one in events if _blocks(one)]
    for event in blocking:
        # Its customer may have written from elsewhere since the socket opened, and so have another mark by now.
        _close(visitors.get(event.session_id, ()), CLOSE_BLOCKED, "blocked")
    if blocking:
        await _keep_out(blocking[-1], visitors, database)


def _follow(event: log.Logged, visitors: Visitors) -> None:
    if event.type == wire.SESSION_ERASED:
        for session_id in msgspec.json.decode(event.data, type=wire.Erased).session_ids:
            _close(visitors.get(session_id, ()), CLOSE_ERASED, "this conversation was removed")
    elif event.type == wire.TOKENS_REVOKED:
        _close(visitors.get(event.session_id, ()), CLOSE_TOKEN, "token revoked")


def _blocks(event: log.Logged) -> bool:
    """Whether it tells of a conversation whose customer is kept out at that time."""
    if event.type != wire.SESSION_UPDATE:
        return False
    blocked = msgspec.json.decode(event.data, type=_Blocked).blocked
    # One whose time has come is still shown for seconds, and keeps nobody out.
    return blocked is not None and (blocked.until is None or blocked.until > event.created_at)


async def _keep_out(event: log.Logged, visitors: Visitors, database: Database) -> None:
    """Whoever a block that stands goes by, also in conversations that the log did not speak of."""
    async with database.read() as connection:
        marks = await blocks.every_mark(connection, event.tenant_id, event.created_at)
    for lines in visitors.values():
        _close([line for line in lines if not marks.isdisjoint(line.marks)], CLOSE_BLOCKED, "blocked")


def _close(lines: Iterable[Line], code: int, reason: str) -> None:
    for line in lines:
        line.outbox.cut(code, reason)
