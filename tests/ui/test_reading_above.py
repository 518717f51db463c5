"""Who reads above the end stays where they are, in every layout; and what is being fetched for them is said."""

import pytest

from tests.ui.desk_world import (
    ANA,
    MIA,
    SIZES,
    FakeEngine,
    arrives,
    by_agent,
    desk,
    furnished,
    message,
    press,
    session,
    settled,
    text_of,
)
from tms_tui.domain.effects import ReadPage
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.events import AskFailed, PageRead, SessionChanged, SessionOpened
from tms_tui.domain.ids import SessionId
from tms_tui.ui.widgets.body import Body

IDA = SessionId("ida")


def long_talk() -> FakeEngine:
    """Ida waits longest, and has written a lot."""
    engine = furnished()
    engine.take(SessionChanged(session(IDA, "Ida", waits=900, assigned_agent=ANA.id)))
    engine.take(SessionOpened(IDA))
    engine.take(PageRead(IDA, tuple(message(IDA, seq, f"line {seq}") for seq in range(41, 91)), has_more=True))
    engine.take(SessionOpened(None))
    engine.effects.clear()
    return engine


def column(shown: str) -> list[str]:
    """The lines of the conversation on the screen, top to bottom."""
    return [f"line {row.split('line ')[1].split()[0]}" for row in shown.splitlines() if " line " in row]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_nothing_moves_when_messages_arrive(size: tuple[int, int]) -> None:
    async with desk(long_talk(), size=size) as (pilot, engine):
        await press(pilot, "enter", "escape", "pageup")
        transcript = pilot.app.screen.query_one(Body).transcript
        before, chosen, cursor = column(text_of(pilot)), transcript.selected_entry, pilot.app.cursor_position
        assert len(before) > 5
        for seq in range(91, 95):
            arrives(engine, message(IDA, seq, f"line {seq}"))
        arrives(engine, message(MIA, 9, "elsewhere"))
        arrives(engine, message(IDA, 95, "line 95", by_agent(ANA), private=True))
        await settled(pilot)
        assert column(text_of(pilot)) == before
        assert (transcript.selected_entry, pilot.app.cursor_position) == (chosen, cursor)
        assert "5 new below" in text_of(pilot)


async def test_the_chosen_message_stays_in_view_through_all_sizes() -> None:
    async with desk(long_talk(), size=(160, 48)) as (pilot, engine):
        await press(pilot, "enter", "escape", "pageup")
        transcript = pilot.app.screen.query_one(Body).transcript
        chosen = transcript.selected_entry
        for number, (width, height) in enumerate([*SIZES, *SIZES[::-1]]):
            await pilot.resize_terminal(width, height)
            arrives(engine, message(IDA, 91 + number, f"line {91 + number}"))
            await settled(pilot)
            assert transcript.selected_entry is chosen
            assert f"line {chosen.seq}" in column(text_of(pilot))  # type: ignore[union-attr]
            row = text_of(pilot).splitlines()[pilot.app.cursor_position.y]
            assert f"line {chosen.seq} " in row  # type: ignore[union-attr]


async def test_the_selection_of_the_list_stays_on_its_row_s_conversation_when_the_order_changes() -> None:
    async with desk(long_talk(), size=(80, 24)) as (pilot, engine):
        await press(pilot, "j", "j")
        sessions = pilot.app.screen.query_one(Body).sessions
        chosen = sessions.selected
        arrives(engine, message(IDA, 91, "answered", by_agent(ANA)))
        await settled(pilot)
        assert sessions.selected == chosen
        assert text_of(pilot).splitlines()[pilot.app.cursor_position.y][pilot.app.cursor_position.x] == ">"


@pytest.mark.parametrize("works", [True, False], ids=["read", "failed"])
async def test_a_page_of_history_on_its_way_is_said(works: bool) -> None:
    async with desk(long_talk(), size=(80, 24)) as (pilot, engine):
        await press(pilot, "enter", "escape", *["pageup"] * 5)
        (asked,) = [effect for effect in engine.effects if isinstance(effect, ReadPage)]
        assert asked.before == 41
        assert "reading older messages ..." in text_of(pilot)
        before = column(text_of(pilot))
        older = tuple(message(IDA, seq, f"line {seq}") for seq in range(1, 41))
        answer = PageRead(IDA, older, has_more=False, before=41)
        engine.take(answer if works else AskFailed(asked, Failure(FailureKind.NO_ANSWER)))
        await settled(pilot)
        assert "reading older" not in text_of(pilot)
        assert column(text_of(pilot))[-3:] == before[-3:]
