"""What was meant as text for something that is not there is no command: dropped for a second, counted, gone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.events import Paste
from textual.pilot import Pilot

from tests.ui.desk_world import JONAS, LI, MIA, FakeEngine, burst, desk, furnished, press, said, session, settled
from tms_tui.domain.events import AssignAsked, Event, LabelAsked, SendAsked, SessionChanged, SessionOpened, StatusAsked
from tms_tui.domain.ids import Cursor
from tms_tui.domain.policy import KEYS_DROPPED_FOR, KEYS_DROPPED_ON
from tms_tui.ui.keys import Pane
from tms_tui.ui.widgets.body import Body
from tms_tui.ui.widgets.composer import Composer

DECISIONS: tuple[type[Event], ...] = (StatusAsked, AssignAsked, LabelAsked, SendAsked)


def decided(engine: FakeEngine) -> list[Event]:
    """What reached the server of what was typed."""
    return [event for kind in DECISIONS for event in engine.of(kind)]


@asynccontextmanager
async def quiet_desk() -> AsyncIterator[tuple[Pilot[None], FakeEngine]]:
    """One conversation in the list, and nobody waits."""
    engine = furnished()
    for name in (JONAS, MIA):
        del engine.state.sessions[name]
    engine.state.sync.cursor = Cursor("1")
    async with desk(engine) as (pilot, given):
        yield pilot, given


async def test_nobody_waits_and_what_is_typed_at_once_runs_no_command() -> None:
    async with quiet_desk() as (pilot, engine):
        await burst(pilot, "n", *"here", "enter")
        assert said(pilot) == "5 keys dropped: nobody waits for you."
        assert decided(engine) == []
        assert engine.of(SessionOpened) == []
        engine.later(KEYS_DROPPED_FOR)
        assert decided(engine) == []
        await press(pilot, "e")
        assert engine.of(StatusAsked)


async def test_the_second_ends_and_typing_on_does_not_outlive_it() -> None:
    async with quiet_desk() as (pilot, engine):
        await press(pilot, "n")
        for _ in range(9):  # typed on without a pause, for longer than a second
            engine.later(KEYS_DROPPED_ON - 0.01)
            await press(pilot, "e")
        assert said(pilot) == "9 keys dropped: nobody waits for you."
        assert decided(engine) == []
        engine.later(KEYS_DROPPED_ON)
        await press(pilot, "e")
        assert len(engine.of(StatusAsked)) == 1


async def test_one_key_is_one_key_and_a_paste_is_a_paste() -> None:
    async with quiet_desk() as (pilot, engine):
        await press(pilot, "n", "e")
        assert said(pilot) == "1 key dropped: nobody waits for you."
        pilot.app.post_message(Paste("hello"))
        await settled(pilot)
        assert said(pilot) == "1 key and 1 paste dropped: nobody waits for you."
        assert decided(engine) == []


async def test_keys_that_are_no_text_go_on_acting() -> None:
    async with quiet_desk() as (pilot, _):
        await press(pilot, "n", "tab")
        assert pilot.app.screen.query_one(Body).pane is not Pane.LIST
        await press(pilot, "f1")
        assert len(pilot.app.screen_stack) == 2


async def test_what_is_typed_into_a_dialog_meanwhile_is_its_own() -> None:
    async with quiet_desk() as (pilot, _):
        await press(pilot, "n", "ctrl+p", *"quit")
        assert "keys dropped" not in said(pilot)


@pytest.mark.parametrize("key", ["r", "i", "t", "a", "l", "plus", "z", "f4", "enter", "n", "ctrl+down", "o"])
async def test_a_command_without_a_conversation_lets_nothing_behind_it_act(key: str) -> None:
    engine = furnished()
    engine.state.sessions.clear()
    async with desk(engine) as (pilot, _):
        if key == "o":
            await press(pilot, "tab")
        await burst(pilot, key, *"1e3q", "enter")
        assert said(pilot).startswith("5 keys dropped: ")
        assert decided(engine) == []


async def test_with_nobody_to_assign_it_to_a_name_is_no_command() -> None:
    engine = furnished()
    engine.state.agents.clear()
    for name in (JONAS, LI):
        del engine.state.sessions[name]
    async with desk(engine) as (pilot, _):
        await burst(pilot, "a", *"eva", "enter")
        assert said(pilot) == "4 keys dropped: there is nobody else to assign it to."
        assert decided(engine) == []


async def test_in_the_composer_a_text_for_somebody_else_stays_out_of_this_one() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "enter", *"dear Jonas")
        engine.take(SessionChanged(session(MIA, "Mia Roth", version=2)))
        engine.state.sync.cursor = Cursor("1")
        await burst(pilot, "f8", *"dear Mia", "enter")
        assert said(pilot).startswith("9 keys dropped: nobody waits")
        assert pilot.app.screen.query_one(Composer).text == "dear Jonas"
        assert decided(engine) == []
