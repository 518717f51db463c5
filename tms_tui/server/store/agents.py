"""Agents and their sign-ins in the database."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.protocol import wire
from tms_tui.server.tables import agents, logins, refresh_tokens


@dataclass(frozen=True, slots=True)
class AgentRow:
    """An agent as stored; `availability` is what they chose, whether or not they are there."""

    id: str
    tenant_id: str
    email: str
    name: str
    role: str
    password_hash: str
    availability: str
    disabled_at: str | None

    def user(self) -> wire.User:
        return wire.User(id=self.id, email=self.email, name=self.name, role=self.role, tenant_id=self.tenant_id)


async def ensure_tenant(connection: AsyncConnection, tenant_id: str) -> None:
    """May meet another node doing the same; both stores have these words for it."""
    words = sa.text("INSERT INTO tenants (id, cursor) VALUES (:id, 0) ON CONFLICT DO NOTHING")
    await connection.execute(words, {"id": tenant_id})


async def insert(connection: AsyncConnection, agent: AgentRow) -> None:
    """Raises sqlalchemy's IntegrityError when the e-mail is taken."""
    await connection.execute(
        sa.insert(agents).values(
            id=agent.id,
            tenant_id=agent.tenant_id,
            email=agent.email,
            name=agent.name,
            role=agent.role,
            password_hash=agent.password_hash,
            availability=agent.availability,
        )
    )


async def by_email(connection: AsyncConnection, email: str) -> AgentRow | None:
    return await _one(connection, agents.c.email == email)


async def by_id(connection: AsyncConnection, tenant_id: str, agent_id: str) -> AgentRow | None:
    return await _one(connection, (agents.c.tenant_id == tenant_id) & (agents.c.id == agent_id))


async def of_tenant(connection: AsyncConnection, tenant_id: str) -> list[AgentRow]:
    rows = await connection.execute(
        sa.select(agents).where(agents.c.tenant_id == tenant_id).order_by(agents.c.name, agents.c.id)
    )
    return [_agent(row) for row in rows]


async def choose_availability(connection: AsyncConnection, agent_id: str, availability: str) -> None:
    await connection.execute(sa.update(agents).where(agents.c.id == agent_id).values(availability=availability))


async def signed_in(connection: AsyncConnection, tenant_id: str, agent_id: str, login_id: str) -> AgentRow | None:
    """The agent, when this sign-in of theirs still stands."""
    row = (
        await connection.execute(
            sa.select(agents)
            .join(logins, logins.c.agent_id == agents.c.id)
            .where(
                agents.c.tenant_id == tenant_id,
                agents.c.id == agent_id,
                agents.c.disabled_at.is_(None),
                logins.c.id == login_id,
                logins.c.revoked_at.is_(None),
            )
        )
    ).one_or_none()
    return None if row is None else _agent(row)


async def standing(connection: AsyncConnection, login_ids: Collection[str]) -> set[str]:
    """Those of these sign-ins that still stand."""
    rows = await connection.execute(
        sa.select(logins.c.id)
        .join(agents, logins.c.agent_id == agents.c.id)
        .where(logins.c.id.in_(login_ids), logins.c.revoked_at.is_(None), agents.c.disabled_at.is_(None))
    )
    return set(rows.scalars())


async def disable(connection: AsyncConnection, tenant_id: str, email: str, at: str) -> bool:
    """Keeps an agent out from now on; False when there is none of that e-mail."""
    found = await connection.execute(
        sa.update(agents)
        .where(agents.c.tenant_id == tenant_id, agents.c.email == email)
        .values(disabled_at=at)
        .returning(agents.c.id)
    )
    return found.one_or_none() is not None


async def start_login(connection: AsyncConnection, login_id: str, agent_id: str, jti: str, at: str) -> None:
    await connection.execute(sa.insert(logins).values(id=login_id, agent_id=agent_id, started_at=at))
    await connection.execute(sa.insert(refresh_tokens).values(jti=jti, login_id=login_id))


class Rotation(Enum):
    """What became of a refresh token handed in."""

    ROTATED = auto()
    REVOKED = auto()
    """It was used before, or its sign-in had ended; the sign-in is over now."""


async def rotate(connection: AsyncConnection, login_id: str, jti: str, successor: str, at: str) -> Rotation:
    """Spends one refresh token for the next; a spent one ends the sign-in."""
    spent = await connection.execute(
        sa.update(refresh_tokens)
        .where(
            refresh_tokens.c.jti == jti,
            refresh_tokens.c.login_id == login_id,
            refresh_tokens.c.used_at.is_(None),
        )
        .values(used_at=at)
        .returning(refresh_tokens.c.jti)
    )
    standing = await connection.execute(
        sa.select(logins.c.id).where(logins.c.id == login_id, logins.c.revoked_at.is_(None))
    )
    if spent.one_or_none() is None or standing.one_or_none() is None:
        await end_login(connection, login_id, at)
        return Rotation.REVOKED
    await connection.execute(sa.insert(refresh_tokens).values(jti=successor, login_id=login_id))
    return Rotation.ROTATED


async def end_login(connection: AsyncConnection, login_id: str, at: str) -> None:
    await connection.execute(
        sa.update(logins).where(logins.c.id == login_id, logins.c.revoked_at.is_(None)).values(revoked_at=at)
    )


async def _one(connection: AsyncConnection, condition: sa.ColumnElement[bool]) -> AgentRow | None:
    row = (await connection.execute(sa.select(agents).where(condition))).one_or_none()
    return None if row is None else _agent(row)


def _agent(row: sa.Row[Any]) -> AgentRow:
    return AgentRow(**row._asdict())
