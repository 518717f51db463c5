"""What an operator does to an agent's account: its password, who is kept out, signed out, erased.

Running servers notice within seconds: each looks whether accounts changed.
"""

import contextlib
from collections.abc import AsyncIterator

from tms_tui.server.bus import MemoryBus
from tms_tui.server.change import Change
from tms_tui.server.clock import SystemClock
from tms_tui.server.errors import Refusal
from tms_tui.server.holders import released_by
from tms_tui.server.journal import Journal
from tms_tui.server.passwords import Passwords
from tms_tui.server.settings import ServerSettings
from tms_tui.server.store import agents, installation, sessions
from tms_tui.server.store.agents import AgentRow
from tms_tui.server.store.database import open_database
from tms_tui.server.texts import new_password


async def set_password(settings: ServerSettings, *, email: str, password: str) -> int:
    """Ends all sign-ins; how many there were. Raises Refusal for an unknown e-mail or an unfit password."""
    password_hash = await Passwords(settings.password_cost).hash(new_password("password", password))
    async with _account(settings, email) as (change, agent):
        await agents.set_password(change.connection, agent.id, password_hash)
        return len(await agents.end_logins(change.connection, agent.id, change.at))


async def sign_out(settings: ServerSettings, *, email: str) -> int:
    """Ends all sign-ins, wherever they are; how many there were. Raises Refusal for an unknown e-mail."""
    async with _account(settings, email) as (change, agent):
        return len(await agents.end_logins(change.connection, agent.id, change.at))


async def disable_agent(settings: ServerSettings, *, email: str) -> int:
    """Keeps an agent out and lets nobody hold what they held; how many open conversations. Raises Refusal."""
    async with _account(settings, email) as (change, agent):
        await agents.disable(change.connection, agent.id, agent.disabled_at or change.at)
        await agents.end_logins(change.connection, agent.id, change.at)
        return await released_by(change, agent.id)


async def enable_agent(settings: ServerSettings, *, email: str) -> None:
    """Lets an agent sign in again, with the password they had. Raises Refusal."""
    async with _account(settings, email) as (change, agent):
        await agents.disable(change.connection, agent.id, None)


async def erase_agent(settings: ServerSettings, *, email: str) -> None:
    """Deletes the account of an agent who is kept out. What they wrote stays, under their name. Raises Refusal."""
    async with _account(settings, email) as (change, agent):
        if agent.disabled_at is None:
            words = f"{agent.name} can still sign in. Run disable-agent first, then erase the account."
            raise Refusal(409, "agent_enabled", words)
        await released_by(change, agent.id)
        await sessions.forget_holder(change.connection, change.tenant_id, agent.id)
        await agents.delete(change.connection, agent.id)


@contextlib.asynccontextmanager
async def _account(settings: ServerSettings, email: str) -> AsyncIterator[tuple[Change, AgentRow]]:
    """One change to an agent of the settings' tenant, which running servers are told of; raises the 404."""
    database = open_database(settings)
    journal = Journal(database, MemoryBus(), SystemClock())
    try:
        await database.prepare()
        async with journal.change(settings.tenant) as change:
            agent = await agents.by_email(change.connection, email.strip().lower())
            if agent is None or agent.tenant_id != settings.tenant:
                raise Refusal(404, "unknown_agent", f"There is no agent with the e-mail {email}.")
            yield change, agent
            await installation.accounts_changed(change.connection)
    finally:
        await journal.close()
        await database.close()
