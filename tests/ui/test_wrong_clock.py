"""A computer whose clock is wrong: the desk goes by the server's."""

from typing import Final

import pytest

from tests.ui.desk_world import JONAS, NOW, desk, furnished, press, text_of
from tms_tui.domain.events import SendAsked, StatusAsked
from tms_tui.domain.model import SessionStatus
from tms_tui.ui.preferences import Preferences

each_wrong_clock: Final = pytest.mark.parametrize("wrong", [11 * 60.0, -2 * 3600.0, 0.0])


@each_wrong_clock
async def test_who_waits_and_who_is_due_is_counted_by_the_servers_clock(wrong: float) -> None:
    engine = furnished()
    engine.ahead = wrong
    async with desk(engine, preferences=Preferences(due_after=330)) as (pilot, _):
        rows = text_of(pilot).splitlines()
        jonas, mia = (next(row for row in rows if name in row) for name in ("Jonas Weber", "Mia Roth"))
        assert "due, waits 6m" in jonas
        assert "waits 1m" in mia
        assert "due" not in mia


@each_wrong_clock
async def test_an_hour_from_now_is_the_servers_hour(wrong: float) -> None:
    engine = furnished()
    engine.ahead = wrong
    async with desk(engine) as (pilot, _):
        await press(pilot, "z", "down", "enter")
        assert engine.of(StatusAsked) == [StatusAsked(JONAS, SessionStatus.PENDING, NOW + 3600)]


@each_wrong_clock
async def test_ones_own_message_bears_the_servers_time(wrong: float) -> None:
    engine = furnished()
    engine.ahead = wrong
    async with desk(engine) as (pilot, _):
        await press(pilot, "enter", "h", "i", "enter")
        sent = [one.draft.asked_at for one in engine.taken if isinstance(one, SendAsked)]
        assert sent == [NOW]
