"""What is said: sending a message once, and what follows from it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from tms_tui.protocol import wire
from tms_tui.server.change import Change
from tms_tui.server.clock import timestamp
from tms_tui.server.errors import Refusal
from tms_tui.server.holders import reopened
from tms_tui.server.journal import Journal
from tms_tui.server.store import messages
from tms_tui.server.store.asked import Asked, Found
from tms_tui.server.store.conversation import Conversation

PREVIEW_CHARACTERS = 120


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who writes; the id is the agent's or the customer's."""

    type: str
    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message as its author meant it. `if_last_seq`: the newest message they had seen."""

    content: str
    client_message_id: str | None = None
    is_private: bool = False
    if_last_seq: int | None = None
    moved_window: float = 60


@dataclass(frozen=True, slots=True)
class Entrance:
    """Where a customer comes in: their network, and who says whether they may.

    `admit` is asked before anything else, with all marks that are kept out; it raises the refusal.
    """

    network: str
    admit: Callable[[Conversation, set[str]], None]


async def send(
    journal: Journal,
    tenant_id: str,
    session_id: str,
    speaker: Speaker,
    said: Said,
    entrance: Entrance | None = None,
) -> tuple[wire.Message, bool]:
    """The stored message, and whether it is new; raises the 409s `session_ended`, `conversation_moved`."""
    asked = Asked(session_id, speaker.id, said.client_message_id, entrance.network if entrance else None)

    async def rule(change: Change, conversation: Conversation, found: Found) -> tuple[wire.Message, bool]:
        if entrance is not None:
            entrance.admit(conversation, found.kept_out)
        first = found.known.get(asked.name) if asked.name is not None else None
        if first is not None:
            return first, False
        if speaker.type == "agent":
            await _guard(change, conversation, speaker, said)
        return await write(change, conversation, speaker, said), True

    return await journal.post(tenant_id, asked, rule)


async def write(change: Change, conversation: Conversation, speaker: Speaker, said: Said) -> wire.Message:
    """Appends a message within a change, with everything that follows from it."""
    conversation.last_seq += 1
    conversation.version += 1
    conversation.last_activity_at = change.at
    message = wire.Message(
        id=str(uuid.uuid4()),
        session_id=conversation.id,
        seq=conversation.last_seq,
        content=said.content,
        author_type=speaker.type,
        author_id=speaker.id,
        author_name=speaker.name,
        is_private=said.is_private,
        client_message_id=said.client_message_id,
        created_at=change.at,
    )
    conversation.last_message = _preview(message)
    if conversation.status == "ended" and speaker.type == "visitor":
        await reopened(change, conversation)
    moved = _follow(conversation, message)
    await change.insert(message)
    await change.save(conversation)
    change.happened(wire.CHAT_MESSAGE, conversation, message, speaker.type)
    if moved:
        change.updated(conversation, speaker.type)
    return message


def _follow(conversation: Conversation, message: wire.Message) -> bool:
    """What a message does to its conversation; True when agents must be told beside the message."""
    before = (conversation.status, conversation.waiting_since)
    if message.author_type == "visitor":
        conversation.visitor_messages += 1
        conversation.last_seen_at = message.created_at
        conversation.waiting_since = conversation.waiting_since or message.created_at
        conversation.status = "active"
        conversation.ended_at = conversation.pending_until = None
    elif message.author_type == "agent" and not message.is_private:
        conversation.waiting_since = None
    return before != (conversation.status, conversation.waiting_since)


async def _guard(change: Change, conversation: Conversation, speaker: Speaker, said: Said) -> None:
    if conversation.status == "ended":
        raise Refusal(409, "session_ended", "This conversation has ended.")
    if said.if_last_seq is None:
        return
    seen = max(0, said.if_last_seq)
    answered = seen < conversation.last_seq and await messages.another_agent_wrote(
        await change.reader(), conversation.id, speaker.id, seen
    )
    if answered or _status_moved(change, conversation, speaker, said):
        words = "The conversation moved on: a colleague wrote or changed its status meanwhile."
        raise Refusal(409, "conversation_moved", words)


def _status_moved(change: Change, conversation: Conversation, speaker: Speaker, said: Said) -> bool:
    # The change carries no seq the author could have named as seen, so only a fresh one counts.
    fresh_since = timestamp(change.moment - said.moved_window)
    return (
        conversation.status_changed_by not in (None, speaker.id)
        and conversation.status_changed_seq >= (said.if_last_seq or 0)
        and (conversation.status_changed_at or "") >= fresh_since
    )


def _preview(message: wire.Message) -> dict[str, str]:
    return {
        "id": message.id,
        "author_type": message.author_type,
        "author_name": message.author_name,
        "preview": " ".join(message.content[: 2 * PREVIEW_CHARACTERS].split())[:PREVIEW_CHARACTERS],
        "created_at": message.created_at,
    }
