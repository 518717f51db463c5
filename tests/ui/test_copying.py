"""Copying a whole conversation: what was not read yet is read first, and how far that is, is said."""

import pytest

from tests.ui.desk_world import FakeEngine, desk, furnished, message, press, said, session, settled, text_of
from tms_tui.domain.effects import ReadPage
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.events import AskFailed, PageRead, SessionChanged, SessionOpened
from tms_tui.domain.ids import SessionId
from tms_tui.domain.model import Message

LONG = SessionId("long")


def lines(first: int, last: int, words: str = "line") -> tuple[Message, ...]:
    return tuple(message(LONG, seq, f"{words} {seq}") for seq in range(first, last + 1))


def with_older(words: str = "line") -> FakeEngine:
    """Lena's conversation is held from 41 to 60, and stands on top of the list."""
    engine = furnished()
    engine.take(SessionChanged(session(LONG, "Lena Long", waits=9000)))
    engine.take(SessionOpened(LONG))
    engine.take(PageRead(LONG, lines(41, 60, words), has_more=True))
    engine.effects.clear()
    return engine


async def test_older_messages_are_read_to_be_copied_with_the_others_and_counted_meanwhile() -> None:
    engine = with_older()
    async with desk(engine) as (pilot, _):
        await press(pilot, "g", "enter", "escape", "Y")
        assert said(pilot) == "Reading the conversation to copy it: 20 messages so far."
        assert pilot.app.clipboard == ""
        engine.take(PageRead(LONG, lines(21, 40), has_more=True, before=41))
        await settled(pilot)
        assert said(pilot) == "Reading the conversation to copy it: 40 messages so far."
        assert ReadPage(LONG, before=21) in engine.effects
        engine.take(PageRead(LONG, lines(1, 20), has_more=False, before=21))
        await settled(pilot)
        assert said(pilot).startswith("Copied the transcript, 60 entries. ")
        copied = pilot.app.clipboard.splitlines()
        assert (copied[1][-6:], copied[-1][-7:], len(copied)) == ("line 1", "line 60", 61)


async def test_what_cannot_be_read_is_not_claimed_to_be_copied() -> None:
    engine = with_older()
    async with desk(engine) as (pilot, _):
        await press(pilot, "g", "enter", "escape", "Y")
        engine.take(AskFailed(ReadPage(LONG, before=41), Failure(FailureKind.NOT_REACHED)))
        await settled(pilot)
        assert said(pilot).startswith("Copied the transcript as far as it could be read, 20 entries. ")


async def test_no_more_is_read_than_a_clipboard_takes() -> None:
    engine = with_older("much to say " * 400)
    async with desk(engine) as (pilot, _):
        await press(pilot, "g", "enter", "escape", "Y")
        assert said(pilot).startswith("Copied the newest 15 of 20 entries; a clipboard takes no more.")


@pytest.mark.parametrize("width", [160, 100, 80, 60, 40])
@pytest.mark.parametrize(("key", "words"), [("y", "line"), ("Y", "line"), ("Y", "much to say " * 400)])
async def test_what_a_copy_needs_is_shown_whole_at_any_width(
    monkeypatch: pytest.MonkeyPatch, width: int, key: str, words: str
) -> None:
    monkeypatch.setenv("TMUX", "socket,1,0")
    engine = with_older(words)
    async with desk(engine, size=(width, 24)) as (pilot, _):
        await press(pilot, "g", "enter", "escape", key)
        if ReadPage(LONG, before=41) in engine.effects and said(pilot).startswith("Reading"):
            engine.take(PageRead(LONG, lines(1, 40), has_more=False, before=41))
            await settled(pilot)
        assert said(pilot).startswith("Copied the ")
        assert said(pilot).endswith(" In tmux this needs: set -s set-clipboard on")
        shown = " ".join(row.strip() for row in text_of(pilot).splitlines())
        assert said(pilot) in shown
