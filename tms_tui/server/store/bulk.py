"""All that a batch of messages reads, in one statement, and all that it writes, in another; SQLite takes them singly.

To PostgreSQL a statement is a round trip. To SQLite it is a call, and many short ones cost less than one so long.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSON, array
from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.protocol import wire
from tms_tui.server.store import blocks, log, messages, sessions
from tms_tui.server.store.conversation import RECOGNISED_BY, Conversation
from tms_tui.server.store.log import Logged
from tms_tui.server.tables import blocks as blocks_table
from tms_tui.server.tables import events as events_table
from tms_tui.server.tables import messages as messages_table
from tms_tui.server.tables import sessions as sessions_table
from tms_tui.server.tables import written

Name = tuple[str, str, str]
"""A message by its conversation, its author, and the id that its author gave it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What one change needs to know: its conversation; of a message whether its author has sent it before.

    `network`: from where a customer writes. It is None for all others, whom no block concerns.
    """

    session_id: str
    author_id: str = ""
    client_message_id: str | None = None
    network: str | None = None

    @property
    def name(self) -> Name | None:
        named = self.client_message_id
        return None if named is None else (self.session_id, self.author_id, named)


@dataclass(slots=True)
class Found:
    """What was asked for; the conversations stay locked until the commit. `kept_out`: the marks that blocks go by."""

    conversations: dict[str, Conversation] = field(default_factory=dict)
    known: dict[Name, wire.Message] = field(default_factory=dict)
    kept_out: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Rows:
    """What is to be written, in this order."""

    messages: list[wire.Message] = field(default_factory=list)
    conversations: dict[str, Conversation] = field(default_factory=dict)
    events: list[Logged] = field(default_factory=list)


def name_of(message: wire.Message) -> Name:
    return message.session_id, message.author_id or "", message.client_message_id or ""


async def read(connection: AsyncConnection, tenant_id: str, asked: Collection[Asked], at: str) -> Found:
    """Looks only at what is committed once it begins: whoever holds the tenant's row misses nothing."""
    one_by_one = connection.dialect.name == "sqlite"
    return await (_read_singly if one_by_one else _read_at_once)(connection, tenant_id, asked, at)


async def write(connection: AsyncConnection, tenant_id: str, rows: Rows) -> list[Logged]:
    """The events with the cursors they were given; the tenant's row stays locked until the commit."""
    one_by_one = connection.dialect.name == "sqlite" or not rows.events
    return await (_write_singly if one_by_one else _write_at_once)(connection, tenant_id, rows)


async def _read_singly(connection: AsyncConnection, tenant_id: str, asked: Collection[Asked], at: str) -> Found:
    found = Found()
    marks: set[str] = set()
    for session_id in {one.session_id: None for one in asked}:
        held = await sessions.find(connection, tenant_id, session_id)
        if held is not None:
            found.conversations[session_id] = held
    for one in asked:
        known = None if one.name is None else await messages.known(connection, *one.name)
        if known is not None:
            found.known[name_of(known)] = known
        if one.network is not None and one.session_id in found.conversations:
            marks |= {one.network, *found.conversations[one.session_id].marks.values()}
    found.kept_out = await blocks.kept_out(connection, tenant_id, marks, at) if marks else set()
    return found


async def _write_singly(connection: AsyncConnection, tenant_id: str, rows: Rows) -> list[Logged]:
    if rows.messages:
        await messages.insert(connection, *rows.messages)
    if rows.conversations:
        await sessions.save(connection, *rows.conversations.values())
    return await log.write(connection, tenant_id, rows.events) if rows.events else []


def _texts(name: str) -> sa.BindParameter[Sequence[str]]:
    return sa.bindparam(name, type_=ARRAY(sa.Text))


def _as_json(rows: str) -> sa.ColumnElement[str]:
    """The rows of a table as one JSON array; null when there are none."""
    return sa.cast(sa.func.json_agg(sa.literal_column(rows)), sa.Text)


def _reading() -> sa.Select[Any]:
    tenant = sa.bindparam("tenant", type_=sa.Text)
    here = sessions_table.c.tenant_id == tenant, sessions_table.c.id == sa.any_(_texts("sessions"))
    # By their order, so that two that hold several do not wait for each other.
    held = sa.select(*written(sessions_table)).where(*here).order_by(sessions_table.c.id).with_for_update().cte("held")
    keys = ("session_id", "author_id", "client_message_id")
    named = sa.func.unnest(*(_texts(key) for key in keys)).table_valued(*keys, name="named").render_derived()
    known = sa.select(*written(messages_table)).join(
        named, sa.and_(*(messages_table.c[key] == named.c[key] for key in keys))
    )
    own = sa.func.unnest(array([held.c[name] for name in ("id", *RECOGNISED_BY)]))
    marks = sa.func.array(sa.union_all(sa.select(own), sa.select(sa.func.unnest(_texts("networks")))).scalar_subquery())
    kept_out = sa.select(blocks_table.c.value).where(
        blocks.stands(tenant, sa.bindparam("at")), blocks_table.c.value == sa.any_(marks)
    )
    return sa.select(
        sa.select(_as_json("held")).select_from(held).scalar_subquery().label("conversations"),
        sa.select(_as_json("known")).select_from(known.subquery("known")).scalar_subquery().label("known"),
        sa.select(_as_json("kept.value")).select_from(kept_out.subquery("kept")).scalar_subquery().label("kept_out"),
    )


def _given(table: sa.Table) -> sa.TableValuedAlias:
    """The rows of a table that are handed in as one JSON array."""
    row: sa.ColumnElement[Any] = sa.literal_column(f"NULL::{table.name}")
    array_of_rows = sa.cast(sa.bindparam(table.name, type_=sa.Text), JSON)
    columns = [sa.column(column.name, column.type) for column in table.c]
    return sa.func.json_populate_recordset(row, array_of_rows).table_valued(*columns, name=f"given_{table.name}")


def _writing() -> sa.Select[Any]:
    many = sa.bindparam("many", type_=sa.BigInteger)
    messages_given, sessions_given, events_given = map(_given, (messages_table, sessions_table, events_table))
    said = sa.insert(messages_table).from_select(list(messages_table.c.keys()), sa.select(*messages_given.c))
    saved = (
        sa.update(sessions_table)
        # Named twice, or PostgreSQL expects a hundred of them and looks through the whole table instead.
        .where(sessions_table.c.id == sa.any_(_texts("sessions_saved")), sessions_table.c.id == sessions_given.c.id)
        .values({name: sessions_given.c[name] for name in sessions.SAVED})
    )
    taken = log.TAKE.cte("taken")
    place = taken.c.cursor - many + events_given.c.cursor
    columns = [place if column.name == "cursor" else column for column in events_given.c]
    logged = sa.insert(events_table).from_select(
        list(events_table.c.keys()), sa.select(*columns).select_from(sa.join(taken, events_given, sa.true()))
    )
    return sa.select(taken.c.cursor).add_cte(said.cte("said"), saved.cte("saved"), logged.cte("logged"))


_READ: Final = _reading()
_WRITE: Final = _writing()
_CONVERSATIONS: Final = msgspec.json.Decoder(list[Conversation])
_MESSAGES: Final = msgspec.json.Decoder(list[wire.Message])


async def _read_at_once(connection: AsyncConnection, tenant_id: str, asked: Collection[Asked], at: str) -> Found:
    names = {one.name for one in asked if one.name is not None}
    given = {
        "tenant": tenant_id,
        "sessions": list({one.session_id for one in asked}),
        "session_id": [name[0] for name in names],
        "author_id": [name[1] for name in names],
        "client_message_id": [name[2] for name in names],
        "networks": list({one.network for one in asked if one.network is not None}),
        "at": at,
    }
    row = (await connection.execute(_READ, given)).one()
    found = Found()
    for held in _CONVERSATIONS.decode(row.conversations or "[]"):
        found.conversations[held.id] = held
    for known in _MESSAGES.decode(row.known or "[]"):
        found.known[name_of(known)] = known
    found.kept_out = set(msgspec.json.decode(row.kept_out or "[]"))
    return found


async def _write_at_once(connection: AsyncConnection, tenant_id: str, rows: Rows) -> list[Logged]:
    given = {
        "tenant": tenant_id,
        "many": len(rows.events),
        "newest": rows.events[-1].mark,
        "messages": _spelt(map(messages.columns, rows.messages)),
        "sessions_saved": list(rows.conversations),
        "sessions": _spelt(map(sessions.columns, rows.conversations.values())),
        "events": _spelt(map(log.row, log.numbered(rows.events, len(rows.events)))),
    }
    head: int = (await connection.execute(_WRITE, given)).scalar_one()
    return log.numbered(rows.events, head)


def _spelt(rows: Iterable[dict[str, Any]]) -> str:
    return msgspec.json.encode(list(rows)).decode()
