"""Who holds a conversation: what somebody holds who cannot come is everybody's."""

import contextlib

from tms_tui.protocol import wire
from tms_tui.server.change import Change
from tms_tui.server.errors import Refusal
from tms_tui.server.journal import Journal
from tms_tui.server.store import agents, sessions
from tms_tui.server.store.agents import AgentRow
from tms_tui.server.store.conversation import Conversation


async def checked(change: Change, agent_id: str) -> AgentRow:
    """Who is to hold a conversation; raises the 422s `unknown_agent` and `agent_disabled`."""
    agent = await agents.by_id(change.connection, change.tenant_id, agent_id)
    if agent is None:
        raise Refusal(422, "unknown_agent", "There is no such agent.", details={"field": "agent_id"})
    if agent.disabled_at is not None:
        words = f"{agent.name} is kept out and cannot take conversations."
        raise Refusal(422, "agent_disabled", words, details={"field": "agent_id"})
    return agent


async def released_by(change: Change, agent_id: str) -> int:
    """Lets nobody hold what that agent holds and is open, and tells so in the log; how many conversations."""
    held = await sessions.held_by(change.connection, change.tenant_id, agent_id)
    for session_id in held:
        await _release(change, await sessions.get(change.connection, change.tenant_id, session_id, lock=True))
    return len(held)


async def release_stranded(journal: Journal) -> None:
    """The same of whatever is held by agents who are kept out or are no more, in every tenant."""
    async with journal.database.read() as connection:
        stranded = await sessions.stranded(connection)
    for tenant_id, session_id in stranded:
        with contextlib.suppress(Refusal):  # deleted since it was found
            await _release_one(journal, tenant_id, session_id)


async def reopened(change: Change, conversation: Conversation) -> None:
    """One that had ended is open again: its holder may be kept out since. Not saved, not logged."""
    holder = conversation.assigned_agent_id
    if holder is not None and not await agents.can_come(await change.reader(), change.tenant_id, holder):
        _free(conversation)


async def _release_one(journal: Journal, tenant_id: str, session_id: str) -> None:
    async with journal.change(tenant_id) as change:
        conversation = await sessions.get(change.connection, tenant_id, session_id, lock=True)
        holder = conversation.assigned_agent_id
        if holder is not None and not await agents.can_come(change.connection, tenant_id, holder):
            await _release(change, conversation)


async def _release(change: Change, conversation: Conversation) -> None:
    previous = conversation.assigned_agent_id
    _free(conversation)
    conversation.version += 1
    await change.save(conversation)
    data = wire.Assigned(session=conversation.on_wire(), previous_agent_id=previous, by_agent_id=None)
    change.happened(wire.SESSION_ASSIGNED, conversation, data, "system")


def _free(conversation: Conversation) -> None:
    conversation.assigned_agent_id = conversation.assigned_agent_name = conversation.assigned_at = None
