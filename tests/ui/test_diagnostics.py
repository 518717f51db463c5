"""The page of diagnostics: what it says of the line, and that it follows what happens while it is read."""

import re

import pytest
from textual.widgets import Static

from tests.ui.desk_world import JONAS, NOW, arrives, desk, furnished, message, press, settled, text_of
from tms_tui.domain.errors import Ending, EndingKind
from tms_tui.domain.events import (
    LinkLost,
    LinkProven,
    LinkRouted,
    LinkWelcomed,
    MessageArrived,
    ReceiptSeen,
    Unread,
)
from tms_tui.domain.ids import AgentId, Cursor
from tms_tui.domain.model import AuthorType
from tms_tui.domain.text import CleanText
from tms_tui.domain.value import replace
from tms_tui.ui.preferences import Preferences


async def test_it_tells_how_the_line_came_and_went() -> None:
    engine = furnished()
    engine.later(90.0)
    engine.take(LinkLost(Ending(EndingKind.CLOSED, 1012, CleanText("restart"))))
    for _ in range(3):
        engine.take(LinkLost(Ending(EndingKind.UNREACHED, words=CleanText("Connection refused"))))
    engine.later(12.0)
    engine.take(LinkWelcomed(AgentId("ana"), NOW, resumed=True, cursor=Cursor("1")))
    async with desk(engine) as (pilot, _):
        await press(pilot, "f12")
        shown = " ".join(re.sub(r"[^ -~]", " ", text_of(pilot)).split())
    assert "Diagnostics" in shown
    assert "Esc closes" in shown
    assert "connected, after 12 s without" in shown
    assert "not connected: the server cannot be reached (Connection refused), 3 attempts until" in shown
    assert "the server closed the line (1012) (restart), after 1 min 30 s connected" in shown
    assert "2 times, 1 of them after a loss; 4 failures" in shown


async def test_figures_change_while_it_is_open_and_nothing_is_drawn_when_they_do_not() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "f12")
        text = pilot.app.screen.query_one("#text", Static)
        assert "not measured yet" in text_of(pilot)
        before = text.visual
        engine.take(ReceiptSeen(JONAS, AuthorType.VISITOR, 1))
        await settled(pilot)
        assert text.visual is before, "what changed stands elsewhere"
        engine.later(5.0)
        for seq, took in ((3, 0.25), (4, 0.125), (5, 0.5)):
            fresh = replace(message(JONAS, seq, "words"), created_at=NOW + 5.0 - took)
            engine.take(MessageArrived(fresh, Cursor(str(seq))))
        engine.take(LinkProven(0.02))
        await settled(pilot)
        shown = text_of(pilot)
    assert "median 250 ms, 95 % 500 ms, 99 % 500 ms, at most 500 ms (3)" in shown
    assert "median 20 ms" in shown
    assert "\u2585\u2583\u2588" in shown


async def test_a_line_that_is_too_long_goes_on_below_its_own_words() -> None:
    engine = furnished()
    for _ in range(2):
        engine.take(
            LinkLost(Ending(EndingKind.UNREACHED, words=CleanText("Name or service not known, says the system")))
        )
    async with desk(engine, (80, 24)) as (pilot, _):
        await press(pilot, "f12")
        rows = str(pilot.app.screen.query_one("#text", Static).visual).splitlines()
    assert max(map(len, rows)) <= 76
    [place] = [index for index, row in enumerate(rows) if "not connected:" in row]
    assert rows[place + 1].startswith(" " * 14)


@pytest.mark.parametrize("size", [(160, 48), (60, 20)])
async def test_bars_and_frame_are_plain_where_plain_characters_are_asked_for(size: tuple[int, int]) -> None:
    engine = furnished()
    arrives(engine, replace(message(JONAS, 3, "words"), created_at=NOW))
    async with desk(engine, size, preferences=Preferences(ascii_only=True)) as (pilot, _):
        await press(pilot, "f12")
        page = str(pilot.app.screen.query_one("#text", Static).visual)
        drawn = text_of(pilot)
    assert page.isascii()
    assert drawn.isascii()
    assert "Delivery" in drawn


async def test_what_came_wrong_is_named_by_kind_and_cleaned() -> None:
    engine = furnished()
    engine.take(LinkRouted(CleanText("proxy.test:3128")))
    engine.take(Unread("bad_json", CleanText("[red]not[/] JSON")))
    engine.take(Unread("bad_json", CleanText("again")))
    engine.take(Unread("unknown_type", CleanText("frames of type x")))
    async with desk(engine) as (pilot, _):
        await press(pilot, "f12")
        shown = text_of(pilot)
    assert "proxy.test:3128" in shown
    assert "3 frames: bad_json 2, unknown_type 1" in shown
    assert "bad_json: [red]not[/] JSON" in shown
