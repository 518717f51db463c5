"""Blocks in the database: who is kept out, by which marks, until when."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.domain.model import BlockScope
from tms_tui.protocol import wire
from tms_tui.server.store.inline import SHORT
from tms_tui.server.tables import blocks, sessions


@dataclass(frozen=True, slots=True)
class Block:
    """One decision. Times are RFC 3339 text; `session_id` is the conversation it was decided on, while that is kept."""

    id: str
    tenant_id: str
    scope: str
    session_id: str | None
    reason: str
    by_agent_id: str
    by_agent_name: str
    at: str
    until: str | None

    def shown_by(self, session_id: str) -> dict[str, str | None]:
        """What a conversation says of it, in the wire's names: why, only where it is that customer's doing."""
        shown = {name: value for name, value in asdict(self).items() if name not in ("id", "tenant_id")}
        is_bystander = self.scope == BlockScope.ADDRESS and self.session_id != session_id
        return shown | {"reason": ""} if is_bystander else shown


_SHARED = tuple(blocks.c[name] for name in Block.__dataclass_fields__)


def stands(tenant_id: str | sa.BindParameter[Any], at: str | sa.BindParameter[Any]) -> sa.ColumnElement[bool]:
    """Whether a row is of a block that stands at that time."""
    lasts = blocks.c.until.is_(None) | (blocks.c.until > at)
    return (blocks.c.tenant_id == tenant_id) & blocks.c.lifted_at.is_(None) & lasts


async def insert(connection: AsyncConnection, block: Block, marks: Mapping[str, str]) -> None:
    """`marks`: by kind, what a customer is recognised by."""
    rows = [asdict(block) | {"kind": kind, "value": value} for kind, value in marks.items()]
    await connection.execute(sa.insert(blocks), rows)


_FOUND = (
    stands(sa.bindparam("tenant_id"), sa.bindparam("at")),
    blocks.c.value.in_(sa.bindparam("marks", expanding=True)),
)
_STANDING = sa.select(*_SHARED).distinct().where(*_FOUND).execution_options(**SHORT)
# Built once: each message of a customer asks it.
_KEPT_OUT = sa.select(blocks.c.value).where(*_FOUND).execution_options(**SHORT)


async def standing(connection: AsyncConnection, tenant_id: str, marks: Collection[str], at: str) -> list[Block]:
    """The blocks that stand at that time and go by any of these marks, the one that lasts longest first."""
    named = {"tenant_id": tenant_id, "at": at, "marks": list(marks)}
    found = [Block(**row._asdict()) for row in await connection.execute(_STANDING, named)]
    return sorted(found, key=lambda one: (one.until is None, one.until or "", one.at, one.id), reverse=True)


async def kept_out(connection: AsyncConnection, tenant_id: str, marks: Collection[str], at: str) -> set[str]:
    """Those of these marks that a block goes by which stands at that time."""
    named = {"tenant_id": tenant_id, "at": at, "marks": list(marks)}
    return set((await connection.execute(_KEPT_OUT, named)).scalars())


async def marks_of(connection: AsyncConnection, block_ids: Collection[str]) -> set[str]:
    """What these blocks go by."""
    found = await connection.execute(sa.select(blocks.c.value).where(blocks.c.id.in_(block_ids)))
    return set(found.scalars())


async def of_tenant(connection: AsyncConnection, tenant_id: str, at: str, limit: int) -> list[wire.Block]:
    """Those that stand, the newest first, each with the name of the customer it was decided on."""
    joined = sa.outerjoin(blocks, sessions, blocks.c.session_id == sessions.c.id)
    query = (
        sa.select(*_SHARED, sessions.c.customer_name)
        .select_from(joined)
        .distinct()
        .where(stands(tenant_id, at))
        .order_by(blocks.c.at.desc(), blocks.c.id)
        .limit(limit)
    )
    rows = [row._asdict() for row in await connection.execute(query)]
    return [wire.Block(**{name: value for name, value in row.items() if name != "tenant_id"}) for row in rows]


async def one(connection: AsyncConnection, tenant_id: str, block_id: str, at: str) -> bool:
    """Whether this block stands."""
    query = sa.select(blocks.c.id).where(stands(tenant_id, at), blocks.c.id == block_id).limit(1)
    return (await connection.execute(query)).one_or_none() is not None


async def every_mark(connection: AsyncConnection, tenant_id: str, at: str) -> set[str]:
    """All that is kept out of the tenant at that time."""
    found = await connection.execute(sa.select(blocks.c.value).where(stands(tenant_id, at)))
    return set(found.scalars())


async def lift(
    connection: AsyncConnection, tenant_id: str, block_ids: Collection[str], at: str, by: str | None
) -> None:
    """Ends them; `by` is nobody when their time had come."""
    here = (blocks.c.tenant_id == tenant_id) & blocks.c.id.in_(block_ids) & blocks.c.lifted_at.is_(None)
    await connection.execute(sa.update(blocks).where(here).values(lifted_at=at, lifted_by=by))


async def over(connection: AsyncConnection, at: str) -> list[tuple[str, str]]:
    """Tenant and id of the blocks whose time had come by then, and which nobody has lifted yet."""
    query = (
        sa.select(blocks.c.tenant_id, blocks.c.id)
        .distinct()
        .where(blocks.c.lifted_at.is_(None), blocks.c.until <= at)
        .order_by(blocks.c.id)
    )
    return [(row.tenant_id, row.id) for row in await connection.execute(query)]


async def concerned(connection: AsyncConnection, tenant_id: str, marks: Collection[str]) -> Sequence[str]:
    """Open conversations, and those shown as blocked, that any of these marks belongs to."""
    named = (
        sessions.c.id.in_(marks)
        | sessions.c.customer_id.in_(marks)
        | sessions.c.email_digest.in_(marks)
        | sessions.c.network_digest.in_(marks)
    )
    shows = (sessions.c.status != "ended") | sessions.c.blocked.is_not(None)
    query = sa.select(sessions.c.id).where(sessions.c.tenant_id == tenant_id, named, shows).order_by(sessions.c.id)
    return list((await connection.execute(query)).scalars())


async def outlive(connection: AsyncConnection, tenant_id: str, session_ids: Collection[str], *, nameless: bool) -> None:
    """Lets blocks go on without the conversations they were decided on; `nameless`: nor saying why."""
    of_tenant = blocks.c.tenant_id == tenant_id
    itself = of_tenant & (blocks.c.kind == "conversation") & blocks.c.value.in_(session_ids)
    await connection.execute(sa.delete(blocks).where(itself))
    forgotten = {"session_id": None} | ({"reason": ""} if nameless else {})
    await connection.execute(
        sa.update(blocks).where(of_tenant, blocks.c.session_id.in_(session_ids)).values(**forgotten)
    )


async def forget(connection: AsyncConnection, tenant_id: str, before: str) -> None:
    """Deletes the blocks that were over by then."""
    over = (blocks.c.lifted_at < before) | (blocks.c.until < before)
    await connection.execute(sa.delete(blocks).where(blocks.c.tenant_id == tenant_id, over))


async def decided_on(connection: AsyncConnection, tenant_id: str, session_ids: Collection[str]) -> list[Block]:
    """Whatever blocks were decided on these conversations, the oldest first."""
    query = sa.select(*_SHARED).distinct().where(blocks.c.tenant_id == tenant_id, blocks.c.session_id.in_(session_ids))
    return [Block(**row._asdict()) for row in await connection.execute(query.order_by(blocks.c.at, blocks.c.id))]
