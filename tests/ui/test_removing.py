"""Conversations erased on the server, at a live desk: nothing of them stands on it, and a plain word says so."""

from tests.ui.desk_world import (
    JONAS,
    MIA,
    FakeEngine,
    burst,
    desk,
    press,
    said,
    settled,
    text_of,
)
from tms_tui.domain.events import AssignAsked, Event, LabelAsked, SendAsked, SessionsErased, StatusAsked
from tms_tui.ui.keys import Pane
from tms_tui.ui.widgets.body import Body
from tms_tui.ui.widgets.composer import Composer

DECISIONS: tuple[type[Event], ...] = (StatusAsked, AssignAsked, LabelAsked, SendAsked)


def decided(engine: FakeEngine) -> list[Event]:
    return [event for kind in DECISIONS for event in engine.of(kind)]


async def test_the_conversation_shown_leaves_the_desk_with_its_draft() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "enter", *"a private word")
        assert "my card was refused" in text_of(pilot)
        engine.take(SessionsErased((JONAS,)))
        await settled(pilot)
        shown = text_of(pilot)
        for words in ("my card was refused", "a private word", "Jonas Weber", "jonas@customer.test"):
            assert words not in shown
        assert "removed from the server" in said(pilot)
        assert pilot.app.screen.query_one(Composer).text == ""
        assert pilot.app.screen.query_one(Composer).session_id is None
        assert "a private word" not in repr(engine.state)


async def test_what_is_typed_on_runs_no_command() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "enter", *"dear")
        engine.take(SessionsErased((JONAS,)))
        await burst(pilot, *"te1", "enter")
        assert decided(engine) == []
        assert said(pilot).startswith("4 keys dropped: ")
        assert pilot.app.screen.query_one(Body).pane is Pane.LIST


async def test_another_one_erased_leaves_the_writer_alone() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "enter", *"dear")
        engine.take(SessionsErased((MIA,)))
        await press(pilot, *" you")
        assert pilot.app.screen.query_one(Composer).text == "dear you"
        assert "Mia Roth" not in text_of(pilot)


async def test_a_question_about_it_goes_with_it() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "z")
        assert "Set Jonas Weber aside" in text_of(pilot)
        engine.take(SessionsErased((JONAS,)))
        await settled(pilot)
        assert len(pilot.app.screen_stack) == 1
        assert "Jonas Weber" not in text_of(pilot)
        await burst(pilot, "1")
        assert decided(engine) == []
        assert said(pilot).startswith("1 key dropped: ")


async def test_a_question_about_another_one_stays() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "z")
        engine.take(SessionsErased((MIA,)))
        await settled(pilot)
        assert "Set Jonas Weber aside" in text_of(pilot)


async def test_the_last_one_erased_leaves_an_empty_desk() -> None:
    async with desk(size=(80, 24)) as (pilot, engine):
        await press(pilot, "enter")
        engine.take(SessionsErased(tuple(engine.state.sessions)))
        await settled(pilot)
        assert "my card was refused" not in text_of(pilot)
        await press(pilot, "f8", "tab", "f4")
        assert len(pilot.app.screen_stack) == 1
