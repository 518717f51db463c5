"""What is kept no longer: old conversations pruned, one customer's data handed out or erased."""

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.server.admin import open_store
from tms_tui.server.clock import SystemClock, timestamp
from tms_tui.server.errors import Refusal
from tms_tui.server.identities import Identities, fill_in
from tms_tui.server.settings import ServerSettings
from tms_tui.server.store import old


async def prune(settings: ServerSettings, older_than: float) -> dict[str, int]:
    """Deletes the tenant's ended conversations, events and sign-ins of before `older_than` seconds; the counts.

    A console whose cursor lay before takes a fresh snapshot.
    """
    before = timestamp(SystemClock().now() - older_than)
    async with open_store(settings) as connection:
        ended = await old.ended_before(connection, settings.tenant, before)
        await old.delete_sessions(connection, settings.tenant, ended)
        return {
            "conversations": len(ended),
            "events": await old.delete_events(connection, settings.tenant, before),
            "sign-ins": await old.delete_logins(connection, settings.tenant, before),
        }


async def export(settings: ServerSettings, *, email: str | None = None, customer_id: str | None = None) -> str:
    """JSON of every conversation, its messages and the notes in it; raises Refusal when there is none."""
    async with open_store(settings) as connection:
        found = await _sessions(connection, settings.tenant, email, customer_id)
        kept = {"sessions": [await old.everything(connection, one) for one in found]}
    return msgspec.json.format(msgspec.json.encode(kept), indent=2).decode()


async def erase(settings: ServerSettings, *, email: str | None = None, customer_id: str | None = None) -> int:
    """Deletes the same, and the events that told of it; how many conversations. Raises Refusal when there is none."""
    async with open_store(settings) as connection:
        found = await _sessions(connection, settings.tenant, email, customer_id)
        await old.delete_sessions(connection, settings.tenant, found)
    return len(found)


async def _sessions(
    connection: AsyncConnection, tenant_id: str, email: str | None, customer_id: str | None
) -> list[str]:
    if not email and not customer_id:
        raise Refusal(422, "invalid_field", "Name the customer by --email or by --customer-id.")
    await connection.run_sync(fill_in)
    known = Identities()
    await connection.run_sync(known.learn)
    digest = known.email(email or None)
    found = await old.of_customer(connection, tenant_id, email_digest=digest, customer_id=customer_id)
    if not found:
        raise Refusal(404, "unknown_customer", "Nothing is kept of such a customer.")
    return found
