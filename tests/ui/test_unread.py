"""Marking unread at the desk: the list says so, nothing reads it again but opening it."""

import pytest

from tests.ui.desk_world import (
    EVA,
    JONAS,
    MIA,
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
from tms_tui.domain.events import PageRead, SessionChanged, Shown, UnreadAsked
from tms_tui.domain.ids import SessionId
from tms_tui.ui.keys import Pane
from tms_tui.ui.preferences import Preferences
from tms_tui.ui.widgets.body import Body

ZOE = SessionId("zoe")


def pane(pilot: object) -> Pane:
    """Where the focus is."""
    return pilot.app.screen_stack[0].query_one(Body).pane  # type: ignore[attr-defined,no-any-return]


async def test_the_one_chosen_in_the_list_is_marked() -> None:
    async with desk(size=(80, 24)) as (pilot, engine):
        await press(pilot, "2", "m")
        assert engine.of(UnreadAsked) == [UnreadAsked(MIA)]
        assert said(pilot) == "Mia Roth: 1 unread."
        assert "1 new" in text_of(pilot)


async def test_the_one_shown_is_left_for_the_list_and_stays_unread_until_it_is_opened() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "enter", "escape", "m")
        assert pane(pilot) is Pane.LIST
        assert said(pilot) == "Jonas Weber: 1 unread."
        arrives(engine, message(JONAS, 3, "still there?"))
        await settled(pilot)
        assert engine.of(Shown) == [Shown(JONAS, 2)]
        assert engine.state.sessions[JONAS].unread == 2
        await press(pilot, "enter")
        assert engine.of(Shown)[-1] == Shown(JONAS, 3)
        assert engine.state.sessions[JONAS].unread == 0


async def test_from_the_message_chosen_on() -> None:
    engine = furnished()
    for seq in range(3, 9):
        arrives(engine, message(JONAS, seq, f"line {seq}"))
    async with desk(engine) as (pilot, _):
        await press(pilot, "enter", "escape", "k", "k", "k", "m")
        assert engine.of(UnreadAsked) == [UnreadAsked(JONAS, 5)]
        assert said(pilot) == "Jonas Weber: 4 unread."


async def test_a_conversation_in_which_the_customer_wrote_nothing() -> None:
    engine = furnished()
    engine.take(SessionChanged(session(ZOE, "Zoe")))
    engine.take(PageRead(ZOE, (message(ZOE, 1, "hello?", by_agent(EVA)),), has_more=False))
    async with desk(engine) as (pilot, _):
        await press(pilot, "2", "G", "m")
        assert said(pilot) == "Zoe: the customer wrote nothing here."


@pytest.mark.parametrize("single_keys", [True, False])
async def test_by_the_palette_from_the_composer_it_stays_unread(*, single_keys: bool) -> None:
    async with desk(preferences=Preferences(single_keys=single_keys)) as (pilot, engine):
        await press(pilot, "enter", "ctrl+p", *"unread", "enter")
        assert pane(pilot) is Pane.LIST
        assert engine.of(Shown) == [Shown(JONAS, 2)]
        assert engine.state.sessions[JONAS].unread == 1
