"""What the clock brings: conversations that were set aside wake, and blocks end."""

import contextlib
import logging

from sqlalchemy.exc import SQLAlchemyError

from tms_tui.server import blocking
from tms_tui.server.clock import timestamp
from tms_tui.server.errors import Refusal
from tms_tui.server.journal import Journal
from tms_tui.server.store import sessions

logger = logging.getLogger(__name__)


async def wake_for_ever(journal: Journal, every: float) -> None:
    """Looks every so many seconds. Each node does; whoever comes second finds nothing left to do."""
    while True:
        try:
            await _wake_due(journal)
            await blocking.end_due(journal)
        except SQLAlchemyError as error:
            logger.error("conversations not woken error=%s", type(error).__name__)
        await journal.clock.sleep(every)


async def _wake_due(journal: Journal) -> None:
    async with journal.database.read() as connection:
        due = await sessions.due(connection, timestamp(journal.clock.now()))
    for tenant_id, session_id in due:
        with contextlib.suppress(Refusal):  # deleted since it was found
            await wake(journal, tenant_id, session_id)


async def wake(journal: Journal, tenant_id: str, session_id: str) -> None:
    """Opens it again, as one that has waited since its time; does nothing to one that is not due any more."""
    async with journal.change(tenant_id) as change:
        conversation = await sessions.get(change.connection, tenant_id, session_id, lock=True)
        until = conversation.pending_until
        if conversation.status != "pending" or until is None or until > change.at:
            return
        conversation.status = "active"
        conversation.pending_until = None
        if conversation.blocked is None:
            conversation.waiting_since = conversation.waiting_since or until
        conversation.status_changed_at = change.at
        conversation.status_changed_by = None
        conversation.status_changed_seq = conversation.last_seq
        conversation.version += 1
        await change.save(conversation)
        change.updated(conversation, "system")
