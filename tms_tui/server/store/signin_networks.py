"""From which networks each agent has signed in, as digests."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.server.tables import sign_in_networks

KEPT = 20
"""Of each agent; the one not used for the longest time is forgotten."""


async def knows(connection: AsyncConnection, agent_id: str, network: str) -> bool:
    """Whether the agent has signed in from there."""
    found = await connection.execute(sa.select(sign_in_networks.c.last_at).where(_place(agent_id, network)))
    return found.one_or_none() is not None


async def remember(connection: AsyncConnection, agent_id: str, network: str, at: str) -> None:
    """Notes a sign-in from there."""
    moved = await connection.execute(sa.update(sign_in_networks).where(_place(agent_id, network)).values(last_at=at))
    if moved.rowcount == 0:
        row = {"agent_id": agent_id, "network": network, "last_at": at}
        await connection.execute(sa.insert(sign_in_networks).values(row))
    newest = (
        sa.select(sign_in_networks.c.network)
        .where(sign_in_networks.c.agent_id == agent_id)
        .order_by(sign_in_networks.c.last_at.desc())
        .limit(KEPT)
    )
    kept = (await connection.execute(newest)).scalars().all()
    await connection.execute(
        sa.delete(sign_in_networks).where(
            sign_in_networks.c.agent_id == agent_id, sign_in_networks.c.network.not_in(kept)
        )
    )


def _place(agent_id: str, network: str) -> sa.ColumnElement[bool]:
    return sa.and_(sign_in_networks.c.agent_id == agent_id, sign_in_networks.c.network == network)
