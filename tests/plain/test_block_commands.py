"""At the line face: keeping customers out, letting them in again, and conversations that were erased."""

import pytest

from tests.core.desk import EVA, TALK, message
from tests.engine.fakes import running, stand
from tests.plain.test_linear import OTHER, Server, talk
from tms_tui.domain.effects import Block, Transmit, Unblock
from tms_tui.domain.events import MessageArrived, SessionsErased
from tms_tui.domain.model import BlockScope
from tms_tui.plain import commands as ask
from tms_tui.plain.grammar import parse


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("/block conversation", ask.Block(BlockScope.CONVERSATION)),
        ("/block customer 7d spam and more", ask.Block(BlockScope.CUSTOMER, "7d", "spam and more")),
        ("/block customer 24 hours spam", ask.Block(BlockScope.CUSTOMER, "24 hours", "spam")),
        ("/block customer for 24 hours spam", ask.Block(BlockScope.CUSTOMER, "for 24 hours", "spam")),
        ("/block customer 7 days", ask.Block(BlockScope.CUSTOMER, "7 days")),
        ("/block customer spam 7d", ask.Block(BlockScope.CUSTOMER, "", "spam 7d")),
        ("/block address tomorrow threats", ask.Block(BlockScope.ADDRESS, "tomorrow", "threats")),
        ("/block anyway address 24h", ask.Block(BlockScope.ADDRESS, "24h", "", sure=True)),
        ("/ban customer", ask.Block(BlockScope.CUSTOMER)),
        ("/unblock", ask.Unblock()),
    ],
)
def test_whom_how_long_and_why_are_read_in_this_order(typed: str, command: ask.Command) -> None:
    assert parse(typed, talking=True) == command


@pytest.mark.parametrize("typed", ["/block", "/block everybody", "/block anyway", "/block 7d customer"])
def test_a_block_of_nobody_says_what_is_needed(typed: str) -> None:
    said = parse(typed, talking=True)
    assert isinstance(said, ask.Unclear)
    assert said.words.startswith("block needs whom: /block conversation, /block customer or /block address")


@pytest.mark.parametrize("after", ["3months spam", "3 months spam", "for 3 weeks", "24hrs", "0h", "2nd warning"])
async def test_a_number_that_is_no_time_blocks_nobody_for_good(after: str) -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        [said] = await face.types(f"/block customer {after}")
        assert said.startswith("Not blocked: a time is like 30m, 24 hours, 7d, 7 days or tomorrow")
        assert at.rest.asked_for(Block) == []


async def test_a_customer_is_blocked_with_a_reason_and_an_end_and_let_in_again() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        said = await face.types("/block customer 24h spam")
        [asked] = at.rest.asked_for(Block)
        wall = at.engine.moment().wall
        assert asked == Block(TALK, BlockScope.CUSTOMER, "spam", wall + 24 * 3600)
        assert said[0].startswith("asked for: blocked, the customer, until ")
        assert any("Blocked: Jonas Weber" in line for line in said)
        opened = await face.types("/open 1")
        [words] = [line for line in opened if line.startswith("blocked: ")]
        assert words.startswith("blocked: the customer, until ")
        assert words.endswith(", by you: spam")
        said = await face.types("/unblock")
        assert at.rest.asked_for(Unblock) == [Unblock(TALK)]
        assert any("Not blocked any more: Jonas Weber" in line for line in said)
        assert await face.types("/unblock") == ["Jonas Weber is not blocked."]


async def test_a_block_is_undone_by_undo() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        await face.types("/block conversation")
        await face.types("/undo")
        assert at.rest.asked_for(Unblock) == [Unblock(TALK, BlockScope.CONVERSATION)]


async def test_an_address_is_blocked_only_by_one_who_heard_whom_it_hits() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        [said] = await face.types("/block address 24h threats")
        assert said.startswith("Not blocked yet: all who come from there, perhaps an office")
        assert at.rest.asked_for(Block) == []
        await face.types("/block anyway address 24h threats")
        [asked] = at.rest.asked_for(Block)
        assert isinstance(asked, Block)
        assert (asked.scope, asked.reason) == (BlockScope.ADDRESS, "threats")


async def test_an_erased_conversation_is_closed_said_and_not_said_again() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        await face.brings(MessageArrived(message(4, text="a secret")))
        said = await face.brings(SessionsErased((TALK,)))
        assert "closed: this conversation was removed from the server" in said
        assert any("A conversation was removed from the server" in line for line in said)
        assert "a secret" not in " ".join([*await face.types("/again"), *await face.types("list")])
        assert await face.types("/take") == ["No conversation is open. Type list, then open and a number."]


async def test_another_one_erased_leaves_the_open_one_open() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        said = await face.brings(SessionsErased((OTHER,)))
        assert not any(line.startswith("closed: ") for line in said)
        await face.types("still here")
        assert len(at.rest.asked_for(Transmit)) == 1


async def test_what_was_being_typed_in_an_erased_conversation_runs_no_command() -> None:
    at = stand(Server().reply)
    async with running(at.engine):
        face = await talk(at)
        await face.types("1")
        face.typing = True
        assert await face.brings(MessageArrived(message(4, EVA)), SessionsErased((TALK,))) == []
        face.typing = False
        said = await face.types("list")
        assert said[-1] == "Not sent: what you typed was for a conversation that was removed from the server."
        assert not any(line.startswith("All: ") for line in said)
        assert (await face.types("list"))[0] == "All: 1 conversation"
