"""Messages in the database: written once, read by place."""

from itertools import accumulate
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.domain.folding import folded
from tms_tui.protocol import wire
from tms_tui.server.store.inline import SHORT
from tms_tui.server.tables import messages, written

# Spelt out, or SQLite does not find the index that holds nothing else.
_BY_VISITOR = messages.c.author_type == sa.literal_column("'visitor'")
# Built once: putting together a statement costs as much as running it.
_INSERT = sa.insert(messages).execution_options(**SHORT)
_KNOWN = (
    sa.select(*written(messages))
    .where(*(messages.c[name] == sa.bindparam(name) for name in ("session_id", "author_id", "client_message_id")))
    .execution_options(**SHORT)
)


async def insert(connection: AsyncConnection, *some: wire.Message) -> None:
    await connection.execute(_INSERT, [columns(message) for message in some])


def columns(message: wire.Message) -> dict[str, Any]:
    """Its row."""
    return msgspec.structs.asdict(message) | {
        "author_id": message.author_id or "",
        "content_folded": folded(message.content),
    }


async def known(
    connection: AsyncConnection, session_id: str, author_id: str, client_message_id: str
) -> wire.Message | None:
    """The message this author already sent under this id."""
    named = {"session_id": session_id, "author_id": author_id, "client_message_id": client_message_id}
    row = (await connection.execute(_KNOWN, named)).one_or_none()
    return None if row is None else _message(row)


async def page(
    connection: AsyncConnection,
    session_id: str,
    *,
    after: int | None = None,
    before: int | None = None,
    limit: int,
    public_only: bool = False,
) -> tuple[list[wire.Message], bool]:
    """Oldest first: the first ones after a seq, or the last ones (before a seq); and whether more lie beyond."""
    query = sa.select(*written(messages)).where(messages.c.session_id == session_id)
    if public_only:
        query = query.where(messages.c.is_private.is_(False))
    if after is not None:
        query = query.where(messages.c.seq > after).order_by(messages.c.seq)
    elif before is not None:
        query = query.where(messages.c.seq < before).order_by(messages.c.seq.desc())
    else:
        query = query.order_by(messages.c.seq.desc())
    found = [_message(row) for row in await connection.execute(query.limit(limit + 1))]
    held = found[:limit]
    return (held if after is not None else held[::-1]), len(found) > limit


async def customer_page(
    connection: AsyncConnection, session_id: str, *, after: int, limit: int, characters: int
) -> tuple[list[wire.Message], bool]:
    """What a customer may see after a seq, oldest first: so many characters at most, or one message; and whether more.

    What does not fit is not read: the page may be asked for a thousand times, and never be taken.
    """
    lengths = await connection.execute(
        sa.select(sa.func.length(messages.c.content))
        .where(messages.c.session_id == session_id, messages.c.is_private.is_(False), messages.c.seq > after)
        .order_by(messages.c.seq)
        .limit(limit)
    )
    fitting = sum(total <= characters for total in accumulate(lengths.scalars()))
    return await page(connection, session_id, after=after, limit=max(1, fitting), public_only=True)


async def bears(connection: AsyncConnection, session_id: str, seq: int, message_id: str) -> bool:
    """Whether that message stands at that seq: after a restore another one may."""
    found = await connection.execute(
        sa.select(messages.c.id).where(messages.c.session_id == session_id, messages.c.seq == seq)
    )
    return found.scalar_one_or_none() == message_id


async def another_agent_wrote(connection: AsyncConnection, session_id: str, agent_id: str, after: int) -> bool:
    """Whether a colleague's public message stands after a seq."""
    found = await connection.execute(
        sa.select(messages.c.seq)
        .where(
            messages.c.session_id == session_id,
            messages.c.seq > after,
            messages.c.author_type == "agent",
            messages.c.author_id != agent_id,
            messages.c.is_private.is_(False),
        )
        .limit(1)
    )
    return found.one_or_none() is not None


async def first_by_visitor(connection: AsyncConnection, session_id: str) -> str | None:
    """When the customer first wrote."""
    query = sa.select(sa.func.min(messages.c.created_at)).where(messages.c.session_id == session_id, _BY_VISITOR)
    first: str | None = (await connection.execute(query)).scalar_one()
    return first


async def unanswered_since(connection: AsyncConnection, session_id: str) -> str | None:
    """When the customer first wrote what no agent has replied to since."""
    here = messages.c.session_id == session_id
    is_reply = sa.and_(messages.c.author_type == "agent", messages.c.is_private.is_(False))
    replied = sa.select(sa.func.coalesce(sa.func.max(messages.c.seq), 0)).where(here, is_reply).scalar_subquery()
    query = sa.select(sa.func.min(messages.c.created_at)).where(here, _BY_VISITOR, messages.c.seq > replied)
    first: str | None = (await connection.execute(query)).scalar_one()
    return first


async def last_by_visitor(connection: AsyncConnection, session_id: str) -> int | None:
    """The seq of what the customer wrote last."""
    query = sa.select(sa.func.max(messages.c.seq)).where(messages.c.session_id == session_id, _BY_VISITOR)
    last: int | None = (await connection.execute(query)).scalar_one()
    return last


async def visitor_messages(connection: AsyncConnection, session_id: str, up_to: int) -> int:
    """How many of the customer's messages lie at or before a seq."""
    found = await connection.execute(
        sa.select(sa.func.count()).where(
            messages.c.session_id == session_id,
            messages.c.seq <= up_to,
            _BY_VISITOR,
        )
    )
    return int(found.scalar_one())


async def seen_by_visitor(connection: AsyncConnection, session_id: str, after: int, up_to: int, at: str) -> None:
    """Marks what the visitor can see up to a seq as read; everything up to `after` is so already."""
    await connection.execute(
        sa.update(messages)
        .where(
            messages.c.session_id == session_id,
            messages.c.seq > after,
            messages.c.seq <= up_to,
            messages.c.author_type != "visitor",
            messages.c.is_private.is_(False),
            messages.c.read_by_visitor_at.is_(None),
        )
        .values(read_by_visitor_at=at)
    )


def _message(row: sa.Row[tuple[object, ...]]) -> wire.Message:
    fields = row._asdict()
    return wire.Message(**(fields | {"author_id": fields["author_id"] or None}))
