"""What calls the agent who looks elsewhere, and in what order. Never the customer's words."""

import pytest

from tests.ui.desk_world import (
    ANA,
    EVA,
    JONAS,
    LI,
    MIA,
    arrives,
    by_agent,
    desk,
    message,
    press,
    said,
    settled,
    text_of,
)
from tms_tui.domain.events import PageRead, SessionOpened
from tms_tui.ui.preferences import DESKTOP, Preferences

CALLS = {
    "osc9": "\x1b]9;A customer wrote\x07",
    "osc777": "\x1b]777;notify;tms-chat;A customer wrote\x07",
    "osc99": "\x1b]99;;A customer wrote\x1b\\",
    "off": "",
}


async def written(preferences: Preferences) -> str:
    """What goes to the terminal past the screen while customers and colleagues write."""
    async with desk(preferences=preferences) as (pilot, engine):
        await press(pilot, "enter")
        past: list[str] = []
        driver = pilot.app._driver
        assert driver is not None
        driver.write = past.append  # type: ignore[method-assign, assignment]
        arrives(engine, message(JONAS, 9, "on the screen"))
        arrives(engine, message(LI, 9, "a colleague holds it"))
        arrives(engine, message(MIA, 9, "by a colleague", by_agent(EVA)))
        await settled(pilot)
        assert "wrote" not in "".join(past)
        arrives(engine, message(MIA, 10, "SECRET\x1b]0;pwned\x07"))
        await settled(pilot)
        return "".join(past)


@pytest.mark.parametrize("desktop", [*DESKTOP, "off"])
async def test_a_notification_goes_the_way_that_was_chosen(desktop: str) -> None:
    told = await written(Preferences(desktop=desktop))
    assert told.count("A customer wrote") == (desktop != "off")
    assert CALLS[desktop] in told
    assert "SECRET" not in told
    assert "Mia" not in told


async def test_quiet_hours_are_quiet_and_the_title_still_counts() -> None:
    told = await written(Preferences(desktop="osc9", bell=True, is_quiet=lambda: True))
    assert "wrote" not in told
    assert "tms-chat" in told


async def test_the_title_counts_only_when_wanted() -> None:
    assert "\x1b]2;(" in await written(Preferences())
    assert "\x1b]2;" not in await written(Preferences(counts_in_title=False))


async def test_an_old_page_calls_nobody() -> None:
    async with desk(preferences=Preferences(bell=True)) as (pilot, engine):
        rung: list[None] = []
        pilot.app.bell = lambda: rung.append(None)  # type: ignore[method-assign]
        engine.take(SessionOpened(JONAS))
        engine.take(PageRead(MIA, (message(MIA, 3, "older"), message(MIA, 4, "words")), has_more=False))
        await settled(pilot)
        assert rung == []


async def test_who_is_due_is_said_in_words_the_longest_wait_on_top() -> None:
    async with desk(preferences=Preferences(due_after=330)) as (pilot, engine):
        rows = [row for row in text_of(pilot).splitlines() if "waits" in row]
        assert ["due" in row for row in rows] == [True, False, False]
        assert "Jonas Weber" in rows[0]
        engine.take(SessionOpened(MIA))
        arrives(engine, message(JONAS, 9, "answered", by_agent(ANA)))
        await settled(pilot)
        assert "due" not in text_of(pilot)
        assert said(pilot) == ""
