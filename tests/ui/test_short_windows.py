"""A desk of few rows: what is read and what is written share a line, and both stay in sight."""

import pytest
from textual.pilot import Pilot

from tests.ui.desk_world import desk, press, settled, text_of
from tests.ui.test_catching_up import BACK, answer, breaks, joined
from tests.ui.test_copying import LONG, lines, with_older
from tms_tui.domain.events import PageRead
from tms_tui.ui.layout import SHORT
from tms_tui.ui.screens.desk import DeskScreen
from tms_tui.ui.widgets.composer import Composer

LINES = [f"line {number}" for number in range(1, 8)]


def row_with(pilot: Pilot[None], words: str) -> int:
    """The only row in which words stand."""
    (row,) = [at for at, row in enumerate(text_of(pilot).splitlines()) if words in row]
    return row


def seams(pilot: Pilot[None]) -> int:
    """How many lines of frames lie between what is read and what is written."""
    upper, lower = text_of(pilot).splitlines()[row_with(pilot, "Reply to") - 1 :][:2]
    return ("╰" in upper) + ("╭" in lower)


async def writes_seven_lines(pilot: Pilot[None]) -> None:
    for line in LINES:
        await press(pilot, "ctrl+j", *line)


async def test_the_upper_line_of_what_is_written_closes_what_is_read_in_few_rows() -> None:
    async with desk(size=(90, 14)) as (pilot, _):
        await press(pilot, "enter")
        rows = text_of(pilot).splitlines()
        assert [(row[0], row[29], row[30], row[-1]) for row in rows[2:10]] == [("│", "│", "│", "│")] * 8
        assert (row_with(pilot, "Reply to"), seams(pilot)) == (10, 1)
        assert rows[11].startswith("╰")
        assert rows[11][30] == rows[11][-1] == "│"


async def test_a_note_keeps_its_own_frame_in_few_rows() -> None:
    async with desk(size=(90, 14)) as (pilot, _):
        await press(pilot, "enter", "escape", "i")
        row = text_of(pilot).splitlines()[10]
        assert row[30] == "╔"
        assert "ote" in row


async def test_frames_follow_the_number_of_rows() -> None:
    async with desk(size=(90, SHORT)) as (pilot, _):
        await press(pilot, "enter")
        assert seams(pilot) == 2
        for rows, lines_between in ((SHORT - 1, 1), (10, 1), (SHORT, 2)):
            await pilot.resize_terminal(90, rows)
            await settled(pilot)
            assert seams(pilot) == lines_between
            assert pilot.app.screen.query_one(Composer).content_size.height == 1


@pytest.mark.parametrize("rows", [8, 10, 12, 14, 17])
async def test_a_long_text_covers_neither_the_news_nor_its_own_last_line(rows: int) -> None:
    async with desk(size=(60, rows)) as (pilot, _):
        await press(pilot, "enter")
        await writes_seven_lines(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, DeskScreen)
        screen.say("Eva took Mia Roth.")
        await settled(pilot)
        assert row_with(pilot, "line 7") < rows - 2
        assert "Jonas Weber" in text_of(pilot).splitlines()[1]
        assert row_with(pilot, "Eva took Mia Roth.") == rows - 2


async def test_the_caret_stays_in_sight_when_the_window_loses_rows() -> None:
    async with desk(size=(90, 24)) as (pilot, _):
        await press(pilot, "enter")
        await writes_seven_lines(pilot)
        for rows in (14, 10, 8, 24):
            await pilot.resize_terminal(90, rows)
            await settled(pilot)
            assert row_with(pilot, "line 7") < rows - 2


@pytest.mark.parametrize("size", [(90, 14), (40, 10)])
async def test_that_something_may_be_missing_is_said_in_few_rows_and_few_columns(size: tuple[int, int]) -> None:
    engine = joined()
    async with desk(engine, size=size) as (pilot, _):
        await press(pilot, "enter")
        breaks(engine)
        engine.take(BACK)
        await settled(pilot)
        assert row_with(pilot, "syncing: something may be missing") == 1
        answer(engine)
        await settled(pilot)
        assert "syncing" not in text_of(pilot)


async def test_the_way_to_the_first_message_is_said_in_few_rows() -> None:
    engine = with_older()
    async with desk(engine, size=(100, 14)) as (pilot, _):
        await press(pilot, "g", "enter")
        engine.take(PageRead(LONG, lines(21, 40), has_more=True, before=41))
        await settled(pilot)
        assert "more above: g" in text_of(pilot).splitlines()[1]
