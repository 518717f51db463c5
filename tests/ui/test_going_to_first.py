"""The way to the first message: that there is more is said, and one key goes to the very first."""

from textual.pilot import Pilot

from tests.ui.desk_world import desk, furnished, message, press, said, settled, text_of
from tests.ui.test_copying import LONG, lines, with_older
from tms_tui.domain.effects import ReadPage
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.events import AskFailed, PageRead
from tms_tui.domain.model import Message
from tms_tui.ui.widgets.transcript import TranscriptPane

MORE = "older messages are not read yet, g goes to the first"


def chosen(pilot: Pilot[None]) -> int:
    """The number of the message that keys act on."""
    entry = pilot.app.screen.query_one(TranscriptPane).selected_entry
    assert isinstance(entry, Message)
    return entry.seq


async def test_that_older_messages_were_not_read_is_said_with_the_key_to_the_first() -> None:
    engine = with_older()
    async with desk(engine, size=(100, 24)) as (pilot, _):
        await press(pilot, "g", "enter")  # which reads one page, for the oldest held is in sight
        engine.take(PageRead(LONG, lines(21, 40), has_more=True, before=41))
        await settled(pilot)
        assert MORE in text_of(pilot)


async def test_a_conversation_that_was_read_whole_says_nothing_of_older_messages() -> None:
    async with desk(furnished()) as (pilot, _):
        await press(pilot, "g", "enter", "escape", "g")
        assert MORE not in text_of(pilot)
        assert "Reading" not in said(pilot)


async def test_the_first_key_goes_to_the_very_first_message_however_many_pages_that_takes() -> None:
    engine = with_older()
    async with desk(engine) as (pilot, _):
        await press(pilot, "g", "enter", "escape", "g")
        assert said(pilot) == "Reading back to the first message: 20 messages so far."
        engine.take(PageRead(LONG, lines(21, 40), has_more=True, before=41))
        await settled(pilot)
        assert said(pilot) == "Reading back to the first message: 40 messages so far."
        assert ReadPage(LONG, before=21) in engine.effects
        engine.take(PageRead(LONG, lines(1, 20), has_more=False, before=21))
        await settled(pilot)
        assert said(pilot) == "The first of 60 messages."
        assert chosen(pilot) == 1
        assert "line 1 " in text_of(pilot)
        assert MORE not in text_of(pilot)


async def test_who_goes_elsewhere_meanwhile_is_not_taken_away_from_there() -> None:
    engine = with_older()
    async with desk(engine) as (pilot, _):
        await press(pilot, "g", "enter", "escape", "g", "j", "j")
        assert chosen(pilot) == 43
        engine.take(PageRead(LONG, lines(21, 40), has_more=True, before=41))
        await settled(pilot)
        assert chosen(pilot) == 43
        assert said(pilot) == "Reading back was stopped: you went elsewhere."
        assert ReadPage(LONG, before=21) not in engine.effects


async def test_news_at_the_end_does_not_stop_the_way_to_the_first() -> None:
    engine = with_older()
    async with desk(engine) as (pilot, _):
        await press(pilot, "g", "enter", "escape", "g")
        engine.take(PageRead(LONG, (message(LONG, 61, "news"),), has_more=False, after=60))
        await settled(pilot)
        engine.take(PageRead(LONG, lines(1, 40), has_more=False, before=41))
        await settled(pilot)
        assert (chosen(pilot), said(pilot)) == (1, "The first of 61 messages.")


async def test_what_cannot_be_read_is_said_with_the_key_that_tries_again() -> None:
    engine = with_older()
    async with desk(engine) as (pilot, _):
        await press(pilot, "g", "enter", "escape", "g")
        engine.take(AskFailed(ReadPage(LONG, before=41), Failure(FailureKind.NOT_REACHED)))
        await settled(pilot)
        assert said(pilot) == "20 messages read; the older ones could not be read. g tries again."
        assert engine.effects.count(ReadPage(LONG, before=41)) == 1
        await press(pilot, "g")
        assert engine.effects.count(ReadPage(LONG, before=41)) == 2
