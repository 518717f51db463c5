"""What stands over the desk is closed once, by however many keys that close it, and the desk stays."""

import pytest

from tests.ui.desk_world import burst, desk, press, settled
from tests.ui.test_assigning import staffed
from tests.ui.test_every_screen import SCREENS
from tms_tui.domain.events import AssignAsked
from tms_tui.ui.screens.desk import DeskScreen

OVER_THE_DESK = sorted(SCREENS.keys() - {"DeskScreen", "SignInScreen"})


@pytest.mark.parametrize("keys", ["escape escape escape", "enter enter enter", "enter escape", "1 1 1", "slash slash"])
@pytest.mark.parametrize("screen", OVER_THE_DESK)
async def test_keys_that_close_it_twice_leave_the_desk(screen: str, keys: str) -> None:
    opening, _ = SCREENS[screen]
    async with desk(staffed()) as (pilot, _):
        await press(pilot, *opening)
        await burst(pilot, *keys.split())
        assert isinstance(pilot.app.screen_stack[0], DeskScreen)
        await press(pilot, "escape", "escape")
        await settled(pilot)
        assert isinstance(pilot.app.screen, DeskScreen)


async def test_enter_twice_on_a_name_gives_to_that_colleague_once_at_most() -> None:
    async with desk(staffed()) as (pilot, engine):
        await press(pilot, "a", *"ben")
        await burst(pilot, "enter", "enter", "enter")
        assert len(engine.of(AssignAsked)) <= 1
        assert isinstance(pilot.app.screen_stack[0], DeskScreen)
