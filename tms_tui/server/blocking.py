"""Keeping customers out: decided by agents, enforced at every door of the visitors, ended by its time or undone."""

import contextlib
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.domain.model import BlockScope
from tms_tui.server.change import Change
from tms_tui.server.clock import timestamp
from tms_tui.server.errors import Refusal, invalid, not_found
from tms_tui.server.journal import Journal
from tms_tui.server.settings import ServerSettings
from tms_tui.server.store import blocks, messages, sessions
from tms_tui.server.store.blocks import Block
from tms_tui.server.store.conversation import Conversation
from tms_tui.server.talk import Speaker

AT_ONCE: Final = 20
"""Conversations that are marked in one transaction: an address may have hundreds, and agents hear of each."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an agent asks for; no `until`: for good, or the usual time where an address is kept out."""

    scope: BlockScope
    reason: str = ""
    until: str | None = None


def refusal() -> Refusal:
    """What a customer is told who is kept out: no more than that."""
    return Refusal(403, "blocked", "You cannot write here at the moment.")


async def admit(connection: AsyncConnection, conversation: Conversation, network: str, at: str) -> None:
    """Raises the 403 for a conversation, a customer, an e-mail or a network that is kept out."""
    marks = {*conversation.marks.values(), network}
    check(conversation, network, await blocks.kept_out(connection, conversation.tenant_id, marks, at))


def check(conversation: Conversation, network: str, kept_out: set[str]) -> None:
    """The same, when it is known which marks are kept out."""
    if not kept_out.isdisjoint({*conversation.marks.values(), network}):
        raise refusal()


async def block(
    journal: Journal, settings: ServerSettings, tenant_id: str, session_id: str, by: Speaker, wanted: Wanted
) -> Conversation:
    """Stands from now on; one that stands just so already is left alone. Raises 422 for an end that cannot be."""
    async with journal.change(tenant_id) as change:
        conversation = await sessions.get(change.connection, tenant_id, session_id, lock=True)
        marks = _marks_for(conversation, wanted.scope)
        made = Block(
            id=str(uuid.uuid4()),
            tenant_id=tenant_id,
            scope=wanted.scope,
            session_id=session_id,
            reason=wanted.reason,
            by_agent_id=by.id,
            by_agent_name=by.name,
            at=change.at,
            until=_end(settings, change, wanted),
        )
        for standing in await _alike(change, made, marks):
            if _says_the_same(standing, made, wanted):
                return conversation
            await blocks.lift(change.connection, tenant_id, [standing.id], change.at, by.id)
        await blocks.insert(change.connection, made, marks)
        await _mark(change, conversation)
    await _mark_all(journal, tenant_id, marks.values())
    return conversation


def _marks_for(conversation: Conversation, scope: BlockScope) -> dict[str, str]:
    """The conversation itself is among them, so that what is shown as blocked is."""
    kinds = {
        BlockScope.CONVERSATION: ("conversation",),
        BlockScope.CUSTOMER: ("conversation", "customer", "email"),
        BlockScope.ADDRESS: ("conversation", "address"),
    }[scope]
    if scope is BlockScope.ADDRESS and conversation.network_digest is None:
        raise invalid("scope", "No address is known of this conversation: it is older than that is kept.")
    return {kind: value for kind, value in conversation.marks.items() if kind in kinds}


def _end(settings: ServerSettings, change: Change, wanted: Wanted) -> str | None:
    """The server's clock judges it."""
    if wanted.until is not None and wanted.until <= change.at:
        raise invalid("until", "This moment is past.")
    if wanted.scope is not BlockScope.ADDRESS:
        return wanted.until
    latest = timestamp(change.moment + settings.address_block_longest)
    if wanted.until is not None and wanted.until > latest:
        raise invalid("until", f"An address is kept out for {_days(settings.address_block_longest)} at most.")
    return wanted.until or timestamp(change.moment + settings.address_block)


def _days(seconds: float) -> str:
    return f"{seconds / 86_400:g} days"


async def _alike(change: Change, made: Block, marks: dict[str, str]) -> list[Block]:
    """Standing blocks of the same scope, decided on the same conversation, that go by the same marks."""
    found = await blocks.standing(change.connection, made.tenant_id, marks.values(), change.at)
    same = [one for one in found if (one.scope, one.session_id) == (made.scope, made.session_id)]
    return [one for one in same if await blocks.marks_of(change.connection, [one.id]) == set(marks.values())]


def _says_the_same(standing: Block, made: Block, wanted: Wanted) -> bool:
    takes_any_end = wanted.scope is BlockScope.ADDRESS and wanted.until is None
    return standing.reason == made.reason and (takes_any_end or standing.until == made.until)


async def unblock(
    journal: Journal, tenant_id: str, session_id: str, by: Speaker, scope: BlockScope | None = None
) -> Conversation:
    """Lifts whatever keeps the conversation's customer out, or of that only what has this scope."""
    async with journal.change(tenant_id) as change:
        conversation = await sessions.get(change.connection, tenant_id, session_id, lock=True)
        found = await blocks.standing(change.connection, tenant_id, conversation.marks.values(), change.at)
        ids = [one.id for one in found if scope is None or one.scope == scope]
        marks = await blocks.marks_of(change.connection, ids)
        await blocks.lift(change.connection, tenant_id, ids, change.at, by.id)
        await _mark(change, conversation)
    await _mark_all(journal, tenant_id, marks)
    return conversation


async def lift(journal: Journal, tenant_id: str, block_id: str, by: str | None) -> None:
    """Ends one block, also when its conversation is gone. Raises the 404 for one that does not stand."""
    async with journal.change(tenant_id) as change:
        if by is not None and not await blocks.one(change.connection, tenant_id, block_id, change.at):
            raise not_found()
        marks = await blocks.marks_of(change.connection, [block_id])
        await blocks.lift(change.connection, tenant_id, [block_id], change.at, by)
    await _mark_all(journal, tenant_id, marks)


async def end_due(journal: Journal) -> None:
    """Lets go whose time has come: they could write before, and now agents are told."""
    async with journal.database.read() as connection:
        over = await blocks.over(connection, timestamp(journal.clock.now()))
    for tenant_id, block_id in over:
        await lift(journal, tenant_id, block_id, None)


async def _mark_all(journal: Journal, tenant_id: str, marks: Collection[str]) -> None:
    """Lets every conversation that these marks belong to show how it stands now."""
    if not marks:
        return
    async with journal.database.read() as connection:
        ids = await blocks.concerned(connection, tenant_id, marks)
    for start in range(0, len(ids), AT_ONCE):
        async with journal.change(tenant_id) as change:
            for session_id in ids[start : start + AT_ONCE]:
                with contextlib.suppress(Refusal):  # deleted since it was found
                    await _mark(change, await sessions.get(change.connection, tenant_id, session_id, lock=True))


async def _mark(change: Change, conversation: Conversation) -> None:
    before = conversation.blocked
    await look_up(change, conversation)
    if conversation.blocked != before:
        conversation.version += 1
        await change.save(conversation)
        change.updated(conversation, "agent")


async def look_up(change: Change, conversation: Conversation) -> None:
    """Sets whether it shows as blocked, and with that who waits: nobody does who cannot write."""
    marks = conversation.marks.values()
    found = await blocks.standing(change.connection, conversation.tenant_id, marks, change.at)
    was, conversation.blocked = conversation.blocked, found[0].shown_by(conversation.id) if found else None
    if conversation.blocked is not None:
        conversation.waiting_since = None
    elif was is not None and conversation.status != "ended":
        conversation.waiting_since = await messages.unanswered_since(change.connection, conversation.id)
