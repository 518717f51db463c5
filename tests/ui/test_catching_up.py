"""The line breaks and comes back: what is said of it, and that catching up never moves, reads, rings or steals."""

import re
from collections.abc import Iterator

import pytest
from textual.pilot import Pilot

from tests.ui.desk_world import (
    JONAS,
    LI,
    MIA,
    NOW,
    FakeEngine,
    arrives,
    badge,
    desk,
    furnished,
    message,
    press,
    said,
    settled,
    text_of,
)
from tms_tui.core import select
from tms_tui.domain.effects import ReadLog, ReadPage, ReadSessions
from tms_tui.domain.entries import GapMark
from tms_tui.domain.errors import Ending, EndingKind, Failure, FailureKind
from tms_tui.domain.events import (
    AskFailed,
    LinkLost,
    LinkWelcomed,
    LogRead,
    MessageArrived,
    PageRead,
    SessionOpened,
    SessionsRead,
    Shown,
)
from tms_tui.domain.ids import AgentId, Cursor
from tms_tui.domain.model import Message
from tms_tui.ui.preferences import Preferences
from tms_tui.ui.widgets.body import Body

BACK = LinkWelcomed(AgentId("ana"), NOW + 70.0, resumed=True, cursor=Cursor("1"))


def asked(engine: FakeEngine, kind: type[ReadLog | ReadSessions | ReadPage]) -> Iterator[object]:
    """Reads of one kind that nobody has answered."""
    while found := next((effect for effect in engine.effects if type(effect) is kind), None):
        engine.effects.remove(found)
        yield found


def answer(engine: FakeEngine, *missed: Message) -> None:
    """Answer the reads of lists and log, the first of the log with what was missed."""
    for read in asked(engine, ReadSessions):
        assert isinstance(read, ReadSessions)
        engine.take(SessionsRead(read.query, tuple(engine.state.sessions.values()), None, Cursor("1")))
    for read in asked(engine, ReadLog):
        assert isinstance(read, ReadLog)
        events = tuple(MessageArrived(one, Cursor(one.id)) for one in missed)
        missed = ()
        engine.take(LogRead(read.after, events, events[-1].cursor or read.after if events else read.after, False))


def pages(engine: FakeEngine, *new: Message) -> None:
    """Answer the reads of conversations' ends."""
    for read in asked(engine, ReadPage):
        assert isinstance(read, ReadPage)
        engine.take(PageRead(read.session, new, False, read.before, read.after))


def joined() -> FakeEngine:
    """A furnished desk whose log was read, with a longer talk with Jonas."""
    engine = furnished()
    engine.effects = [effect for effect in engine.effects if not isinstance(effect, ReadPage)]
    answer(engine)
    for seq in range(3, 80):
        arrives(engine, message(JONAS, seq, f"line {seq}"))
    for name in (JONAS, MIA, LI, None):
        engine.take(SessionOpened(name))
        pages(engine)
    engine.taken.clear()
    return engine


def breaks(engine: FakeEngine) -> None:
    engine.later(10.0)
    engine.take(LinkLost(Ending(EndingKind.LOST)))
    engine.later(60.0)


def place(pilot: Pilot[None]) -> list[tuple[int, str]]:
    """The messages that can be read, each with the row it stands in."""
    rows = enumerate(text_of(pilot).splitlines())
    return [(place, found[0]) for place, row in rows for found in [re.search(r"line \d+", row)] if found]


MISSED = (message(JONAS, 80, "missed by Jonas"), message(JONAS, 81, "and more"), message(MIA, 3, "missed by Mia"))


async def test_a_break_is_said_where_it_happened_until_nothing_is_missing() -> None:
    engine = joined()
    async with desk(engine) as (pilot, _):
        await press(pilot, "enter")
        breaks(engine)
        await settled(pilot)
        assert "history not confirmed" in text_of(pilot)
        assert "Connecting" in badge(pilot)
        engine.take(BACK)
        await settled(pilot)
        assert "syncing: something may be missing" in text_of(pilot)
        assert "history not confirmed" in text_of(pilot)
        answer(engine, *MISSED)
        await settled(pilot)
        shown = text_of(pilot)
        assert "syncing" not in shown
        assert "2 recovered" in shown
        assert shown.index("2 recovered") < shown.index("missed by Jonas") < shown.index("and more")
        assert said(pilot) == "Caught up: 3 messages recovered."


@pytest.mark.parametrize("keys", [("enter", "escape", "k", "k", "pageup"), ("tab",)], ids=["reading above", "list"])
async def test_catching_up_moves_nothing_reads_nothing_rings_nothing_and_takes_no_focus(keys: tuple[str, ...]) -> None:
    engine, rung = joined(), list[None]()
    async with desk(engine, preferences=Preferences(bell=True, desktop="osc9")) as (pilot, _):
        await press(pilot, *keys)
        pilot.app.bell = lambda: rung.append(None)  # type: ignore[method-assign]
        focused, pane = pilot.app.focused, pilot.app.screen.query_one(Body).pane
        breaks(engine)
        engine.take(BACK)
        await settled(pilot)
        before, read = place(pilot), len(engine.of(Shown))
        assert len(before) > 20 or "tab" in keys
        answer(engine, *MISSED)
        await settled(pilot)
        assert place(pilot) == before
        assert (pilot.app.focused, pilot.app.screen.query_one(Body).pane) == (focused, pane)
        assert len(engine.of(Shown)) == read
        assert rung == []
        assert said(pilot) == "Caught up: 3 messages recovered."


async def test_what_is_being_typed_goes_on_while_it_catches_up() -> None:
    engine = joined()
    async with desk(engine) as (pilot, _):
        await press(pilot, "enter", *"half a")
        breaks(engine)
        engine.take(BACK)
        await press(pilot, "space", *"sen")
        answer(engine, *MISSED)
        await press(pilot, *"tence")
        assert pilot.app.screen.query_one(Body).composer.text == "half a sentence"


async def test_many_missed_messages_are_one_word_on_the_event_line() -> None:
    engine = joined()
    async with desk(engine) as (pilot, _):
        await press(pilot, "enter")
        breaks(engine)
        engine.take(BACK)
        notices = len(engine.state.notices)
        answer(engine, *(message(JONAS, seq, f"missed {seq}") for seq in range(80, 92)))
        await settled(pilot)
        assert [one.count for one in list(engine.state.notices)[notices:]] == [12]
        assert said(pilot) == "Caught up: 12 messages recovered."


async def test_after_a_log_that_cannot_be_gone_on_with_the_conversation_is_read_anew() -> None:
    engine = joined()
    async with desk(engine) as (pilot, _):
        await press(pilot, "enter")
        breaks(engine)
        for read in asked(engine, ReadLog):
            assert isinstance(read, ReadLog)
            engine.take(AskFailed(read, Failure(FailureKind.EXPIRED, 410)))
        engine.take(BACK)
        answer(engine)
        await settled(pilot)
        assert "everything was read again" in text_of(pilot)
        assert not select.entries(engine.state, JONAS)
        pages(engine, *(one for one in MISSED if one.session == JONAS))
        await settled(pilot)
        shown = select.entries(engine.state, JONAS)
        assert [one for one in shown if isinstance(one, GapMark)] == [], "nobody can say how much was missed"
        assert {one for one in MISSED if one.session == JONAS} <= set(shown)
