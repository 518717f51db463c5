"""Agents and their sign-ins in the database."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.protocol import wire
from tms_tui.server.store.inline import SHORT
from tms_tui.server.tables import agents, logins, marks, refresh_tokens, sign_in_networks


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
            .execution_options(**SHORT)
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


async def disable(connection: AsyncConnection, agent_id: str, at: str | None) -> None:
    """Keeps an agent out from then on; None lets them in again."""
    await connection.execute(sa.update(agents).where(agents.c.id == agent_id).values(disabled_at=at))


async def set_password(connection: AsyncConnection, agent_id: str, password_hash: str) -> None:
    await connection.execute(sa.update(agents).where(agents.c.id == agent_id).values(password_hash=password_hash))


async def can_come(connection: AsyncConnection, tenant_id: str, agent_id: str) -> bool:
    """Whether there is such an agent, and nobody keeps them out."""
    agent = await by_id(connection, tenant_id, agent_id)
    return agent is not None and agent.disabled_at is None


async def delete(connection: AsyncConnection, agent_id: str) -> None:
    """With sign-ins and read marks. Whoever holds conversations must have been freed of them before."""
    own = sa.select(logins.c.id).where(logins.c.agent_id == agent_id)
    await connection.execute(sa.delete(refresh_tokens).where(refresh_tokens.c.login_id.in_(own)))
    await connection.execute(sa.delete(logins).where(logins.c.agent_id == agent_id))
    await connection.execute(sa.delete(marks).where(marks.c.agent_id == agent_id))
    await connection.execute(sa.delete(sign_in_networks).where(sign_in_networks.c.agent_id == agent_id))
    await connection.execute(sa.delete(agents).where(agents.c.id == agent_id))


async def start_login(connection: AsyncConnection, login_id: str, agent: AgentRow, jti: str, at: str) -> bool:
    """False when the account is not what it was when the password was checked: nobody signs in with an old one."""
    unchanged = (
        sa.select(agents.c.id)
        .where(agents.c.id == agent.id, agents.c.password_hash == agent.password_hash, agents.c.disabled_at.is_(None))
        .with_for_update()
    )
    if (await connection.execute(unchanged)).one_or_none() is None:
        return False
    await connection.execute(sa.insert(logins).values(id=login_id, agent_id=agent.id, started_at=at))
    await connection.execute(sa.insert(refresh_tokens).values(jti=jti, login_id=login_id))
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """A refresh token handed in for the next one, `successor`, by a request that may have a name of its maker's."""

    login_id: str
    jti: str
    successor: str
    request_id: str | None = None
    at: str
    again_since: str
    """A token that was spent since then is exchanged once more for the same request."""


async def rotate(connection: AsyncConnection, spending: Spending) -> str | None:
    """The `jti` of the token that follows; None when the sign-in is over now.

    It is over when the token was spent before, but for a request that is made again because its answer was lost.
    """
    token = await _refresh_token(connection, spending.login_id, spending.jti)
    if token is not None and token.used_at is None:
        await _spend(connection, spending)
        return spending.successor
    if token is not None and await _is_repeated(connection, token, spending):
        return str(token.successor)
    await end_login(connection, spending.login_id, spending.at)
    return None


async def _refresh_token(connection: AsyncConnection, login_id: str, jti: str | None) -> sa.Row[Any] | None:
    """Of a sign-in that stands; held until the commit, so that of two requests the later sees what the first did."""
    found = await connection.execute(
        sa.select(refresh_tokens)
        .join(logins, logins.c.id == refresh_tokens.c.login_id)
        .where(refresh_tokens.c.jti == jti, logins.c.id == login_id, logins.c.revoked_at.is_(None))
        .with_for_update()
    )
    return found.one_or_none()


async def _spend(connection: AsyncConnection, spending: Spending) -> None:
    values = {"used_at": spending.at, "request_id": spending.request_id, "successor": spending.successor}
    await connection.execute(sa.update(refresh_tokens).where(refresh_tokens.c.jti == spending.jti).values(**values))
    await connection.execute(sa.insert(refresh_tokens).values(jti=spending.successor, login_id=spending.login_id))


async def _is_repeated(connection: AsyncConnection, token: sa.Row[Any], spending: Spending) -> bool:
    """Whether this is the request that spent the token, soon after, and nobody has used what it was given."""
    if spending.request_id is None or token.request_id != spending.request_id or token.used_at < spending.again_since:
        return False
    given = await _refresh_token(connection, spending.login_id, token.successor)
    return given is not None and given.used_at is None


async def end_login(connection: AsyncConnection, login_id: str, at: str) -> None:
    await connection.execute(
        sa.update(logins).where(logins.c.id == login_id, logins.c.revoked_at.is_(None)).values(revoked_at=at)
    )


async def end_logins(connection: AsyncConnection, agent_id: str, at: str, *, but: str | None = None) -> list[str]:
    """Ends all sign-ins of an agent that stand, but for one; which ended."""
    ended = await connection.execute(
        sa.update(logins)
        .where(logins.c.agent_id == agent_id, logins.c.revoked_at.is_(None), logins.c.id != (but or ""))
        .values(revoked_at=at)
        .returning(logins.c.id)
    )
    return list(ended.scalars())


async def _one(connection: AsyncConnection, condition: sa.ColumnElement[bool]) -> AgentRow | None:
    row = (await connection.execute(sa.select(agents).where(condition))).one_or_none()
    return None if row is None else _agent(row)


def _agent(row: sa.Row[Any]) -> AgentRow:
    return AgentRow(**row._asdict())
