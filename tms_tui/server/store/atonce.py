"""The statements that read and write a whole batch at once, which PostgreSQL alone is given."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSON, array
from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.protocol import wire
from tms_tui.server.store import blocks, log, messages, sessions, starts
from tms_tui.server.store.asked import AskedStart, Found, Rows, Wanted, name_of
from tms_tui.server.store.conversation import RECOGNISED_BY, Conversation
from tms_tui.server.store.log import Logged
from tms_tui.server.tables import blocks as blocks_table
from tms_tui.server.tables import events as events_table
from tms_tui.server.tables import messages as messages_table
from tms_tui.server.tables import sessions as sessions_table
from tms_tui.server.tables import starts as starts_table
from tms_tui.server.tables import written


def _texts(name: str) -> sa.BindParameter[Sequence[str]]:
    return sa.bindparam(name, type_=ARRAY(sa.Text))


def _as_json(rows: str) -> sa.ColumnElement[str]:
    """The rows of a table as one JSON array; null when there are none."""
    return sa.cast(sa.func.json_agg(sa.literal_column(rows)), sa.Text)


def _finding() -> sa.Select[Any]:
    tenant = sa.bindparam("tenant", type_=sa.Text)
    begun = sa.select(starts_table.c.key, starts_table.c.session_id).where(
        starts_table.c.tenant_id == tenant, starts_table.c.key == sa.any_(_texts("keys"))
    )
    digests = sa.func.unnest(_texts("digests")).table_valued("email_digest", name="digests").render_derived()
    newest = sessions.customers_of(tenant, digests.c.email_digest).lateral("newest")
    customers = sa.select(digests.c.email_digest, newest.c.customer_id).select_from(digests.join(newest, sa.true()))
    return sa.select(
        sa.select(_as_json("begun")).select_from(begun.subquery("begun")).scalar_subquery().label("begun"),
        sa.select(_as_json("wrote")).select_from(customers.subquery("wrote")).scalar_subquery().label("customers"),
    )


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
    marks = sa.func.array(sa.union_all(sa.select(own), sa.select(sa.func.unnest(_texts("marks")))).scalar_subquery())
    kept_out = sa.select(blocks_table.c.value).where(
        blocks.stands(tenant, sa.bindparam("at")), blocks_table.c.value == sa.any_(marks)
    )
    return sa.select(
        sa.select(_as_json("held")).select_from(held).scalar_subquery().label("conversations"),
        sa.select(_as_json("known")).select_from(known.subquery("known")).scalar_subquery().label("known"),
        sa.select(_as_json("kept.value")).select_from(kept_out.subquery("kept")).scalar_subquery().label("kept_out"),
    )


def _given(table: sa.Table, name: str) -> sa.TableValuedAlias:
    """The rows of a table that are handed in as one JSON array of this name."""
    row: sa.ColumnElement[Any] = sa.literal_column(f"NULL::{table.name}")
    array_of_rows = sa.cast(sa.bindparam(name, type_=sa.Text), JSON)
    columns = [sa.column(column.name, column.type) for column in table.c]
    return sa.func.json_populate_recordset(row, array_of_rows).table_valued(*columns, name=f"given_{name}")


def _inserting(table: sa.Table, names: Collection[str], given: sa.TableValuedAlias) -> sa.Insert:
    return sa.insert(table).from_select(list(names), sa.select(*(given.c[name] for name in names)))


def _writing() -> sa.Select[Any]:
    many = sa.bindparam("many", type_=sa.BigInteger)
    sessions_given, events_given = _given(sessions_table, "saved"), _given(events_table, "events")
    begun = _inserting(sessions_table, sessions.STORED, _given(sessions_table, "begun"))
    named = _inserting(starts_table, starts_table.c.keys(), _given(starts_table, "starts"))
    said = _inserting(messages_table, messages_table.c.keys(), _given(messages_table, "messages"))
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
    inserts = begun.cte("began"), named.cte("named"), said.cte("said")
    return sa.select(taken.c.cursor).add_cte(*inserts, saved.cte("kept"), logged.cte("logged"))


_FIND: Final = _finding()
_READ: Final = _reading()
_WRITE: Final = _writing()
_CONVERSATIONS: Final = msgspec.json.Decoder(list[Conversation])
_MESSAGES: Final = msgspec.json.Decoder(list[wire.Message])


async def find_starts(
    connection: AsyncConnection, tenant_id: str, begins: Collection[AskedStart], found: Found
) -> None:
    given = {
        "tenant": tenant_id,
        "keys": [one.key for one in begins],
        "digests": list({one.email_digest for one in begins if one.email_digest is not None}),
    }
    row = (await connection.execute(_FIND, given)).one()
    for begun in msgspec.json.decode(row.begun or "[]"):
        found.begun[begun["key"]] = begun["session_id"]
    for wrote in msgspec.json.decode(row.customers or "[]"):
        if wrote["customer_id"] is not None:  # as in rows of the first version
            found.customers[wrote["email_digest"]] = wrote["customer_id"]


async def read(connection: AsyncConnection, tenant_id: str, wanted: Wanted, at: str, found: Found) -> None:
    names = list(wanted.names)
    given = {
        "tenant": tenant_id,
        "sessions": wanted.sessions,
        "session_id": [name[0] for name in names],
        "author_id": [name[1] for name in names],
        "client_message_id": [name[2] for name in names],
        "marks": list(wanted.marks),
        "at": at,
    }
    row = (await connection.execute(_READ, given)).one()
    for held in _CONVERSATIONS.decode(row.conversations or "[]"):
        found.conversations[held.id] = held
    for known in _MESSAGES.decode(row.known or "[]"):
        found.known[name_of(known)] = known
    found.kept_out = set(msgspec.json.decode(row.kept_out or "[]"))


async def write(connection: AsyncConnection, tenant_id: str, rows: Rows) -> list[Logged]:
    given = {
        "tenant": tenant_id,
        "many": len(rows.events),
        "newest": rows.events[-1].mark,
        "begun": _spelt(map(sessions.columns, rows.begun.values())),
        "starts": _spelt(starts.columns(tenant_id, rows.starts)),
        "messages": _spelt(map(messages.columns, rows.messages)),
        "sessions_saved": list(rows.saved),
        "saved": _spelt(map(sessions.columns, rows.saved.values())),
        "events": _spelt(map(log.row, log.numbered(rows.events, len(rows.events)))),
    }
    head: int = (await connection.execute(_WRITE, given)).scalar_one()
    return log.numbered(rows.events, head)


def _spelt(rows: Iterable[dict[str, Any]]) -> str:
    return msgspec.json.encode(list(rows)).decode()
