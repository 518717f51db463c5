"""What an operator does to the store: adding agents and texts, listing them."""

import contextlib
import uuid
from collections.abc import AsyncIterator

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.domain.model import Role
from tms_tui.protocol import wire
from tms_tui.server import texts
from tms_tui.server.errors import Refusal
from tms_tui.server.passwords import Passwords
from tms_tui.server.settings import ServerSettings
from tms_tui.server.store import agents, canned, installation, schema
from tms_tui.server.store.agents import AgentRow
from tms_tui.server.store.database import at_work, open_database


async def add_agent(settings: ServerSettings, *, email: str, name: str, password: str) -> wire.User:
    """A new agent of the settings' tenant; raises Refusal when the e-mail is taken or a field is unfit."""
    email = texts.storable("email", email.strip().lower(), texts.NAME_CHARACTERS)
    name = texts.storable("name", name.strip(), texts.NAME_CHARACTERS)
    if "@" not in email or not name:
        raise Refusal(422, "invalid_field", "An agent needs an e-mail address and a name.")
    password_hash = await Passwords(settings.password_cost).hash(texts.new_password("password", password))
    agent = AgentRow(str(uuid.uuid4()), settings.tenant, email, name, Role.AGENT, password_hash, "online", None)
    try:
        async with open_store(settings) as connection:
            await agents.insert(connection, agent)
    except IntegrityError as taken:
        raise Refusal(409, "email_taken", f"There is an agent with the e-mail {email} already.") from taken
    return agent.user()


async def add_canned(settings: ServerSettings, *, shortcut: str, title: str, content: str) -> None:
    """A text for reuse; replaces the one of the same shortcut."""
    response = wire.Canned(
        shortcut=texts.storable("shortcut", shortcut.strip(), 50),
        title=texts.storable("title", title.strip(), texts.NAME_CHARACTERS),
        content=texts.message(content),
    )
    async with open_store(settings) as connection:
        await canned.put(connection, settings.tenant, response)


async def list_agents(settings: ServerSettings) -> list[AgentRow]:
    """All of the tenant, those who are kept out too."""
    async with open_store(settings) as connection:
        return await agents.of_tenant(connection, settings.tenant)


async def forget_signing_key(settings: ServerSettings) -> None:
    """For a key that is lost or stolen: nobody can name it as the previous one."""
    async with open_store(settings) as connection:
        await installation.forget_signing_key(connection)


async def migrate(settings: ServerSettings) -> tuple[str | None, str]:
    """Brings the tables up to date; the revisions before and after."""
    database = open_database(settings)
    try:
        async with database.read() as connection:
            before = await schema.revision(connection)
        await database.migrate()
    finally:
        await database.close()
    return before, schema.HEAD


@contextlib.asynccontextmanager
async def open_store(settings: ServerSettings) -> AsyncIterator[AsyncConnection]:
    database = open_database(settings)
    try:
        await database.prepare()
        async with database.write() as connection:
            await agents.ensure_tenant(connection, settings.tenant)
            with at_work():
                yield connection
    finally:
        await database.close()
