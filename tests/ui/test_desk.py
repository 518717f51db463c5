"""The desk as an agent meets it: what the keys let happen, and what can then be read."""

import pytest
from rich.style import Style
from textual.color import Color
from textual.events import DescendantFocus

from tests.ui.desk_world import (
    ANA,
    EVA,
    JONAS,
    LI,
    MIA,
    SIZES,
    arrives,
    badge,
    burst,
    by_agent,
    desk,
    furnished,
    message,
    press,
    said,
    session,
    settled,
    text_of,
)
from tms_tui.core.select import Filter
from tms_tui.domain.effects import Assign, ReadSessions, SetStatus
from tms_tui.domain.errors import Ending, EndingKind, Failure, FailureKind
from tms_tui.domain.events import (
    AskFailed,
    AssignAsked,
    AvailabilityAsked,
    LinkLost,
    ListingAsked,
    ReconnectAsked,
    SendAsked,
    SessionChanged,
    SessionOpened,
    Shown,
    SignedIn,
    StatusAsked,
    TypingSeen,
)
from tms_tui.domain.ids import Cursor
from tms_tui.domain.model import Availability, SessionStatus
from tms_tui.domain.value import replace
from tms_tui.ui.keys import Pane
from tms_tui.ui.preferences import Preferences
from tms_tui.ui.widgets.body import Body
from tms_tui.ui.widgets.composer import Composer
from tms_tui.ui.widgets.session_list import SessionListView


def pane(pilot: object) -> Pane:
    """Where the focus is."""
    return pilot.app.screen_stack[0].query_one(Body).pane  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_counts_badge_names_and_keys_stand_at_every_size(size: tuple[int, int]) -> None:
    async with desk(size=size) as (pilot, _):
        rows = text_of(pilot).splitlines()
        assert "Mine 1  Unassigned 1  All 3" in rows[0]
        assert rows[0].rstrip().endswith("● Live")
        assert "Jonas Weber" in text_of(pilot)
        assert "waits 6m" in text_of(pilot)
        assert rows[-1].startswith(" F1 help")


async def test_keys_go_to_the_pane_that_has_the_focus_and_not_to_one_that_was_left() -> None:
    async with desk() as (pilot, _):
        screen = pilot.app.screen
        await press(pilot, "enter")
        screen.post_message(DescendantFocus(screen.query_one(SessionListView)))
        await settled(pilot)
        assert pane(pilot) is Pane.COMPOSER
        await press(pilot, "q")
        assert screen.query_one(Composer).text == "q"


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_enter_opens_the_conversation_and_goes_to_its_composer(size: tuple[int, int]) -> None:
    async with desk(size=size) as (pilot, engine):
        await press(pilot, "enter")
        assert engine.of(SessionOpened) == [SessionOpened(JONAS)]
        assert engine.of(Shown) == [Shown(JONAS, 2)]
        assert "my card was refused" in text_of(pilot)
        assert "Reply to Jonas Weber: the customer sees this" in text_of(pilot)
        assert "Jonas Weber  active  held by Ana" in text_of(pilot)
        assert pane(pilot) is Pane.COMPOSER


async def test_three_columns_where_there_is_room() -> None:
    async with desk(size=(160, 48)) as (pilot, _):
        await press(pilot, "enter")
        assert "jonas@customer.test" in text_of(pilot)
        await press(pilot, "escape", "p")
        assert "jonas@customer.test" not in text_of(pilot)
        await press(pilot, "p")
        assert "jonas@customer.test" in text_of(pilot)


async def test_the_panel_opens_over_the_chat_where_two_columns_fit() -> None:
    async with desk(size=(100, 30)) as (pilot, _):
        await press(pilot, "enter", "escape")
        assert "jonas@customer.test" not in text_of(pilot)
        await press(pilot, "p")
        assert "jonas@customer.test" in text_of(pilot)
        assert "my card was refused" not in text_of(pilot)
        assert "Mia Roth" in text_of(pilot)
        await press(pilot, "p")
        assert "my card was refused" in text_of(pilot)


async def test_one_pane_at_a_time_where_one_fits() -> None:
    async with desk(size=(60, 20)) as (pilot, _):
        assert "Mia Roth" in text_of(pilot)
        await press(pilot, "enter")
        assert "Mia Roth" not in text_of(pilot)
        assert "my card was refused" in text_of(pilot)
        await press(pilot, "escape", "escape")
        assert "Mia Roth" in text_of(pilot)


async def test_columns_follow_the_terminals_width() -> None:
    async with desk(size=(160, 48)) as (pilot, _):
        await press(pilot, "enter")
        await pilot.resize_terminal(60, 20)
        await settled(pilot)
        assert "Mia Roth" not in text_of(pilot)
        assert "Reply to Jonas Weber" in text_of(pilot)
        await pilot.resize_terminal(160, 48)
        await settled(pilot)
        assert "Mia Roth" in text_of(pilot)
        assert "jonas@customer.test" in text_of(pilot)


async def test_tab_goes_round_and_esc_outward() -> None:
    async with desk() as (pilot, _):
        await press(pilot, "enter")
        visited = [pane(pilot)]
        for _ in range(4):
            await press(pilot, "tab")
            visited.append(pane(pilot))
        assert visited == [Pane.COMPOSER, Pane.PANEL, Pane.LIST, Pane.TRANSCRIPT, Pane.COMPOSER]
        await press(pilot, "shift+tab")
        assert pane(pilot) is Pane.TRANSCRIPT
        await press(pilot, "tab", "escape", "escape", "escape")
        assert pane(pilot) is Pane.LIST


async def test_the_composer_has_no_focus_while_nothing_is_open() -> None:
    async with desk() as (pilot, _):
        await press(pilot, "tab", "tab")
        assert pane(pilot) is Pane.PANEL


async def test_the_footer_shows_the_keys_of_the_focused_pane() -> None:
    async with desk() as (pilot, _):
        assert "e resolve" in text_of(pilot).splitlines()[-1]
        await press(pilot, "enter")
        assert "Ctrl+J new line" in text_of(pilot).splitlines()[-1]
        assert "e resolve" not in text_of(pilot).splitlines()[-1]


async def test_letters_are_text_in_the_composer() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "enter", *"netz?:1u")
        assert not engine.of(StatusAsked)
        assert not engine.of(AssignAsked)
        assert "netz?:1u" in text_of(pilot)


async def test_a_peek_marks_nothing_read_and_writing_does() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "space")
        assert "my card was refused" in text_of(pilot)
        assert pane(pilot) is Pane.LIST
        assert not engine.of(Shown)
        await press(pilot, "r")
        assert engine.of(Shown) == [Shown(JONAS, 2)]


async def test_next_waiting_goes_to_mine_first_then_to_nobodys_ready_to_answer() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "n")
        assert pane(pilot) is Pane.COMPOSER
        await press(pilot, "escape", "n")
        assert engine.of(SessionOpened) == [SessionOpened(JONAS), SessionOpened(MIA)]


@pytest.mark.parametrize("key", ["f8", "ctrl+n"])
async def test_next_waiting_by_keys_that_work_while_writing(key: str) -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "enter", "h", key)
        assert engine.of(SessionOpened) == [SessionOpened(JONAS), SessionOpened(MIA)]
        assert pane(pilot) is Pane.COMPOSER
        assert "Reply to Mia Roth" in text_of(pilot)


@pytest.mark.parametrize(("down", "up"), [("ctrl+down", "ctrl+up"), ("alt+down", "alt+up")])
async def test_neighbours_are_reached_without_leaving_the_composer(down: str, up: str) -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "enter", down, up, up)
        assert engine.of(SessionOpened) == [SessionOpened(JONAS), SessionOpened(LI), SessionOpened(JONAS)]
        assert pane(pilot) is Pane.COMPOSER
        assert said(pilot) == "That was the first one of the list."


async def test_nothing_waiting_is_said() -> None:
    engine = furnished()
    engine.state.sessions.clear()
    engine.state.sync.cursor = Cursor("1")
    async with desk(engine) as (pilot, _):
        await press(pilot, "n")
        assert said(pilot) == "Nobody waits for you."
        assert "No conversations yet." in text_of(pilot)


async def test_an_empty_list_that_was_never_read_says_so_instead_of_promising_conversations() -> None:
    engine = furnished()
    engine.state.sessions.clear()
    async with desk(engine) as (pilot, _):
        assert "The conversations are" in text_of(pilot)
        engine.take(SignedIn(ANA, 900))
        [asked, *_] = [effect for effect in engine.effects if isinstance(effect, ReadSessions)]
        engine.take(AskFailed(asked, Failure(FailureKind.UNREADABLE, 404)))
        await settled(pilot)
        assert "No conversation can be" in text_of(pilot)
        assert "No conversations yet." not in text_of(pilot)
        await press(pilot, "n")
        assert "is not a chat server" in said(pilot)


@pytest.mark.parametrize(
    ("key", "wanted", "names"),
    [("1", Filter.MINE, "Jonas Weber"), ("2", Filter.UNASSIGNED, "Mia Roth"), ("3", Filter.ALL, "Li Wei")],
)
async def test_filters_say_how_many(key: str, wanted: Filter, names: str) -> None:
    async with desk(size=(60, 20)) as (pilot, _):
        await press(pilot, key)
        count = 3 if wanted is Filter.ALL else 1
        assert said(pilot) == f"{wanted.value.capitalize()}: {count} conversation{'s' if count > 1 else ''}."
        assert names in text_of(pilot)
        if wanted is not Filter.ALL:
            assert "Li Wei" not in text_of(pilot)


async def test_ended_conversations_are_asked_for() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "4")
        asked = engine.of(ListingAsked)
        assert [one.query.status for one in asked if isinstance(one, ListingAsked)] == [SessionStatus.ENDED]
        assert "Ended" in text_of(pilot)


async def test_resolving_can_be_taken_back_for_a_while() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "e")
        assert engine.of(StatusAsked) == [StatusAsked(JONAS, SessionStatus.ENDED)]
        assert said(pilot) == "Resolving Jonas Weber. u undoes this for 10 s."
        engine.later(9)
        await press(pilot, "u")
        assert said(pilot) == "Undoing it: reopening Jonas Weber."
        assert engine.effects[-1] == SetStatus(JONAS, SessionStatus.ACTIVE)
        await press(pilot, "u")
        assert said(pilot) == "Nothing to take back."


async def test_the_way_back_is_named_as_long_as_there_is_one() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "e")
        resolved = replace(engine.state.sessions[JONAS], status=SessionStatus.ENDED, version=2)
        engine.take(SessionChanged(resolved))
        await settled(pilot)
        assert said(pilot) == "Resolved: Jonas Weber. u undoes this for 10 s."
        engine.later(10.5)
        engine.take(SessionChanged(replace(resolved, status=SessionStatus.ACTIVE, version=3)))
        await settled(pilot)
        assert said(pilot) == "Open again: Jonas Weber"


async def test_after_a_while_resolving_stays() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "e")
        engine.later(10.5)
        await press(pilot, "u")
        assert engine.of(StatusAsked) == [StatusAsked(JONAS, SessionStatus.ENDED)]
        assert said(pilot) == "Nothing to take back."


async def test_resolve_and_next() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "enter", "escape", "E")
        assert engine.of(StatusAsked) == [StatusAsked(JONAS, SessionStatus.ENDED)]
        assert engine.of(SessionOpened)[-1] == SessionOpened(MIA)


@pytest.mark.parametrize(("answer", "hours"), [("1", None), ("2", 1.0)])
async def test_setting_aside(answer: str, hours: float | None) -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "z")
        assert "until the customer writes" in text_of(pilot)
        await press(pilot, answer)
        until = None if hours is None else engine.time.wall + hours * 3600
        assert engine.of(StatusAsked) == [StatusAsked(JONAS, SessionStatus.PENDING, until)]


async def test_setting_aside_until_tomorrow_morning() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "z", "3")
        (asked,) = engine.of(StatusAsked)
        assert isinstance(asked, StatusAsked)
        assert asked.pending_until is not None
        assert 0 < asked.pending_until - engine.time.wall < 2 * 86400


async def test_taking_what_nobody_holds() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "2", "t")
        assert engine.of(AssignAsked) == [AssignAsked(MIA, ANA.id)]
        await press(pilot, "u")
        assert engine.effects[-1] == Assign(MIA, None, expected=ANA.id)


async def test_taking_what_is_mine_already() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "t")
        assert not engine.of(AssignAsked)
        assert said(pilot) == "You hold Jonas Weber already."


@pytest.mark.parametrize(("keys", "taken"), [(("1",), True), (("2",), False), (("escape",), False), (("enter",), True)])
async def test_taking_what_a_colleague_holds_asks_first(keys: tuple[str, ...], *, taken: bool) -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "j", "t")
        assert "Eva holds Li Wei." in text_of(pilot)
        await press(pilot, *keys)
        assert engine.of(AssignAsked) == ([AssignAsked(LI, ANA.id)] if taken else [])


async def test_taking_where_a_colleague_is_replying_asks_first() -> None:
    async with desk() as (pilot, engine):
        engine.take(TypingSeen(MIA, by_agent(EVA), active=True))
        await press(pilot, "2", "t")
        assert "Eva is typing to Mia Roth." in text_of(pilot)
        assert not engine.of(AssignAsked)


async def test_who_types_is_said_below_the_transcript() -> None:
    async with desk(preferences=Preferences(reduced_motion=True)) as (pilot, engine):
        await press(pilot, "enter")
        engine.take(TypingSeen(JONAS, message(JONAS, 9, "x").author, active=True))
        await settled(pilot)
        assert "Jonas is typing" in text_of(pilot)


async def test_the_state_in_words() -> None:
    async with desk() as (pilot, _):
        await press(pilot, "f2")
        assert said(pilot).startswith("Live: new messages arrive at once.")
        assert "mine" in said(pilot)
        assert said(pilot).endswith("Here: Ana, Eva.")


async def test_reconnecting_is_asked_for() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "enter", "f5")
        assert engine.of(ReconnectAsked) == [ReconnectAsked()]


async def test_availability_is_chosen_never_toggled() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "f9")
        assert not engine.of(AvailabilityAsked)
        await press(pilot, "down", "enter")
        assert engine.of(AvailabilityAsked) == [AvailabilityAsked(Availability.BUSY)]


async def test_the_badge_is_true_when_the_line_breaks() -> None:
    async with desk() as (pilot, engine):
        assert badge(pilot) == "● Live"
        engine.take(LinkLost(Ending(EndingKind.LOST)))
        await settled(pilot)
        assert badge(pilot).startswith("◐ Connecting")
        assert "The line broke" in said(pilot)


async def test_a_broken_engine_is_seen() -> None:
    async with desk() as (pilot, engine):
        engine.broken.set_exception(RuntimeError("token abc"))
        await settled(pilot)
        assert badge(pilot) == "○ Stopped by a fault of its own"
        assert "RuntimeError" in said(pilot)
        assert "abc" not in text_of(pilot)


async def test_help_is_that_of_the_pane() -> None:
    async with desk() as (pilot, _):
        await press(pilot, "question_mark")
        assert "Keys in the list of conversations" in text_of(pilot)
        await press(pilot, "escape", "enter", "f1")
        assert "Keys in the composer" in text_of(pilot)
        assert "In the composer every letter is text" in text_of(pilot)
        await press(pilot, "escape")
        assert pane(pilot) is Pane.COMPOSER


async def test_the_palette_does_what_is_chosen() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "colon", *"resol", "enter")
        assert engine.of(StatusAsked) == [StatusAsked(JONAS, SessionStatus.ENDED)]


async def test_the_palette_opens_while_writing_and_gives_the_focus_back() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "enter", "ctrl+p", *"reconn")
        assert "Connect again now" in text_of(pilot)
        await press(pilot, "enter")
        assert engine.of(ReconnectAsked)
        assert pane(pilot) is Pane.COMPOSER


async def test_markup_from_outside_is_text() -> None:
    engine = furnished()
    async with desk(engine) as (pilot, _):
        await press(pilot, "enter")
        arrives(engine, message(JONAS, 3, "[red]look[/red] [@click=app.quit]here[/]"))
        await settled(pilot)
        assert "[red]look[/red] [@click=app.quit]here[/]" in text_of(pilot)


async def test_many_changes_are_one_look() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "enter")
        for seq in range(3, 203):
            arrives(engine, message(JONAS, seq, f"line {seq}"))
        await settled(pilot)
        assert "line 202" in text_of(pilot)


async def test_quitting_ends_at_once_when_all_is_sent() -> None:
    async with desk() as (pilot, _):
        await press(pilot, "ctrl+q")
        assert not pilot.app.is_running


async def test_keys_that_arrive_together_keep_their_order() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "enter")
        await burst(pilot, "h", "o", "ctrl+down", "h", "a")
        assert engine.state.drafts == {(JONAS, False): "ho", (LI, False): "ha"}


@pytest.mark.parametrize(("first", "words"), [("r", "ate"), ("i", "zen"), ("enter", "et"), ("n", "tz")])
async def test_what_is_typed_ahead_goes_where_the_first_key_leads(first: str, words: str) -> None:
    """As it comes over a slow line: nothing waits for what a key leads to."""
    async with desk() as (pilot, engine):
        await burst(pilot, first, *words)
        assert pilot.app.screen.query_one(Body).composer.text == words
        assert not engine.of(StatusAsked)
        assert not engine.of(AssignAsked)


async def test_the_chosen_command_is_marked_by_a_sign() -> None:
    async with desk() as (pilot, _):
        await press(pilot, ":")
        assert "> Help" in text_of(pilot)
        await press(pilot, "down")
        assert "> Help" not in text_of(pilot)
        assert len([row for row in text_of(pilot).splitlines() if "> " in row and "Open" in row]) == 1


async def test_without_single_keys_letters_do_nothing_and_the_palette_reaches_everything() -> None:
    async with desk(preferences=Preferences(single_keys=False)) as (pilot, engine):
        await press(pilot, "enter", "escape", "e", "t")
        assert not engine.of(StatusAsked)
        assert not engine.of(AssignAsked)
        await press(pilot, "ctrl+p", *"resolve", "enter")
        assert len(engine.of(StatusAsked)) == 1


async def test_enter_and_ctrl_j_can_change_places() -> None:
    async with desk(preferences=Preferences(enter_sends=False)) as (pilot, engine):
        await press(pilot, "enter", "h", "enter", "i")
        assert not engine.of(SendAsked)
        await press(pilot, "ctrl+j")
        (sent,) = engine.of(SendAsked)
        assert isinstance(sent, SendAsked)
        assert sent.draft.text == "h\ni"


@pytest.mark.parametrize("size", [(160, 48), (60, 20)])
async def test_plain_characters_draw_everything_of_ours(size: tuple[int, int]) -> None:
    engine = furnished()
    long = "Maximilian Alexander von und zu Hohenstein-Langenburg the Third"
    engine.take(
        SessionChanged(session(JONAS, long, waits=360, version=9, tags=("a tag of quite some length, as it is",)))
    )
    async with desk(engine, preferences=Preferences(ascii_only=True), size=size) as (pilot, engine):
        engine.take(TypingSeen(JONAS, message(JONAS, 9, "x").author, active=True))
        arrives(engine, message(JONAS, 4, "a note", by_agent(ANA), private=True))
        screens = ("enter escape", "i", "escape :", "escape f9", "escape f1", "escape p", "escape w", "escape f12")
        more = ("escape a", "escape escape", "slash", "escape l", "escape a e enter", "escape +", "escape tab slash")
        for keys in (*screens, *more):
            await press(pilot, *keys.split())
            assert text_of(pilot).isascii(), [row for row in text_of(pilot).splitlines() if not row.isascii()]
        shortened = [row for row in text_of(pilot).splitlines() if "~" in row]
        assert shortened or size[0] == 160
        engine.take(LinkLost(Ending(EndingKind.LOST)))
        await settled(pilot)
        assert badge(pilot).startswith("~ Connecting")


@pytest.mark.parametrize(("quiet", "rings"), [(False, 1), (True, 0)])
async def test_the_bell_calls_to_words_that_are_not_on_the_screen(quiet: bool, rings: int) -> None:
    async with desk(preferences=Preferences(bell=True, is_quiet=lambda: quiet)) as (pilot, engine):
        bells: list[None] = []
        pilot.app.bell = lambda: bells.append(None)  # type: ignore[method-assign]
        await press(pilot, "enter")
        arrives(engine, message(JONAS, 9, "seen at once"))
        await settled(pilot)
        assert bells == []
        arrives(engine, message(MIA, 9, "elsewhere"))
        await settled(pilot)
        assert len(bells) == rings


async def test_what_comes_behind_a_dialog_is_read_only_when_it_is_gone() -> None:
    async with desk() as (pilot, engine):
        await press(pilot, "enter", "f1")
        before = len(engine.of(Shown))
        arrives(engine, message(JONAS, 9, "behind the help"))
        await settled(pilot)
        assert len(engine.of(Shown)) == before
        await press(pilot, "escape")
        assert engine.of(Shown)[-1] == Shown(JONAS, 9)


@pytest.mark.parametrize("key", ["enter", "r", "i", "n"])
async def test_the_terminals_cursor_goes_with_the_focus(key: str) -> None:
    async with desk() as (pilot, _):
        await press(pilot, key)
        composer = pilot.app.screen.query_one(Body).composer
        assert composer.has_focus
        assert pilot.app.cursor_position == composer.cursor_screen_offset
        assert composer.content_region.contains_point(pilot.app.cursor_position)


async def test_keys_in_a_burst_are_about_what_the_keys_before_them_chose() -> None:
    async with desk() as (pilot, engine):
        await burst(pilot, "j", "enter")
        assert engine.of(SessionOpened) == [SessionOpened(LI)]
    async with desk() as (pilot, engine):
        await burst(pilot, "j", "e")
        (asked,) = engine.of(StatusAsked)
        assert isinstance(asked, StatusAsked)
        assert asked.session == LI


async def test_the_selected_row_looks_chosen_while_its_pane_has_the_focus_and_only_then() -> None:
    async with desk() as (pilot, _):
        body = pilot.app.screen.query_one(Body)

        def grounds() -> list[bool]:
            """Of the list and the transcript: whether the selected row stands on the colour of a chosen one."""
            ground = pilot.app.theme_variables["block-cursor-background"]
            chosen = Style(bgcolor=Color.parse(ground).rich_color).bgcolor
            strips = (widget.render_lines(widget.size.region) for widget in (body.sessions, body.transcript))
            return [any(part.style and part.style.bgcolor == chosen for row in rows for part in row) for rows in strips]

        assert grounds() == [True, False]
        await press(pilot, "enter")
        assert grounds() == [False, False]
        await press(pilot, "escape")
        assert grounds() == [False, True]
        await press(pilot, "escape")
        assert grounds() == [True, False]


async def test_titles_say_what_there_is_room_for_and_who_sees_what_is_written_always() -> None:
    engine = furnished()
    engine.take(SessionChanged(session(JONAS, "Edith Longfellow", waits=360, assigned_agent=ANA.id, version=2)))
    async with desk(engine, size=(80, 24)) as (pilot, _):
        await press(pilot, "enter")
        assert "─ Edith Longfellow  active  held by Ana ─" in text_of(pilot)
        assert "─ To the customer: Edith Longfellow ─" in text_of(pilot)
        await press(pilot, "escape", "i")
        assert "═ Note on Edith Longfellow: colleagues only ═" in text_of(pilot)
        await pilot.resize_terminal(160, 48)
        await settled(pilot)
        assert "customer online ─" in text_of(pilot)
        await press(pilot, "escape", "r")
        assert "─ Reply to Edith Longfellow: the customer sees this ─" in text_of(pilot)
