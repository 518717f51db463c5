"""Who is here and what they are at; who the customer is, and what they wrote before."""

import pytest
from textual.pilot import Pilot

from tests.ui.desk_world import (
    EVA,
    JONAS,
    LI,
    MIA,
    NOW,
    FakeEngine,
    arrives,
    by_agent,
    desk,
    furnished,
    message,
    press,
    said,
    session,
    settled,
    text_of,
)
from tms_tui.domain.effects import ReadSessions, SessionQuery
from tms_tui.domain.events import (
    ListingAsked,
    PresenceSeen,
    SessionChanged,
    SessionOpened,
    SessionsRead,
    TypingSeen,
)
from tms_tui.domain.ids import AgentId, Cursor, SessionId
from tms_tui.domain.model import Agent, Availability, Customer, SessionStatus
from tms_tui.domain.text import CleanText
from tms_tui.domain.value import replace

TWIN = Agent(AgentId("eva2"), EVA.name, CleanText("eva.m@shop.test"), availability=Availability.BUSY)
KNOWN = Customer("c-1", CleanText("Jonas Weber"), CleanText("jonas@customer.test"), locale=CleanText("de"))
BEFORE = SessionId("before")
WANTED = SessionQuery(customer="c-1")


async def test_who_is_here_says_what_each_looks_at_and_replies_in() -> None:
    async with desk(size=(80, 24)) as (pilot, engine):
        engine.take(PresenceSeen(replace(EVA, viewing=JONAS)))
        engine.take(TypingSeen(MIA, by_agent(EVA), active=True))
        await press(pilot, "w")
        assert "Who is here" in text_of(pilot)
        assert "Ana, you  online" in text_of(pilot)
        assert "Eva  online, replies to Mia Roth, looks at Jonas Weber" in text_of(pilot)
        await press(pilot, "escape")
        assert "Who is here" not in text_of(pilot)


def known() -> FakeEngine:
    """Jonas is a customer whom the server knows again."""
    engine = furnished()
    engine.take(SessionChanged(replace(session(JONAS, "Jonas Weber", waits=360, version=2), customer=KNOWN)))
    engine.taken.clear()
    return engine


def earlier_read(engine: FakeEngine) -> None:
    """The server lists the conversation at hand and one of the month before."""
    one = replace(
        session(BEFORE, "Jonas Weber", status=SessionStatus.ENDED, assigned_agent=EVA.id, assigned_agent_name=EVA.name),
        customer=KNOWN,
        last_activity_at=NOW - 30 * 86400,
    )
    engine.take(SessionsRead(WANTED, (engine.state.sessions[JONAS], one), None, Cursor("9")))


async def test_the_panel_names_the_customers_earlier_conversations_and_one_is_opened() -> None:
    async with desk(known(), size=(160, 48)) as (pilot, engine):
        await press(pilot, "enter")
        assert engine.of(ListingAsked) == [ListingAsked(WANTED)]
        assert ReadSessions(WANTED) in engine.effects
        assert "not read yet" in text_of(pilot)
        earlier_read(engine)
        await settled(pilot)
        assert "1, Enter chooses one" in text_of(pilot)
        assert "2026-10-23, resolved, " in text_of(pilot)
        await press(pilot, "tab", "enter")
        assert "Earlier with Jonas Weber" in text_of(pilot)
        await press(pilot, "enter")
        assert engine.of(SessionOpened)[-1] == SessionOpened(BEFORE)
        assert len(engine.of(ListingAsked)) == 1, "each customer's are read once"


async def test_a_panel_that_is_not_shown_asks_for_nothing_until_it_is() -> None:
    async with desk(known(), size=(80, 24)) as (pilot, engine):
        await press(pilot, "enter", "escape")
        assert engine.of(ListingAsked) == []
        await press(pilot, "p")
        assert engine.of(ListingAsked) == [ListingAsked(WANTED)]
        assert "de" in text_of(pilot)
        assert "jonas@customer.test" in text_of(pilot)


async def test_a_customer_whom_the_server_does_not_know_again_has_none() -> None:
    async with desk(size=(160, 48)) as (pilot, engine):
        await press(pilot, "enter", "tab", "enter")
        assert engine.of(ListingAsked) == []
        assert said(pilot) == "Earlier conversations with Jonas Weber are not known."


def row_with(pilot: Pilot[None], words: str) -> str:
    """The row of the screen on which these stand."""
    return next(row for row in text_of(pilot).splitlines() if words in row)


@pytest.mark.parametrize(
    ("size", "hers", "theirs"), [((160, 48), "agent Eva (eva) ", "agent Eva (eva.m)"), ((80, 24), " eva ", " eva.m ")]
)
async def test_two_agents_of_one_name_are_told_apart_in_the_transcript(
    size: tuple[int, int], hers: str, theirs: str
) -> None:
    async with desk(size=size) as (pilot, engine):
        arrives(engine, message(LI, 3, "I look into it", by_agent(EVA)))
        arrives(engine, message(LI, 4, "so do I", by_agent(TWIN)))
        await press(pilot, "G", "enter")
        assert "eva" not in row_with(pilot, "I look into it")
        engine.take(PresenceSeen(TWIN))
        await settled(pilot)
        assert hers in row_with(pilot, "I look into it")
        assert theirs in row_with(pilot, "so do I")
