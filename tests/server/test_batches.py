"""Messages that are stored together: the same comes of it as one after the other."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError, OperationalError

from tests.server.journals import (
    BO,
    DANA,
    LONG_AGO,
    SHUNNED,
    TENANT,
    Node,
    customer_of,
    entrance,
    furnished,
    open_node,
    statements,
)
from tests.server.place import Place
from tms_tui.protocol import wire
from tms_tui.server.batch import Draft
from tms_tui.server.errors import Refusal
from tms_tui.server.groupcommit import MOST
from tms_tui.server.handling import agent_read, visitor_read
from tms_tui.server.store import erased, marks, sessions
from tms_tui.server.store.asked import Asked, Found
from tms_tui.server.store.conversation import Conversation
from tms_tui.server.talk import Said, send


@pytest.fixture
async def node(place: Place) -> AsyncIterator[Node]:
    async with furnished(place) as opened:
        yield opened


# What one after the other gives


@dataclass(frozen=True)
class Sent:
    """One message or receipt as a test draws it; `talk` is a number in a fixed order of conversations."""

    talk: int
    by: str
    name: int | None
    network: str = "home"
    private: bool = False
    seen: int | None = None


drawn = st.builds(
    Sent,
    talk=st.integers(0, 4),
    by=st.sampled_from(["customer", "dana", "bo", "dana reads", "customer reads"]),
    name=st.none() | st.integers(0, 2),
    network=st.sampled_from(["home", "home", "away", SHUNNED]),
    private=st.booleans(),
    seen=st.none() | st.integers(0, 4),
)


async def talks_of(node: Node) -> list[Conversation]:
    """Two that are open, one that ended, one that ended and is held by somebody kept out, and one that is erased."""
    ended = {"status": "ended", "ended_at": LONG_AGO}
    talks = [
        await node.open_conversation(),
        await node.open_conversation(status="pending", pending_until=LONG_AGO),
        await node.open_conversation(**ended),
        await node.open_conversation(**ended, assigned_agent_id="gone", assigned_agent_name="Gone"),
    ]
    gone = replace(talks[0], id=str(uuid.uuid4()))
    async with node.database.write() as connection:
        await erased.remember(connection, TENANT, [gone.id], LONG_AGO)
    return [*talks, gone]


async def outcome(node: Node, talks: list[Conversation], names: list[str], sent: Sent) -> tuple[Any, ...]:
    """What its author is told, without what differs by nature."""
    talk = talks[sent.talk]
    if sent.by.endswith("reads"):
        return (await receipt(node, talk, sent),)
    speaker = {"customer": customer_of(talk), "dana": DANA, "bo": BO}[sent.by]
    said = Said(
        content=f"by {sent.by} as {sent.name}",
        client_message_id=None if sent.name is None else names[sent.name],
        is_private=sent.private and sent.by != "customer",
        if_last_seq=sent.seen,
    )
    door = entrance(sent.network) if sent.by == "customer" else None
    try:
        message, new = await send(node.journal, TENANT, talk.id, speaker, said, door)
    except Refusal as refusal:
        return (refusal.status, refusal.code)
    return (message.seq, message.content, message.is_private, new)


async def receipt(node: Node, talk: Conversation, sent: Sent) -> int | str | None:
    try:
        if sent.by == "dana reads":
            return await agent_read(node.journal, TENANT, talk.id, "dana", sent.seen or 0)
        await visitor_read(node.journal, TENANT, talk.id, sent.seen or 0)
    except Refusal as refusal:
        return refusal.code
    return None


async def left_behind(node: Node, talks: list[Conversation], after: int) -> list[Any]:
    """What stands in the store of these conversations, without what differs by nature."""
    numbers = {talk.id: number for number, talk in enumerate(talks)}
    told = [
        (one.type, numbers[one.session_id], one.visitor_messages) for one in await node.logged() if one.cursor > after
    ]
    rows: list[Any] = [told]
    for talk in talks[:-1]:
        async with node.database.read() as connection:
            held = await sessions.get(connection, TENANT, talk.id)
            rows.append((await marks.counts(connection, [talk.id]))[talk.id])
        rows.append((held.status, held.version, held.last_seq, held.visitor_messages, held.assigned_agent_id))
        rows.append((held.network_digest, bool(held.waiting_since), (held.last_message or {}).get("preview")))
        rows.append((held.read_by_agents, held.read_by_visitor))
        rows.append([(one.seq, one.content, bool(one.read_by_visitor_at)) for one in await node.written(talk)])
    return rows


async def played(node: Node, sent: list[Sent], *, at_once: bool) -> list[Any]:
    talks, names = await talks_of(node), [str(uuid.uuid4()) for _ in range(3)]
    before = len(await node.logged())
    sending = [outcome(node, talks, names, one) for one in sent]
    told: list[Any] = list(await asyncio.gather(*sending)) if at_once else [await one for one in sending]
    assert [one.cursor for one in await node.logged()] == list(range(1, len(await node.logged()) + 1))
    return [told, *await left_behind(node, talks, before)]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(drawn, max_size=MOST))
async def test_together_they_come_to_the_same_as_one_after_the_other(node: Node, sent: list[Sent]) -> None:
    assert await played(node, sent, at_once=True) == await played(node, sent, at_once=False)


async def test_a_colleagues_answer_in_the_same_batch_moves_the_conversation(node: Node) -> None:
    both = [Sent(0, "dana", 0, seen=0), Sent(0, "bo", 1, seen=0), Sent(0, "customer", 2)]
    with statements() as asked:
        told, *_ = await played(node, both, at_once=True)
    assert told == [(1, "by dana as 0", False, True), (409, "conversation_moved"), (2, "by customer as 2", False, True)]
    assert asked["SAVEPOINT"] == 0


async def test_a_copy_in_the_same_batch_is_known_at_once(node: Node) -> None:
    talk, named = await node.open_conversation(), str(uuid.uuid4())
    with statements() as asked:
        answers = await asyncio.gather(*(node.says(talk, "once", named) for _ in range(MOST)))
    assert [new for _message, new in answers] == [True] + [False] * (MOST - 1)
    assert (asked["COMMIT"], asked["ROLLBACK"]) == (1, 0)


# Starts


@dataclass(frozen=True)
class Started:
    """One start as a test draws it; equal names are copies of one start."""

    name: int
    email: str | None
    network: str


starting = st.builds(
    Started,
    name=st.integers(0, 3),
    email=st.sampled_from([None, "ana@example.com", "bo@example.com"]),
    network=st.sampled_from(["home", "away", SHUNNED]),
)


async def began(node: Node, run: str, started: Started) -> tuple[Conversation, bool] | Refusal:
    email = None if started.email is None else run + started.email
    try:
        return await node.begins(f"{run} {started.name}", email, started.network)
    except Refusal as refusal:
        return refusal


async def begun(node: Node, all_of_them: list[Started], *, at_once: bool) -> list[Any]:
    """What their pages are told, and what is told of them, with numbers instead of ids."""
    run, before = str(uuid.uuid4()), len(await node.logged())
    calls = [began(node, run, one) for one in all_of_them]
    answers = list(await asyncio.gather(*calls)) if at_once else [await one for one in calls]
    numbers: dict[str | None, int] = {}
    told: list[Any] = []
    for answer in answers:
        if isinstance(answer, Refusal):
            told.append((answer.status, answer.code))
        else:
            talk, new = answer
            told.append((numbers.setdefault(talk.id, len(numbers)), new, talk.network_digest))
            told.append(numbers.setdefault(talk.customer_id, len(numbers)))
    told.append([(one.type, numbers[one.session_id]) for one in (await node.logged())[before:]])
    return told


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(starting, max_size=MOST))
async def test_conversations_that_begin_together_are_those_that_begin_one_after_the_other(
    node: Node, all_of_them: list[Started]
) -> None:
    assert await begun(node, all_of_them, at_once=True) == await begun(node, all_of_them, at_once=False)


async def test_a_copy_of_a_start_in_the_same_batch_leads_to_the_same_conversation(node: Node) -> None:
    named = str(uuid.uuid4())
    with statements() as asked:
        answers = await asyncio.gather(*(node.begins(named) for _ in range(MOST)))
    assert [new for _talk, new in answers] == [True] + [False] * (MOST - 1)
    assert len({talk.id for talk, _new in answers}) == 1
    assert asked["SAVEPOINT"] == 0, "they shared one transaction, and none had to be undone"


async def test_an_e_mail_that_wrote_before_is_the_same_customer_in_every_batch(node: Node) -> None:
    first, _new = await node.begins(str(uuid.uuid4()), "ana@example.com")
    later = await asyncio.gather(*(node.begins(str(uuid.uuid4()), "ana@example.com") for _ in range(3)))
    assert {talk.customer_id for talk, _new in later} == {first.customer_id}


async def test_a_customer_who_is_kept_out_begins_nothing_beside_those_who_are_not(node: Node) -> None:
    shunned = str(uuid.uuid4())
    outcomes = await asyncio.gather(
        node.begins(str(uuid.uuid4())),
        node.begins(shunned, network=SHUNNED),
        node.begins(str(uuid.uuid4())),
        return_exceptions=True,
    )
    assert [isinstance(one, Refusal) for one in outcomes] == [False, True, False]
    assert (await node.begins(shunned))[1], "the name it was refused under leads nowhere"


async def test_two_nodes_that_are_given_one_start_at_once_begin_one_conversation(place: Place, node: Node) -> None:
    async with open_node(place) as other:
        for _ in range(10):
            named = str(uuid.uuid4())
            answers = await asyncio.gather(*(one.begins(named) for one in (node, other) * 4))
            assert sorted(new for _talk, new in answers) == [False] * 7 + [True]
            assert len({talk.id for talk, _new in answers}) == 1


# What fails


def refused_by_the_store(of: wire.Message) -> Callable[[Draft, Conversation, Found], Awaitable[None]]:
    async def rule(draft: Draft, conversation: Conversation, _found: Found) -> None:
        await draft.insert(of)
        draft.updated(conversation, "visitor")

    return rule


async def test_a_message_that_the_store_refuses_fails_alone(node: Node) -> None:
    talk = await node.open_conversation()
    first, _new = await node.says(talk, "first")
    asked = Asked(talk.id, "somebody")
    outcomes = await asyncio.gather(
        node.says(talk, "before"),
        node.journal.post(TENANT, asked, refused_by_the_store(first)),
        node.says(talk, "after"),
        return_exceptions=True,
    )
    assert isinstance(outcomes[1], IntegrityError)
    assert [one.content for one in await node.written(talk)] == ["first", "before", "after"]
    assert [one.cursor for one in await node.logged()] == list(range(1, len(await node.logged()) + 1))


def not_to_be_stored() -> Callable[[Draft, Conversation, Found], Awaitable[None]]:
    async def rule(draft: Draft, conversation: Conversation, _found: Found) -> None:
        unheard_of: Any = object()
        await draft.save(replace(conversation, tags=[unheard_of]))
        draft.updated(conversation, "visitor")

    return rule


async def test_what_cannot_even_be_spelt_for_the_store_fails_alone(node: Node) -> None:
    talk, other = await node.open_conversation(), await node.open_conversation()
    outcomes = await asyncio.gather(
        node.says(talk, "before"),
        node.journal.post(TENANT, Asked(other.id, "somebody"), not_to_be_stored()),
        node.says(talk, "after"),
        return_exceptions=True,
    )
    assert [isinstance(one, Exception) for one in outcomes] == [False, True, False]
    assert [one.content for one in await node.written(talk)] == ["before", "after"]


async def test_a_rule_that_breaks_fails_alone_and_leaves_nothing(node: Node) -> None:
    talk = await node.open_conversation()

    async def broken(draft: Draft, conversation: Conversation, _found: Found) -> None:
        conversation.last_seq = 100
        await draft.save(conversation)
        raise ZeroDivisionError

    outcomes = await asyncio.gather(
        node.says(talk, "before"),
        node.journal.post(TENANT, Asked(talk.id, "somebody"), broken),
        node.says(talk, "after"),
        return_exceptions=True,
    )
    assert isinstance(outcomes[1], ZeroDivisionError)
    assert [(one.seq, one.content) for one in await node.written(talk)] == [(1, "before"), (2, "after")]


async def test_what_is_not_a_message_sees_the_messages_of_its_transaction(node: Node) -> None:
    talk, seen = await node.open_conversation(), []

    async def looks() -> None:
        async with node.journal.change(TENANT) as change:
            held = await sessions.get(change.connection, TENANT, talk.id, lock=True)
            seen.append(held.last_seq)
            change.updated(held, "system")

    await asyncio.gather(looks(), node.says(talk, "one"), node.says(talk, "two"))
    assert seen == [2]
    assert [one.type for one in await node.logged()][-1] == wire.SESSION_UPDATE


async def test_nobody_is_answered_before_the_commit(node: Node) -> None:
    talk, named = await node.open_conversation(), str(uuid.uuid4())
    other = await node.open_conversation(status="ended")

    def lost(connection: Connection) -> None:
        connection.connection.rollback()
        raise OperationalError("COMMIT", {}, Exception("the connection is lost"))

    sent = [node.says(talk, "one", named), node.says(talk, "one", named), refused(node, other)]
    sa.event.listen(Engine, "commit", lost)
    try:
        outcomes = await asyncio.gather(*sent, return_exceptions=True)
    finally:
        sa.event.remove(Engine, "commit", lost)
    assert [type(one) for one in outcomes] == [OperationalError] * 3, "neither the first nor the copy nor a refusal"
    assert await node.written(talk) == []
    assert (await node.says(talk, "one", named))[1]


async def refused(node: Node, ended: Conversation) -> None:
    await send(node.journal, TENANT, ended.id, DANA, Said(content="late"))


# Two nodes


async def test_two_nodes_that_are_given_one_message_at_once_store_one(place: Place, node: Node) -> None:
    async with open_node(place) as other:
        for _ in range(10):
            talk, named = await node.open_conversation(), str(uuid.uuid4())
            answers = await asyncio.gather(*(one.says(talk, "once", named) for one in (node, other) * 4))
            assert sorted(new for _message, new in answers) == [False] * 7 + [True]
            assert len({message.id for message, _new in answers}) == 1
            assert len(await node.written(talk)) == 1
