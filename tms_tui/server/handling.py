"""What agents do to a conversation besides writing in it: assign, status, tags, read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from tms_tui.protocol import wire
from tms_tui.server import blocking
from tms_tui.server.change import Change
from tms_tui.server.clock import moment
from tms_tui.server.errors import Refusal, invalid
from tms_tui.server.holders import checked, reopened
from tms_tui.server.journal import Journal
from tms_tui.server.store import marks, messages, sessions
from tms_tui.server.store.agents import AgentRow
from tms_tui.server.store.asked import Asked, Found
from tms_tui.server.store.conversation import Conversation
from tms_tui.server.talk import Said, Speaker, write


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Who shall have it; `expected` unset takes it whoever holds it. `note` is written privately."""

    agent_id: str | None
    expected: str | msgspec.UnsetType | None = msgspec.UNSET
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """What an assignment left; `waited`: seconds from the customer's first message, when nobody had it before."""

    conversation: Conversation
    waited: float | None = None


async def assign(journal: Journal, tenant_id: str, session_id: str, by: Speaker, wanted: Assignment) -> Handed:
    """Raises the 409 `already_assigned` with what stands, 422 for an agent the tenant has not or who is kept out."""
    async with journal.change(tenant_id) as change:
        conversation = await sessions.get(change.connection, tenant_id, session_id, lock=True)
        previous = conversation.assigned_agent_id
        if wanted.expected is not msgspec.UNSET and wanted.expected != previous:
            raise _taken(conversation, await _unread(change, conversation, by.id))
        holder = None if wanted.agent_id is None else await checked(change, wanted.agent_id)
        waited = None
        if wanted.agent_id != previous:
            waited = await _waited(change, session_id) if previous is None else None
            await _hand_over(change, conversation, holder)
            data = wire.Assigned(session=conversation.on_wire(), previous_agent_id=previous, by_agent_id=by.id)
            change.happened(wire.SESSION_ASSIGNED, conversation, data, "agent")
        if wanted.note is not None:
            await write(change, conversation, by, Said(content=wanted.note, is_private=True))
        return Handed(conversation, waited)


async def _waited(change: Change, session_id: str) -> float | None:
    first = await messages.first_by_visitor(change.connection, session_id)
    return None if first is None else max(0.0, change.moment - moment(first))


async def _hand_over(change: Change, conversation: Conversation, holder: AgentRow | None) -> None:
    conversation.assigned_agent_id = holder.id if holder else None
    conversation.assigned_agent_name = holder.name if holder else None
    conversation.assigned_at = change.at if holder else None
    conversation.version += 1
    await change.save(conversation)


def _taken(conversation: Conversation, unread: int) -> Refusal:
    words = "Somebody else was faster: the conversation changed hands."
    body = wire.AssignConflict(error=words, code="already_assigned", session=conversation.on_wire(unread))
    return Refusal(409, "already_assigned", words, body=body)


async def _unread(change: Change, conversation: Conversation, agent_id: str) -> int:
    read = await marks.counts(change.connection, [conversation.id])
    return conversation.visitor_messages - read[conversation.id].get(agent_id, 0)


async def set_status(
    journal: Journal, tenant_id: str, session_id: str, by: Speaker, status: str, until: str | None
) -> Conversation:
    """`until` counts for "pending" only; one that is past raises 422. Ending clears who waits; open again, they have
    waited since they wrote.
    """
    async with journal.change(tenant_id) as change:
        conversation = await sessions.get(change.connection, tenant_id, session_id, lock=True)
        until = until if status == "pending" else None
        if (conversation.status, conversation.pending_until) == (status, until):
            return conversation
        if until is not None and until <= change.at:
            raise invalid("pending_until", "This time is past: it must be later than now by the server's clock.")
        if status == "ended":
            conversation.waiting_since = None
        elif conversation.status == "ended":
            conversation.waiting_since = await messages.unanswered_since(change.connection, session_id)
            await reopened(change, conversation)
            await blocking.look_up(change, conversation)
        conversation.status = status
        conversation.pending_until = until
        conversation.ended_at = change.at if status == "ended" else None
        conversation.status_changed_at = change.at
        conversation.status_changed_by = by.id
        conversation.status_changed_seq = conversation.last_seq
        await _updated(change, conversation)
        return conversation


async def patch(
    journal: Journal, tenant_id: str, session_id: str, tags: Sequence[str] | None, priority: str | None
) -> Conversation:
    """None leaves as it is."""
    async with journal.change(tenant_id) as change:
        conversation = await sessions.get(change.connection, tenant_id, session_id, lock=True)
        before = (conversation.tags, conversation.priority)
        conversation.tags = conversation.tags if tags is None else list(tags)
        conversation.priority = priority or conversation.priority
        if before != (conversation.tags, conversation.priority):
            await _updated(change, conversation)
        return conversation


async def _updated(change: Change, conversation: Conversation, from_type: str = "agent") -> None:
    conversation.version += 1
    await change.save(conversation)
    change.updated(conversation, from_type)


async def agent_read(journal: Journal, tenant_id: str, session_id: str, agent_id: str, up_to: int) -> int | None:
    """The seq the customer's own messages are now read up to, or None when nothing moved."""

    async def rule(change: Change, conversation: Conversation, _found: Found) -> int | None:
        place = _within(conversation, up_to)
        read = await _written_by(change, conversation, place)
        if not await marks.move(change.connection, session_id, agent_id, place, read):
            return None
        unread = conversation.visitor_messages - read
        _mark_moved(change, conversation, agent_id, wire.ReadMark(up_to=place, unread_count=unread))
        if place > conversation.read_by_agents:
            conversation.read_by_agents = place
            await change.save(conversation)
        return place

    return await journal.post(tenant_id, Asked(session_id), rule)


async def _written_by(change: Change, conversation: Conversation, up_to: int) -> int:
    """How many of the customer's messages lie at or before a seq."""
    if up_to == conversation.last_seq:
        return conversation.visitor_messages
    return await messages.visitor_messages(await change.reader(), conversation.id, up_to)


async def agent_unread(
    journal: Journal, tenant_id: str, session_id: str, agent_id: str, from_seq: int | None
) -> wire.Session:
    """Unread from there on, and at least what the customer wrote last; as it now is for that agent."""
    async with journal.change(tenant_id) as change:
        conversation = await sessions.get(change.connection, tenant_id, session_id, lock=True)
        last = await messages.last_by_visitor(change.connection, session_id)
        if last is not None:
            up_to = min(last if from_seq is None else _within(conversation, from_seq), last) - 1
            read = await messages.visitor_messages(change.connection, session_id, up_to)
            await marks.move_back(change.connection, session_id, agent_id, up_to, read)
            unread = await _unread(change, conversation, agent_id)
            _mark_moved(change, conversation, agent_id, wire.ReadMark(up_to=up_to, unread_count=unread, back=True))
        return conversation.on_wire(await _unread(change, conversation, agent_id))


def _mark_moved(change: Change, conversation: Conversation, agent_id: str, mark: wire.ReadMark) -> None:
    """Logged for that agent alone: they may sit at several desks."""
    change.happened(wire.READ_MARK, conversation, mark, "agent", agent_id)


async def visitor_read(journal: Journal, tenant_id: str, session_id: str, up_to: int) -> None:
    """Logged for the agents when it moves forward."""

    async def rule(change: Change, conversation: Conversation, _found: Found) -> None:
        place, read = _within(conversation, up_to), conversation.read_by_visitor
        if place <= read or conversation.blocked is not None:
            return
        conversation.read_by_visitor = place
        await change.save(conversation)
        change.happened(wire.READ_RECEIPT, conversation, wire.Receipt(reader_type="visitor", up_to=place), "visitor")
        await messages.seen_by_visitor(await change.reader(), session_id, read, place, change.at)

    await journal.post(tenant_id, Asked(session_id), rule)


async def customer_seen(journal: Journal, tenant_id: str, session_id: str, is_there: Callable[[], bool]) -> None:
    """Logged when it changes. Asked within the transaction, so that of a coming and a going the later counts."""

    async def rule(change: Change, conversation: Conversation, _found: Found) -> None:
        conversation.last_seen_at = change.at
        online = is_there()
        if conversation.online == online:
            await change.save(conversation)
            return
        conversation.online = online
        await _updated(change, conversation, "visitor")

    await journal.post(tenant_id, Asked(session_id), rule)


def _within(conversation: Conversation, up_to: int) -> int:
    if up_to < 0:
        raise invalid("up_to", "A place in a conversation is not negative.")
    return min(up_to, conversation.last_seq)
