"""Searching as an agent does it: in the list as one types, and from hit to hit in one conversation."""

import pytest
from textual.events import Key, Paste
from textual.pilot import Pilot

from tests.ui.desk_world import (
    JONAS,
    LI,
    MIA,
    NOW,
    SIZES,
    FakeEngine,
    arrives,
    burst,
    desk,
    furnished,
    message,
    press,
    session,
    settled,
    text_of,
)
from tms_tui.domain.effects import ReadPage, ReadSessions, SessionQuery
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.events import (
    AskFailed,
    ListingAsked,
    PageRead,
    SessionChanged,
    SessionOpened,
    SessionsRead,
    StatusAsked,
    TopReached,
)
from tms_tui.domain.folding import folded
from tms_tui.domain.ids import Cursor, MessageId, SessionId
from tms_tui.domain.model import AuthorType, Message, Preview, SessionStatus
from tms_tui.domain.text import CleanText
from tms_tui.ui.keys import Pane
from tms_tui.ui.widgets.body import Body

OLD = SessionId("old")


def search_line(pilot: Pilot[None]) -> list[str]:
    """The two rows at the bottom: what is typed, and what is said of it."""
    return [row.strip() for row in text_of(pilot).splitlines()[-2:]]


def listed(pilot: Pilot[None]) -> list[SessionId]:
    return list(pilot.app.screen_stack[0].query_one(Body).sessions.sessions)


def chosen(pilot: Pilot[None]) -> str:
    """The message selected in the transcript."""
    entry = pilot.app.screen_stack[0].query_one(Body).transcript.selected_entry
    assert isinstance(entry, Message)
    return entry.text


def asked_for(engine: FakeEngine) -> list[str | None]:
    return [one.query.text for one in engine.of(ListingAsked) if isinstance(one, ListingAsked)]


def server_finds(engine: FakeEngine, words: str, *found: SessionId) -> None:
    """The server answers a search."""
    sessions = tuple(session(one, "Olga Nord", status=SessionStatus.ENDED, last_activity_at=NOW - 9e5) for one in found)
    engine.take(SessionsRead(SessionQuery(text=words), sessions, None, Cursor("9")))


def with_older() -> FakeEngine:
    """Jonas's conversation is held from 41 to 60, with hits at 45 and 58."""
    engine = furnished()
    engine.take(SessionChanged(session(SessionId("long"), "Lena Long", version=1)))
    engine.take(SessionOpened(SessionId("long")))
    engine.take(PageRead(SessionId("long"), tuple(_lines(41, 60)), has_more=True))
    engine.take(SessionOpened(None))
    engine.taken.clear()
    return engine


def _lines(first: int, last: int) -> list[Message]:
    hits = {45: "the refund is due", 58: "Refund, please", 7: "no refunds here"}
    return [message(SessionId("long"), seq, hits.get(seq, f"line {seq}")) for seq in range(first, last + 1)]


async def open_long(pilot: Pilot[None]) -> None:
    """Stand in the transcript of the long conversation."""
    await press(pilot, "/", *"lena", "enter", "escape")


async def test_the_list_is_searched_as_one_types_by_name_mail_and_last_words() -> None:
    engine = furnished()
    last = Preview(MessageId("x"), AuthorType.VISITOR, CleanText("Mia"), CleanText("my Parcel is late"), NOW)
    engine.take(SessionChanged(session(MIA, "Mia Roth", waits=60, version=2, last_message=last)))
    async with desk(engine) as (pilot, _):
        await press(pilot, "/")
        assert search_line(pilot)[0] == "Search the conversations:"
        await press(pilot, "w", "e")
        assert listed(pilot) == [JONAS, LI]
        assert "Search: we" in text_of(pilot)
        await press(pilot, "b")
        assert listed(pilot) == [JONAS]
        await press(pilot, "ctrl+u", *"PARCEL")
        assert listed(pilot) == [MIA]
        await press(pilot, "ctrl+w", *"li@cust")
        assert listed(pilot) == [LI]
        assert search_line(pilot)[1].startswith("1 conversation")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_enter_opens_the_chosen_hit_ready_to_answer(size: tuple[int, int]) -> None:
    async with desk(size=size) as (pilot, engine):
        await press(pilot, "/", "w", "e", "down", "enter")
        assert engine.of(SessionOpened) == [SessionOpened(LI)]
        assert listed(pilot) == [JONAS, LI, MIA]
        composer = pilot.app.screen.query_one(Body).composer
        await press(pilot, "h", "i")
        assert composer.text == "hi"
        assert pilot.app.cursor_position == composer.cursor_screen_offset


async def test_escape_ends_the_search_and_leaves_all_as_it_was() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "j", "/", *"jonas", "escape")
        assert listed(pilot) == [JONAS, LI, MIA]
        body = pilot.app.screen.query_one(Body)
        assert body.sessions.selected == LI
        assert not engine.of(SessionOpened)
        await press(pilot, "e")
        assert engine.of(StatusAsked) == [StatusAsked(LI, SessionStatus.ENDED)]


async def test_letters_typed_ahead_are_searched_never_obeyed() -> None:
    async with desk() as (pilot, engine):
        await burst(pilot, "slash", *"ete")
        assert not engine.of(StatusAsked)
        assert search_line(pilot)[0] == "Search the conversations: ete"


async def test_the_server_is_asked_for_older_ones_one_question_at_a_time() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "/", *"olga")
        assert asked_for(engine) == ["ol"]
        assert "0 conversations, asking the server ..." in search_line(pilot)[1]
        server_finds(engine, "ol", OLD)
        await settled(pilot)
        assert asked_for(engine) == ["ol", "olga"]
        assert listed(pilot) == [OLD]
        server_finds(engine, "olga", OLD)
        await settled(pilot)
        assert search_line(pilot)[1].startswith("1 conversation. Enter opens")
        await press(pilot, "enter")
        assert engine.of(SessionOpened) == [SessionOpened(OLD)]


async def test_what_the_server_finds_in_texts_stands_in_the_list_too() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "/", *"zebra")
        server_finds(engine, "ze")
        server_finds(engine, "zebra", OLD)
        await settled(pilot)
        assert listed(pilot) == [OLD]
        await press(pilot, "escape", "4")
        assert OLD in listed(pilot)


async def test_a_conversation_found_by_a_message_opens_at_that_message_however_old_it_is() -> None:
    engine, long = furnished(), SessionId("long")
    engine.take(SessionChanged(session(long, "Lena Long")))
    async with desk(engine) as (pilot, _):
        await press(pilot, "/", *"no refunds")
        engine.take(SessionsRead(SessionQuery(text="no"), (), None, Cursor("9")))
        found = (session(long, "Lena Long"),)
        engine.take(SessionsRead(SessionQuery(text="no refunds"), found, None, Cursor("9")))
        await settled(pilot)
        assert listed(pilot) == [long]
        await press(pilot, "enter")
        assert search_line(pilot) == [
            "Find in this conversation: no refunds",
            "Reading older messages: 0 read so far. Esc stops.",
        ]
        engine.take(PageRead(long, tuple(_lines(41, 60)), has_more=True))
        await settled(pilot)
        assert ReadPage(long, before=41) in engine.effects
        engine.take(PageRead(long, tuple(_lines(1, 40)), has_more=False, before=41))
        await settled(pilot)
        assert chosen(pilot) == "no refunds here"
        assert search_line(pilot)[1].startswith("1 of 1: Jonas, ")
        rows = text_of(pilot).splitlines()
        assert next(row for row in rows if "no refunds here" in row).partition("no refunds")[0].count(">") == 1
        behind = len(" Find in this conversation: no refunds")
        assert pilot.app.cursor_position == (behind, 46)
        await press(pilot, "escape")
        assert chosen(pilot) == "no refunds here"
        assert pilot.app.screen.query_one(Body).pane is Pane.TRANSCRIPT
        assert "no refunds here" in text_of(pilot)


async def test_a_found_conversation_that_cannot_be_read_says_so() -> None:
    engine, long = furnished(), SessionId("long")
    async with desk(engine) as (pilot, _):
        await press(pilot, "/", *"refund")
        engine.take(SessionsRead(SessionQuery(text="re"), (), None, Cursor("9")))
        engine.take(SessionsRead(SessionQuery(text="refund"), (session(long, "Lena Long"),), None, Cursor("9")))
        await settled(pilot)
        await press(pilot, "enter")
        [page] = [one for one in engine.effects if isinstance(one, ReadPage) and one.session == long]
        engine.take(AskFailed(page, Failure(FailureKind.NOT_REACHED)))
        await settled(pilot)
        assert search_line(pilot)[1] == "Older messages could not be read. Enter or Up tries again."


async def test_a_hit_in_the_messages_held_is_gone_to_at_once_and_the_others_are_a_key_away() -> None:
    engine = with_older()
    async with desk(engine) as (pilot, _):
        await press(pilot, "/", *"refund")
        engine.take(SessionsRead(SessionQuery(text="re"), (), None, Cursor("9")))
        found = (session(SessionId("long"), "Lena Long"),)
        engine.take(SessionsRead(SessionQuery(text="refund"), found, None, Cursor("9")))
        await settled(pilot)
        await press(pilot, "enter")
        assert chosen(pilot) == "Refund, please"
        await press(pilot, "up")
        assert chosen(pilot) == "the refund is due"
        assert not engine.of(TopReached)


@pytest.mark.parametrize("key", ["enter", "escape"])
async def test_an_answer_that_comes_after_the_search_leaves_the_list_alone(key: str) -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "/", *"we")
        pilot.app.post_message(Key(key, None))
        server_finds(engine, "we", OLD)
        await settled(pilot)
        assert "Search: " not in text_of(pilot)
        assert listed(pilot) == [JONAS, LI, MIA]


async def test_a_server_that_cannot_be_asked_is_named_and_not_asked_again() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "/", *"we")
        query = SessionQuery(text="we")
        engine.take(AskFailed(ReadSessions(query), Failure(FailureKind.NOT_REACHED)))
        await settled(pilot)
        assert search_line(pilot)[1].startswith("2 conversations here. The server could not be asked: ")
        await press(pilot, "down")
        assert asked_for(engine) == ["we"]


async def test_going_from_hit_to_hit_in_a_conversation() -> None:
    engine = furnished()
    for seq, words in ((3, "the card again"), (4, "hello"), (5, "which Card?")):
        arrives(engine, message(JONAS, seq, words))
    async with desk(engine) as (pilot, _):
        await press(pilot, "enter", "escape", "/", *"card")
        assert search_line(pilot)[0] == "Find in this conversation: card"
        assert chosen(pilot) == "which Card?"
        assert search_line(pilot)[1].startswith("1 of 3: Jonas, ")
        await press(pilot, "enter")
        assert chosen(pilot) == "the card again"
        assert search_line(pilot)[1].startswith("2 of 3: ")
        await press(pilot, "up")
        assert chosen(pilot) == "my card was refused"
        await press(pilot, "up")
        assert search_line(pilot)[1].startswith("No older hit. 3 of 3: ")
        await press(pilot, "down", "down", "down")
        assert search_line(pilot)[1].startswith("No newer hit. 1 of 3: ")
        assert chosen(pilot) == "which Card?"


async def test_hits_are_marked_by_a_sign_and_a_line_while_one_searches() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "enter", "escape", "/", *"can y")
        body = pilot.app.screen_stack[0].query_one(Body)
        assert ">" in next(row for row in text_of(pilot).splitlines() if "can you help?" in row)
        await press(pilot, "ctrl+u", *"you")
        arrives(engine, message(JONAS, 3, "are you there?"))
        await settled(pilot)
        hits = [row.text for row in body.transcript._rows if "you" in row.text]
        assert [row[0] for row in hits] == [">", "*"]
        underlined = [text for row in body.transcript._rows for text, style, _ in row if style and style.underline]
        assert underlined == ["you", "you"]
        assert search_line(pilot)[1].startswith("2 of 2: ")
        await press(pilot, "escape")
        assert [row.text[0] for row in body.transcript._rows if "you" in row.text] == [">", " "]


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("die L\u00d6SUNG kam", "l\u00f6sung"),
        ("Hauptstra\u00dfe", "STRASSE"),
        ("cafe\u0301 zu", "caf\u00e9"),
        ("caf\u00e9 zu", "CAFE\u0301"),
    ],
)
async def test_the_list_the_hits_and_their_marks_go_by_one_folding(written: str, typed: str) -> None:
    engine = furnished()
    last = Preview(MessageId("x"), AuthorType.VISITOR, CleanText("Mia"), CleanText(written), NOW)
    engine.take(SessionChanged(session(MIA, "Mia Roth", waits=60, version=2, last_message=last)))
    engine.take(SessionChanged(session(LI, written, version=2)))
    async with desk(engine) as (pilot, _):
        await press(pilot, "/")
        pilot.app.screen.post_message(Paste(typed))
        await settled(pilot)
        assert sorted(listed(pilot)) == sorted([MIA, LI])
        await press(pilot, "escape", "enter", "escape", "/")
        arrives(engine, message(JONAS, 3, written))
        pilot.app.screen.post_message(Paste(typed))
        await settled(pilot)
        rows = pilot.app.screen_stack[0].query_one(Body).transcript._rows
        [marked] = [text for row in rows for text, style, _ in row if style and style.underline]
        assert folded(marked) == folded(typed)


async def test_older_messages_are_read_until_one_fits() -> None:
    engine = with_older()
    async with desk(engine) as (pilot, _):
        await open_long(pilot)
        await press(pilot, "/", *"refund")
        assert search_line(pilot)[1].startswith("1 of 2 so far: Jonas, ")
        await press(pilot, "up")
        engine.taken.clear()
        await press(pilot, "up")
        assert engine.of(TopReached)
        assert search_line(pilot)[1] == "Reading older messages: 20 read so far. Esc stops."
        long = SessionId("long")
        engine.take(PageRead(long, tuple(_lines(21, 40)), has_more=True, before=41))
        await settled(pilot)
        assert search_line(pilot)[1] == "Reading older messages: 40 read so far. Esc stops."
        assert ReadPage(long, before=21) in engine.effects
        engine.take(PageRead(long, tuple(_lines(1, 20)), has_more=False, before=21))
        await settled(pilot)
        assert chosen(pilot) == "no refunds here"
        assert search_line(pilot)[1].startswith("3 of 3: ")
        await press(pilot, "escape")
        assert chosen(pilot) == "no refunds here"


async def test_older_messages_that_cannot_be_read_are_said_and_asked_again() -> None:
    engine = with_older()
    async with desk(engine) as (pilot, _):
        await open_long(pilot)
        await press(pilot, "/", *"nowhere")
        assert search_line(pilot)[1] == "No hit in the 20 newest messages. Enter or Up reads older ones."
        await press(pilot, "enter")
        failure = Failure(FailureKind.NOT_REACHED)
        engine.take(AskFailed(ReadPage(SessionId("long"), before=41), failure))
        await settled(pilot)
        assert search_line(pilot)[1] == "Older messages could not be read. Enter or Up tries again."
        before = len(engine.of(TopReached))
        await press(pilot, "enter")
        assert len(engine.of(TopReached)) == before + 1


async def test_the_cursor_stands_in_the_search_line_whatever_arrives() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "enter", "escape", "/", *"ca")
        behind = len(" Find in this conversation: ca")
        assert pilot.app.cursor_position == (behind, 46)
        arrives(engine, message(JONAS, 3, "can I"))
        await settled(pilot)
        assert pilot.app.cursor_position == (behind, 46)


async def test_a_search_for_nothing_that_is_there() -> None:
    async with desk() as (pilot, _):
        await press(pilot, "enter", "escape", "/", *"xyzzy")
        assert search_line(pilot)[1] == "No hit in this conversation (2 messages)."
        before = chosen(pilot)
        await press(pilot, "escape")
        assert chosen(pilot) == before
