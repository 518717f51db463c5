"""Makes the tokens of a conversation's customer void, everywhere and for good."""

from tms_tui.protocol import wire
from tms_tui.server.change import Change
from tms_tui.server.errors import unauthorized
from tms_tui.server.journal import Journal
from tms_tui.server.store import sessions, starts
from tms_tui.server.store.conversation import Conversation
from tms_tui.server.store.log import NOBODY
from tms_tui.server.tokens import Claims


async def revoke(journal: Journal, tenant_id: str, session_id: str) -> None:
    """Raises the 404. Nodes hear of it by the log, which closes the sockets."""
    async with journal.change(tenant_id) as change:
        await _revoke(change, await sessions.get(change.connection, tenant_id, session_id, lock=True))


async def _revoke(change: Change, conversation: Conversation) -> None:
    conversation.token_epoch += 1
    await change.save(conversation)
    # Whoever knows the name of its start would else be given a new token.
    await starts.forget(change.connection, [conversation.id])
    change.happened(wire.TOKENS_REVOKED, conversation, wire.Wire(), "system", NOBODY)


def check(claims: Claims, conversation: Conversation) -> None:
    """Raises the 401 for a token of before the last revocation; tokens of older versions are of the first epoch."""
    if claims.epoch != conversation.token_epoch:
        raise unauthorized("token_revoked", "This conversation was closed on your side. Start a new one.")
