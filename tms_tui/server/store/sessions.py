"""Conversations in the database: one, many, and by what is searched."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.domain.folding import folded
from tms_tui.server.errors import Refusal, gone, invalid, not_found
from tms_tui.server.store import erased
from tms_tui.server.store.conversation import Conversation
from tms_tui.server.store.inline import SHORT
from tms_tui.server.tables import agents, messages, sessions, written

_NAMES = tuple(field.name for field in fields(Conversation))
_FOLDED = ("name_folded", "email_folded")
# Built once: putting thirty values into a new statement costs more than running it.
_INSERT = sa.insert(sessions).execution_options(**SHORT)
STORED: Final = (*_NAMES, *_FOLDED)
"""The columns of a conversation."""
SAVED: Final = tuple(name for name in STORED if name not in ("id", "tenant_id", "started_at"))
"""Those that a change may set."""
_SAVE = (
    sa.update(sessions)
    .where(sessions.c.id == sa.bindparam("key"))
    .values({name: sa.bindparam(name) for name in SAVED})
    .execution_options(**SHORT)
)
_ONE = (
    sa.select(*written(sessions))
    .where(sessions.c.tenant_id == sa.bindparam("tenant_id"), sessions.c.id == sa.bindparam("session_id"))
    .execution_options(**SHORT)
)
_ONE_LOCKED = _ONE.with_for_update()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a listing asks for; empty means all. `assigned` is "any", "none" or an agent's id."""

    statuses: Sequence[str] = ()
    assigned: str = ""
    text: str = ""
    customer_id: str = ""
    limit: int = 50
    after: str = ""


async def insert(connection: AsyncConnection, *some: Conversation) -> None:
    await connection.execute(_INSERT, [columns(one) for one in some])


async def save(connection: AsyncConnection, *some: Conversation) -> None:
    """Each has to be another one."""
    await connection.execute(_SAVE, [columns(one) | {"key": one.id} for one in some])


def columns(conversation: Conversation) -> dict[str, Any]:
    """Its row."""
    email = conversation.customer_email
    return {name: getattr(conversation, name) for name in _NAMES} | {
        "name_folded": folded(conversation.customer_name),
        "email_folded": None if email is None else folded(email),
    }


async def get(connection: AsyncConnection, tenant_id: str, session_id: str, *, lock: bool = False) -> Conversation:
    """The tenant's conversation; raises the 410 for an erased one, the 404 for any other.

    `lock` holds its row until the commit.
    """
    found = await find(connection, tenant_id, session_id, lock=lock)
    if found is None:
        raise await missing(connection, tenant_id, session_id)
    return found


async def find(
    connection: AsyncConnection, tenant_id: str, session_id: str, *, lock: bool = False
) -> Conversation | None:
    """The same, and None when there is no such conversation."""
    named = {"tenant_id": tenant_id, "session_id": session_id}
    row = (await connection.execute(_ONE_LOCKED if lock else _ONE, named)).one_or_none()
    return None if row is None else _conversation(row)


async def missing(connection: AsyncConnection, tenant_id: str, session_id: str) -> Refusal:
    """Why there is no such conversation: the 410 or the 404."""
    return gone() if await erased.holds(connection, tenant_id, session_id) else not_found()


async def exists(connection: AsyncConnection, tenant_id: str, session_id: str) -> bool:
    query = sa.select(sessions.c.id).where(sessions.c.tenant_id == tenant_id, sessions.c.id == session_id)
    return (await connection.execute(query)).one_or_none() is not None


def customers_of(tenant_id: sa.ColumnElement[str], email_digest: sa.ColumnElement[str]) -> sa.Select[Any]:
    """Under which id an e-mail wrote last; unproven, so it only groups conversations for agents."""
    return (
        sa.select(sessions.c.customer_id)
        .where(sessions.c.tenant_id == tenant_id, sessions.c.email_digest == email_digest)
        .order_by(sessions.c.started_at.desc())
        .limit(1)
    )


_CUSTOMER = customers_of(sa.bindparam("tenant_id"), sa.bindparam("email_digest")).execution_options(**SHORT)


async def customer_by_email(connection: AsyncConnection, tenant_id: str, email_digest: str) -> str | None:
    """The same of one e-mail, and None when nobody wrote under it."""
    named = {"tenant_id": tenant_id, "email_digest": email_digest}
    found: str | None = (await connection.execute(_CUSTOMER, named)).scalar_one_or_none()
    return found


async def online(connection: AsyncConnection) -> list[tuple[str, str]]:
    """Tenant and id of the conversations whose customer counts as being there."""
    rows = await connection.execute(sa.select(sessions.c.tenant_id, sessions.c.id).where(sessions.c.online))
    return [(row.tenant_id, row.id) for row in rows]


async def due(connection: AsyncConnection, at: str) -> list[tuple[str, str]]:
    """Tenant and id of the conversations that are to wake at that time, the longest due first."""
    query = (
        sa.select(sessions.c.tenant_id, sessions.c.id)
        .where(sessions.c.pending_until <= at, sessions.c.status == "pending")
        .order_by(sessions.c.pending_until)
    )
    return [(row.tenant_id, row.id) for row in await connection.execute(query)]


# Spelt out, or SQLite does not find the index that holds nothing else.
_HELD = (sessions.c.status != sa.literal_column("'ended'")) & sessions.c.assigned_agent_id.is_not(None)

_CAN_COME = sa.exists().where(agents.c.id == sessions.c.assigned_agent_id, agents.c.disabled_at.is_(None))
STRANDED = sa.select(sessions.c.tenant_id, sessions.c.id).where(_HELD, ~_CAN_COME)
"""What is open and held by somebody who cannot come."""


async def held_by(connection: AsyncConnection, tenant_id: str, agent_id: str) -> list[str]:
    """The open conversations that an agent holds."""
    query = sa.select(sessions.c.id).where(
        _HELD, sessions.c.tenant_id == tenant_id, sessions.c.assigned_agent_id == agent_id
    )
    return list((await connection.execute(query)).scalars())


async def stranded(connection: AsyncConnection) -> list[tuple[str, str]]:
    """Tenant and id of the open conversations that are held by somebody who is kept out, or is no more."""
    return [(row.tenant_id, row.id) for row in await connection.execute(STRANDED)]


async def forget_holder(connection: AsyncConnection, tenant_id: str, agent_id: str) -> None:
    """Of the conversations that ended: nobody is told, whoever reads them again sees it."""
    await connection.execute(
        sa.update(sessions)
        .where(sessions.c.tenant_id == tenant_id, sessions.c.assigned_agent_id == agent_id)
        .values(assigned_agent_id=None, assigned_agent_name=None, assigned_at=None, version=sessions.c.version + 1)
    )


async def page(connection: AsyncConnection, tenant_id: str, wanted: Wanted) -> tuple[list[Conversation], str | None]:
    """Newest activity first, and the token of the next page when there is one."""
    query = (
        sa.select(*written(sessions))
        .where(sessions.c.tenant_id == tenant_id, *_conditions(wanted))
        .order_by(sessions.c.last_activity_at.desc(), sessions.c.id.desc())
        .limit(wanted.limit + 1)
    )
    found = [_conversation(row) for row in await connection.execute(query)]
    if len(found) <= wanted.limit:
        return found, None
    last = found[wanted.limit - 1]
    return found[: wanted.limit], _token(last)


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.statuses:
        conditions.append(sessions.c.status.in_(wanted.statuses))
    if wanted.customer_id:
        conditions.append(sessions.c.customer_id == wanted.customer_id)
    if wanted.assigned == "any":
        conditions.append(sessions.c.assigned_agent_id.is_not(None))
    elif wanted.assigned == "none":
        conditions.append(sessions.c.assigned_agent_id.is_(None))
    elif wanted.assigned:
        conditions.append(sessions.c.assigned_agent_id == wanted.assigned)
    if wanted.text:
        conditions.append(_holds(wanted.text))
    if wanted.after:
        moment, last = _place(wanted.after)
        older = sessions.c.last_activity_at < moment
        conditions.append(older | ((sessions.c.last_activity_at == moment) & (sessions.c.id < last)))
    return conditions


def _holds(text: str) -> sa.ColumnElement[bool]:
    said = sa.exists().where(
        messages.c.session_id == sessions.c.id, _spells(messages.c.content_folded, messages.c.content, text)
    )
    return (
        _spells(sessions.c.name_folded, sessions.c.customer_name, text)
        | _spells(sessions.c.email_folded, sessions.c.customer_email, text)
        | said
    )


def _spells(column: sa.Column[str], unfolded: sa.Column[str], text: str) -> sa.ColumnElement[bool]:
    """A row of a node that folded nothing, beside this one, is searched as that node did."""
    return sa.func.coalesce(column, sa.func.lower(unfolded)).contains(folded(text), autoescape=True)


def _token(conversation: Conversation) -> str:
    place = f"{conversation.last_activity_at}|{conversation.id}"
    return base64.urlsafe_b64encode(place.encode()).decode()


def _place(token: str) -> tuple[str, str]:
    try:
        moment, _, last = base64.urlsafe_b64decode(token.encode()).decode().partition("|")
    except (binascii.Error, UnicodeError) as unreadable:
        raise invalid("after", "This is not a page token of this server.") from unreadable
    if not last or "\0" in moment + last:
        raise invalid("after", "This is not a page token of this server.")
    return moment, last


def _conversation(row: sa.Row[Any]) -> Conversation:
    return Conversation(**row._asdict())
