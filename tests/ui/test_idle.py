"""While nothing happens nothing is drawn; and where motion is not wanted nothing moves by itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.timer import Timer

from tests.ui.desk_world import JONAS, FakeEngine, desk, furnished, message, press, settled, text_of
from tms_tui import settings
from tms_tui.domain.events import TypingSeen
from tms_tui.domain.value import replace
from tms_tui.start import preferences_of


def timers(pilot: Pilot[None]) -> Iterator[Timer]:
    """Every timer that runs anywhere on the desk."""
    for node in (pilot.app, pilot.app.screen, *pilot.app.screen.walk_children()):
        yield from (timer for timer in node._timers if _runs(timer))


def _runs(timer: Timer) -> bool:
    return bool(timer._active.is_set())  # Textual keeps paused ones


def nobody_waits() -> FakeEngine:
    engine = furnished()
    for name, one in engine.state.sessions.items():
        engine.state.sessions[name] = replace(one, waiting_since=None)
    return engine


async def test_without_a_customer_who_waits_no_timer_runs() -> None:
    async with desk(nobody_waits()) as (pilot, _):
        await press(pilot, "enter", "a", "escape", "k")
        assert list(timers(pilot)) == []


async def test_while_somebody_waits_one_timer_wakes_at_the_full_minute() -> None:
    async with desk() as (pilot, engine):
        (only,) = timers(pilot)
        assert only._interval == 60 - engine.time.wall % 60


async def test_the_minute_draws_only_what_it_changes() -> None:
    async with desk() as (pilot, engine):
        painted: list[str] = []
        pilot.app.post_display_hook = lambda: painted.append(text_of(pilot))  # type: ignore[method-assign]
        engine.later(1)
        pilot.app.screen._minute_over()  # type: ignore[attr-defined]
        await settled(pilot)
        assert painted == []
        engine.later(60)
        pilot.app.screen._minute_over()  # type: ignore[attr-defined]
        await settled(pilot)
        assert "waits 7m" in painted[-1]


@pytest.mark.parametrize("source", ["flag", "environment", "file"])
async def test_reduced_motion_stills_the_dots(source: str, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("reduced_motion = true\n" if source == "file" else "")
    flags = {"reduced_motion": True} if source == "flag" else {}
    environment = {"TMS_CHAT_REDUCED_MOTION": "1"} if source == "environment" else {}
    preferences = preferences_of(settings.load(flags, environment, file))
    async with desk(nobody_waits(), preferences=preferences) as (pilot, engine):
        await press(pilot, "enter")
        engine.take(TypingSeen(JONAS, message(JONAS, 9, "x").author, active=True))
        await settled(pilot)
        assert "Jonas is typing ..." in text_of(pilot)
        assert list(timers(pilot)) == []
        assert pilot.app.animation_level == "none"


async def test_with_motion_the_dots_are_what_moves() -> None:
    async with desk(nobody_waits()) as (pilot, engine):
        await press(pilot, "enter")
        engine.take(TypingSeen(JONAS, message(JONAS, 9, "x").author, active=True))
        await settled(pilot)
        assert len(list(timers(pilot))) == 1
        assert "Jonas is typing" in text_of(pilot)
