"""Keeping customers out at the desk: whom, why and for how long are asked, said, shown and taken back."""

from textual.pilot import Pilot

from tests.ui.desk_world import (
    ANA,
    EVA,
    JONAS,
    NOW,
    FakeEngine,
    desk,
    furnished,
    press,
    said,
    session,
    settled,
    text_of,
)
from tms_tui.domain.effects import Block, Unblock
from tms_tui.domain.events import BlockAsked, SessionChanged, UnblockAsked
from tms_tui.domain.model import Blocked, BlockScope
from tms_tui.domain.policy import ADDRESS_BLOCKED_LONGEST, CLOCKS_APART
from tms_tui.domain.text import CleanText
from tms_tui.ui.widgets.customer_panel import CustomerPanel

SPAM = Blocked(BlockScope.CUSTOMER, NOW, CleanText("spam"), NOW + 3600, EVA.id, EVA.name, JONAS)


async def by_name(pilot: Pilot[None], name: str) -> None:
    await press(pilot, "ctrl+p", *name, "enter")


def blocked() -> FakeEngine:
    engine = furnished()
    engine.take(SessionChanged(session(JONAS, "Jonas Weber", version=2, assigned_agent=ANA.id, blocked=SPAM)))
    engine.taken.clear()
    return engine


async def test_a_customer_is_blocked_by_name_with_a_reason_and_an_end_and_it_is_undone() -> None:
    async with desk(size=(80, 24)) as (pilot, engine):
        await by_name(pilot, "block")
        assert "Block Jonas Weber: who is kept out?" in text_of(pilot)
        assert "whoever else gives jonas@customer.test" in " ".join(text_of(pilot).split())
        await press(pilot, "2")
        assert "Colleagues see it, the customer never does." in " ".join(text_of(pilot).split())
        await press(pilot, *"spam", "enter")
        assert "Block Jonas Weber, the customer: for how long?" in text_of(pilot)
        await press(pilot, "2")
        assert engine.of(BlockAsked) == [BlockAsked(JONAS, BlockScope.CUSTOMER, "spam", NOW + 24 * 3600)]
        assert said(pilot).startswith("Blocking Jonas Weber: the customer, until ")
        await press(pilot, "u")
        assert engine.effects[-1:] == [Unblock(JONAS, BlockScope.CUSTOMER)]


async def test_without_a_reason_and_for_good() -> None:
    async with desk() as (pilot, engine):
        await by_name(pilot, "block")
        await press(pilot, "1", "enter", "4")
        assert engine.of(BlockAsked) == [BlockAsked(JONAS, BlockScope.CONVERSATION)]
        assert isinstance(engine.effects[-1], Block)


async def test_an_address_is_never_blocked_for_good_and_within_what_servers_take() -> None:
    async with desk() as (pilot, engine):
        await by_name(pilot, "block")
        assert "perhaps an office; 7 days at most" in " ".join(text_of(pilot).split())
        await press(pilot, "3", "enter")
        assert "For good" not in text_of(pilot)
        await press(pilot, "3")
        until = NOW + ADDRESS_BLOCKED_LONGEST - CLOCKS_APART
        assert engine.effects[-1:] == [Block(JONAS, BlockScope.ADDRESS, "", until)]


async def test_escape_at_any_question_blocks_nobody() -> None:
    async with desk() as (pilot, engine):
        for keys in ((), ("2",), ("2", "enter")):
            await by_name(pilot, "block")
            await press(pilot, *keys, "escape")
        assert len(pilot.app.screen_stack) == 1
        assert engine.of(BlockAsked) == []


async def test_a_block_stands_in_the_list_and_in_the_panel_and_is_lifted_by_name() -> None:
    async with desk(blocked()) as (pilot, engine):
        assert "blocked" in text_of(pilot)
        await press(pilot, "down", "down", "enter", "escape")
        assert pilot.app.screen.query_one(CustomerPanel).display
        assert "Blocked" in text_of(pilot)
        await by_name(pilot, "unblock")
        assert "Jonas Weber is blocked: the customer, until " in text_of(pilot)
        assert "by Eva: spam" in " ".join(text_of(pilot).split())
        await press(pilot, "2")
        assert engine.of(UnblockAsked) == []
        await by_name(pilot, "unblock")
        await press(pilot, "1")
        assert engine.effects[-1:] == [Unblock(JONAS)]
        assert said(pilot).startswith("Letting Jonas Weber write again.")
        await press(pilot, "u")
        assert engine.effects[-1:] == [Block(JONAS, BlockScope.CUSTOMER, "spam", NOW + 3600)]


async def test_one_who_is_not_blocked_is_said_to_be_not() -> None:
    async with desk() as (pilot, engine):
        await by_name(pilot, "unblock")
        assert said(pilot) == "Jonas Weber is not blocked."
        assert engine.of(UnblockAsked) == []


async def test_a_colleagues_block_is_said() -> None:
    async with desk() as (pilot, engine):
        engine.take(SessionChanged(session(JONAS, "Jonas Weber", version=2, blocked=SPAM)))
        await settled(pilot)
        assert said(pilot) == "Eva blocked Jonas Weber"
