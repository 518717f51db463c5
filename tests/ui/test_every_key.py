"""Every key of every action, pressed where it acts; an action without a row here fails."""

from collections.abc import Callable
from typing import NamedTuple

import pytest
from textual.pilot import Pilot

from tests.ui.desk_world import (
    ANA,
    JONAS,
    LI,
    MIA,
    FakeEngine,
    arrives,
    by_agent,
    desk,
    furnished,
    message,
    press,
    said,
    session,
    text_of,
)
from tms_tui.domain.effects import Transmit
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.events import (
    AskFailed,
    AssignAsked,
    Event,
    ListingAsked,
    ReconnectAsked,
    ResendAsked,
    SendAsked,
    SendDropped,
    SessionChanged,
    SessionOpened,
    StatusAsked,
    UndoAsked,
)
from tms_tui.domain.model import Blocked, BlockScope, Draft, SessionStatus
from tms_tui.domain.text import CleanText
from tms_tui.ui.keys import ACTIONS, BY_ID, Action, Pane
from tms_tui.ui.widgets.body import Body

World = tuple[Pilot[None], FakeEngine]
IN_COMPOSER = ("enter",)
IN_TALK = ("enter", "escape")
TWO_DOWN = ("j", "j")


def body(world: World) -> Body:
    return world[0].app.screen_stack[0].query_one(Body)


def screen(world: World) -> str:
    return text_of(world[0])


def asked(kind: type[Event]) -> Callable[[World], object]:
    """The action let an event of this kind happen."""
    return lambda world: world[1].of(kind)


def shows(*words: str) -> Callable[[World], object]:
    """The screen shows these words."""
    return lambda world: all(each in screen(world) for each in words)


def says(words: str) -> Callable[[World], object]:
    """The event line says these words."""
    return lambda world: words in said(world[0])


def focus(pane: Pane) -> Callable[[World], object]:
    return lambda world: body(world).pane is pane


def at(place: int) -> Callable[[World], object]:
    """The selection stands on this conversation of the list."""
    return lambda world: body(world).sessions.selected == (JONAS, LI, MIA)[place]


def dialog(world: World) -> bool:
    """Something is asked over the desk."""
    return len(world[0].app.screen_stack) == 2


class Row(NamedTuple):
    """Keys that lead from the list to where the action acts, what is true afterwards, and keys that lead back."""

    holds: Callable[[World], object]
    stand: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    world: Callable[[], FakeEngine] = furnished


def with_failed_send() -> FakeEngine:
    """Jonas's conversation ends in a message of mine that was refused."""
    engine = furnished()
    engine.take(SessionOpened(JONAS))
    draft = Draft(engine.new_send_id(), JONAS, "not accepted", False, engine.time.wall, 2)
    engine.take(SendAsked(draft))
    engine.take(AskFailed(Transmit(draft), Failure(FailureKind.INVALID)))
    engine.take(SessionOpened(None))
    engine.taken.clear()
    return engine


def with_my_message() -> FakeEngine:
    """I wrote last to Jonas."""
    engine = furnished()
    arrives(engine, message(JONAS, 3, "my own words", by_agent(ANA)))
    engine.taken.clear()
    return engine


def with_an_address() -> FakeEngine:
    """Jonas wrote an address."""
    engine = furnished()
    arrives(engine, message(JONAS, 3, "is it https://shop.test/a ?"))
    engine.taken.clear()
    return engine


def with_a_block() -> FakeEngine:
    """Jonas is kept out."""
    engine = furnished()
    spam = Blocked(BlockScope.CUSTOMER, engine.time.wall, CleanText("spam"), None, ANA.id, ANA.name, JONAS)
    engine.take(SessionChanged(session(JONAS, "Jonas Weber", version=2, assigned_agent=ANA.id, blocked=spam)))
    engine.taken.clear()
    return engine


ROWS: dict[str, Row] = {
    "help": Row(shows("Keys in the list"), back=("escape",)),
    "down": Row(at(1), back=("home",)),
    "up": Row(at(0), stand=("j",)),
    "first": Row(at(0), stand=TWO_DOWN),
    "last": Row(at(2), back=("home",)),
    "page_down": Row(at(2)),
    "page_up": Row(at(0), stand=TWO_DOWN),
    "open": Row(focus(Pane.COMPOSER)),
    "peek": Row(lambda world: world[1].of(SessionOpened) and body(world).pane is Pane.LIST),
    "send": Row(asked(SendAsked), stand=(*IN_COMPOSER, "h", "i")),
    "newline": Row(lambda world: "\n" in body(world).composer.text, stand=(*IN_COMPOSER, "h"), back=("ctrl+u",) * 3),
    "next_waiting": Row(lambda world: body(world).pane is Pane.COMPOSER, back=("escape",) * 2),
    "reply": Row(lambda world: focus(Pane.COMPOSER)(world) and not body(world).composer.private, stand=IN_TALK),
    "note": Row(shows("Note on Jonas"), stand=IN_TALK),
    "resolve": Row(lambda world: world[1].of(StatusAsked) == [StatusAsked(JONAS, SessionStatus.ENDED)]),
    "resolve_next": Row(lambda world: world[1].of(StatusAsked) and body(world).transcript.session_id == MIA),
    "take": Row(asked(AssignAsked), stand=("end",)),
    "assign": Row(dialog, back=("escape",)),
    "later": Row(shows("until the customer writes"), back=("escape",)),
    "tags": Row(dialog, back=("escape",)),
    "priority": Row(shows("urgent"), back=("escape",)),
    "unread": Row(says("nread"), stand=IN_TALK),
    "undo": Row(lambda world: world[1].of(UndoAsked) or says("Nothing to take back")(world)),
    "outward": Row(focus(Pane.TRANSCRIPT), stand=IN_COMPOSER),
    "next_pane": Row(focus(Pane.PANEL), stand=IN_COMPOSER),
    "previous_pane": Row(focus(Pane.TRANSCRIPT), stand=IN_COMPOSER),
    "next_session": Row(
        lambda world: body(world).transcript.session_id == LI and body(world).pane is Pane.COMPOSER,
        stand=IN_COMPOSER,
    ),
    "previous_session": Row(
        lambda world: body(world).transcript.session_id == JONAS and body(world).pane is Pane.COMPOSER,
        stand=("j", *IN_COMPOSER),
    ),
    "filter_mine": Row(says("Mine: 1 conversation.")),
    "filter_unassigned": Row(says("Unassigned: 1 conversation.")),
    "filter_all": Row(says("All: 3 conversations."), stand=("1",)),
    "filter_ended": Row(asked(ListingAsked)),
    "retry": Row(asked(ResendAsked), stand=IN_TALK, world=with_failed_send),
    "to_draft": Row(asked(SendDropped), stand=IN_TALK, world=with_failed_send),
    "search": Row(shows("Search the conversations:"), back=("escape",)),
    "copy": Row(lambda world: world[0].app.clipboard == "can you help?", stand=IN_TALK),
    "copy_transcript": Row(lambda world: world[0].app.clipboard.endswith("can you help?"), stand=IN_TALK),
    "links": Row(shows("1 shop.test"), stand=IN_TALK, back=("escape",), world=with_an_address),
    "pager": Row(says("This terminal cannot be given to another program."), stand=IN_TALK),
    "editor": Row(says("This terminal cannot be given to another program."), stand=IN_COMPOSER),
    "panel": Row(lambda world: not body(world).panel.display, back=("p",)),
    "who": Row(shows("Who is here"), back=("escape",)),
    "earlier": Row(lambda world: dialog(world) or said(world[0]) != "All: 3 conversations.", stand=("enter", "tab")),
    "announce": Row(says("Live: new messages arrive at once.")),
    "reconnect": Row(asked(ReconnectAsked)),
    "availability": Row(shows("Your availability"), back=("escape",)),
    "password": Row(shows("Current password", "New password again"), back=("escape",)),
    "diagnostics": Row(shows("Proxy", "Clock"), back=("escape",)),
    "palette": Row(shows("Commands", " found."), back=("escape",)),
    "canned": Row(shows("Greeting"), stand=IN_COMPOSER, back=("escape", "ctrl+u")),
    "block": Row(shows("Block Jonas Weber: who is kept out?"), back=("escape",)),
    "unblock": Row(shows("Jonas Weber is blocked"), stand=("end",), back=("escape",), world=with_a_block),
    "recall": Row(
        lambda world: body(world).composer.text == "my own words",
        stand=("down", "down", *IN_COMPOSER),
        back=("ctrl+u",),
        world=with_my_message,
    ),
    "quit": Row(lambda world: not world[0].app.is_running),
}


def test_every_action_has_a_row_and_every_row_an_action() -> None:
    assert set(ROWS) == set(BY_ID)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
async def test_each_key_of_the_action_acts(action: Action) -> None:
    row = ROWS[action.id]
    async with desk(row.world()) as world:
        pilot, engine = world
        for key in (*action.letters, *action.keys):
            await press(pilot, *("escape",) * 3, "3", "home", *row.stand)
            engine.taken.clear()
            assert key == "ctrl+q" or not row.holds(world), f"true before {key}"
            await press(pilot, key)
            assert row.holds(world), f"{key}\n{said(pilot)}\n{screen(world)}"
            if row.back:
                await press(pilot, *row.back)


@pytest.mark.parametrize("action", [one for one in ACTIONS if not one.letters + one.keys], ids=lambda action: action.id)
async def test_an_action_without_a_key_is_reached_by_its_name_and_no_help_names_it(action: Action) -> None:
    row = ROWS[action.id]
    async with desk(row.world()) as world:
        await press(world[0], "f1")
        assert action.help not in screen(world)
        await press(world[0], "escape", *row.stand, ":", *action.words, "enter")
        assert row.holds(world), screen(world)


async def test_in_the_composer_every_single_character_is_text() -> None:
    letters = [key for action in ACTIONS for key in action.letters if len(key) == 1]
    async with desk() as (pilot, engine):
        await press(pilot, "enter", "x")
        engine.taken.clear()
        await press(pilot, *letters)
        assert pilot.app.screen.query_one(Body).composer.text == "x" + "".join(letters)
        assert {type(event).__name__ for event in engine.taken} <= {"ComposerChanged"}
