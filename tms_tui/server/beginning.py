"""How a conversation begins: once for each name that the customer's page gave to its start."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from tms_tui.server import blocking
from tms_tui.server.batch import Draft
from tms_tui.server.journal import Journal
from tms_tui.server.store import starts
from tms_tui.server.store.asked import AskedStart
from tms_tui.server.store.conversation import Conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What a customer's page tells. `client_id`: its own name for this start; `network`: the digest of where from."""

    client_id: str
    network: str
    name: str
    email: str | None = None
    email_digest: str | None = None
    page_url: str | None = None
    locale: str | None = None
    info: dict[str, Any] = field(default_factory=dict)


async def begin(journal: Journal, tenant_id: str, told: Beginning) -> tuple[Conversation, bool]:
    """The conversation, and whether it is new. Raises the 403 for whoever is kept out."""
    asked = AskedStart(starts.key_of(told.client_id), told.network, told.email_digest)

    async def rule(draft: Draft) -> tuple[Conversation, bool]:
        found = draft.batch.found
        begun = found.begun.get(asked.key)
        if begun is not None:
            conversation = await draft.batch.conversation(begun)
        else:
            conversation = _conversation(draft, told, found.customers.get(told.email_digest or ""))
        blocking.check(conversation, told.network, found.kept_out)
        if begun is None:
            draft.begin(asked.key, conversation)
            draft.updated(conversation, "visitor")
        return conversation, begun is None

    return await journal.begin(tenant_id, asked, rule)


def _conversation(draft: Draft, told: Beginning, customer_id: str | None) -> Conversation:
    return Conversation(
        id=str(uuid.uuid4()),
        tenant_id=draft.tenant_id,
        customer_id=customer_id or str(uuid.uuid4()),
        customer_name=told.name,
        customer_email=told.email,
        email_digest=told.email_digest,
        network_digest=told.network,
        page_url=told.page_url,
        locale=told.locale,
        info=told.info,
        started_at=draft.at,
        last_activity_at=draft.at,
        last_seen_at=draft.at,
        version=1,
    )
