"""With every colour taken away each state can still be told from each other: the painted text alone is compared."""

import pytest

from tests.ui.desk_world import JONAS as TALK
from tests.ui.desk_world import badge, desk, press, text_of
from tests.ui.paint.scene import ANA, EVA, JONAS, ME, NOON, SYSTEM, conversation, message, pending, signed_in
from tms_tui import wording
from tms_tui.core.select import Badge, BadgeKind
from tms_tui.core.state import Typist
from tms_tui.domain.entries import Delivery, Entry, GapMark
from tms_tui.domain.ids import MessageId
from tms_tui.domain.model import AuthorType, Availability, Preview, Priority, SessionStatus
from tms_tui.domain.text import clean_line
from tms_tui.ui.paint.entry import entry_rows
from tms_tui.ui.paint.look import ASCII, Look, Signs
from tms_tui.ui.paint.session_row import describe, session_rows
from tms_tui.ui.widgets.body import Body
from tms_tui.ui.widgets.choices import Choices

WIDTHS = (60, 100)


def all_differ(texts: dict[str, str]) -> None:
    """No two states read alike."""
    by_text: dict[str, list[str]] = {}
    for state, text in texts.items():
        by_text.setdefault(text, []).append(state)
    assert [states for states in by_text.values() if len(states) > 1] == []


@pytest.mark.parametrize("signs", [Signs(), ASCII], ids=["signs", "ascii"])
@pytest.mark.parametrize("width", WIDTHS)
def test_entries(width: int, signs: Signs) -> None:
    look = Look(signs=signs)
    said: dict[str, tuple[Entry, Delivery | None]] = {
        "customer": (message(1, "x"), None),
        "colleague": (message(1, "x", EVA), None),
        "note": (message(1, "x", EVA, private=True), None),
        "system": (message(1, "x", SYSTEM), None),
        "tampered": (message(1, "x", tampered=1), None),
        **{f"own {state}": (message(1, "x", ANA), state) for state in (Delivery.SENT, Delivery.SEEN)},
        **{f"pending {state}": (pending("x", state), state) for state in Delivery if state not in {"sent", "seen"}},
        "pending note": (pending("x", private=True), Delivery.SENDING),
        "gap": (GapMark(1, NOON, NOON + 60), None),
        "gap filled": (GapMark(1, NOON, NOON + 60, 2, confirmed=True), None),
        "gap, nothing missed": (GapMark(1, NOON, NOON + 60, 0, confirmed=True), None),
    }
    painted = {
        f"{name}{' chosen' if chosen else ''}": "\n".join(
            row.text.rstrip() for row in entry_rows(entry, state, width, look, mine="own" in name, selected=chosen)
        )
        for name, (entry, state) in said.items()
        for chosen in (False, True)
    }
    all_differ(painted)


def test_rows_of_the_list() -> None:
    state = signed_in()
    typed = conversation("Mia", 8)
    state.typing[typed.id] = {"Jonas": Typist(JONAS, 1.0)}
    replied = conversation("Mia", 9)
    state.typing[replied.id] = {"Eva": Typist(EVA, 1.0)}
    said = Preview(MessageId("m1"), AuthorType.AGENT, clean_line("Ana"), clean_line("hello"), NOON)
    states = {
        "nothing yet": conversation("Mia", 1),
        "answered": conversation("Mia", 1, last_message=said),
        "waiting": conversation("Mia", 1, waiting_since=NOON - 90),
        "due": conversation("Mia", 1, waiting_since=NOON - 400),
        "new words": conversation("Mia", 1, unread=2),
        "mine": conversation("Mia", 1, assigned_agent=ME),
        "a colleague's": conversation("Mia", 1, assigned_agent="eva", assigned_agent_name="Eva"),
        "online": conversation("Mia", 1, online=True),
        "pending": conversation("Mia", 1, status=SessionStatus.PENDING),
        "resolved": conversation("Mia", 1, status=SessionStatus.ENDED),
        "high": conversation("Mia", 1, priority=Priority.HIGH),
        "urgent": conversation("Mia", 1, priority=Priority.URGENT),
        "typing": typed,
        "replying": replied,
    }
    painted = {
        f"{name}{' chosen' if chosen else ''}": "\n".join(
            row.text
            for row in session_rows(describe(state, one, NOON, due_after=300), 30, Look(signs=ASCII), selected=chosen)
        )
        for name, one in states.items()
        for chosen in (False, True)
    }
    all_differ(painted)


@pytest.mark.parametrize("ascii_only", [False, True])
def test_the_connection(ascii_only: bool) -> None:
    states = {
        "live": Badge(BadgeKind.LIVE),
        "unsent": Badge(BadgeKind.LIVE, unsent=1),
        "connecting": Badge(BadgeKind.CONNECTING, tries=1),
        "offline": Badge(BadgeKind.OFFLINE),
        "polling": Badge(BadgeKind.OFFLINE, polling=True, read_at=NOON),
        "stopped": Badge(BadgeKind.OFFLINE, stopped=True),
    }
    said = {name: " ".join(wording.badge(state, ascii_only=ascii_only)) for name, state in states.items()}
    all_differ(said | {"broken": wording.badge_broken(ascii_only=ascii_only)})
    # The word alone is enough: a sign may be missing from a font.
    all_differ({name: wording.badge(state)[1] for name, state in states.items()})


def test_people_statuses_and_ranks() -> None:
    all_differ({each: wording.availability(each) for each in Availability})
    all_differ({each: wording.status(each) for each in SessionStatus})
    all_differ({each: wording.priority(each) for each in Priority})


async def test_where_one_is_and_what_one_writes() -> None:
    async with desk(size=(100, 30), theme="ansi") as (pilot, _):
        body = pilot.app.screen.query_one(Body)
        seen = {}
        for name, keys in (("list", ()), ("reply", ("r",)), ("transcript", ("escape",)), ("note", ("i",))):
            await press(pilot, *keys)
            seen[name] = text_of(pilot)
        all_differ(seen)
        assert body.composer.session_id == TALK
        assert "colleagues only" in seen["note"]
        assert "the customer sees this" in seen["reply"]
        assert badge(pilot) == "● Live"
        await press(pilot, "escape", "f9")
        choices = pilot.app.screen.query_one(Choices)
        first = text_of(pilot)
        await press(pilot, "down")
        assert choices.highlighted == 1
        assert text_of(pilot) != first
