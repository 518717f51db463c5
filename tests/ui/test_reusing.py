"""Canned responses at the desk: found, seen before they are taken, filled, and never sent half filled."""

import pytest

from tests.ui.desk_world import JONAS, SIZES, FakeEngine, desk, furnished, press, said, text_of
from tms_tui.domain.effects import ReadCanned
from tms_tui.domain.events import CannedRead, Restored, SendAsked
from tms_tui.domain.model import CannedResponse
from tms_tui.domain.text import CleanText
from tms_tui.domain.value import replace
from tms_tui.ui.preferences import Preferences
from tms_tui.ui.widgets.body import Body


def response(shortcut: str, title: str, content: str) -> CannedResponse:
    return CannedResponse(CleanText(shortcut), CleanText(title), CleanText(content))


HELLO = response("hello", "Greeting", "Hello {{customer.name}}, {{agent.name}} here.")
ORDER = response("order", "Order state", "Order {{order.id}} leaves {{order.day}}.")
OWN_HELLO = response("hello", "My greeting", "Hi {{customer.name}}!")
BYE = response("bye", "Farewell", "Bye [b]now[/b]")


def equipped() -> FakeEngine:
    """The server has two texts."""
    engine = furnished()
    engine.take(CannedRead((HELLO, ORDER)))
    engine.taken.clear()
    return engine


def written(pilot: object) -> str:
    """What stands in the composer."""
    return pilot.app.screen_stack[0].query_one(Body).composer.text  # type: ignore[attr-defined,no-any-return]


def sent(engine: FakeEngine) -> list[str]:
    return [event.draft.text for event in engine.taken if isinstance(event, SendAsked)]


async def test_one_is_found_by_a_part_and_seen_filled_before_it_is_taken() -> None:
    async with desk(equipped(), size=(80, 24)) as (pilot, engine):
        await press(pilot, "enter", "slash")
        assert "Canned responses" in text_of(pilot)
        assert "/hello  Greeting" in text_of(pilot)
        await press(pilot, *"grt")
        assert "/order" not in text_of(pilot)
        assert "Hello Jonas Weber, Ana here." in text_of(pilot)
        await press(pilot, "enter")
        assert written(pilot) == "Hello Jonas Weber, Ana here."
        await press(pilot, "enter")
        assert sent(engine) == ["Hello Jonas Weber, Ana here."]


async def test_one_of_several_lines_stands_on_one_row_and_the_cursor_with_it() -> None:
    engine = equipped()
    long = response("bye", "Farewell", "Thank you.\n\nGood-bye!")
    engine.take(CannedRead((long, HELLO)))
    async with desk(engine, size=(80, 24)) as (pilot, _):
        await press(pilot, "enter", "slash", "down")
        rows = text_of(pilot).splitlines()
        chosen = next(at for at, row in enumerate(rows) if "> /hello" in row)
        assert "/bye  Farewell  Thank you. Good-bye!" in rows[chosen - 1]
        assert pilot.app.cursor_position.y == chosen


@pytest.mark.parametrize("size", SIZES)
async def test_all_lines_are_seen_before_it_is_taken(size: tuple[int, int]) -> None:
    engine = equipped()
    long = response("bye", "Farewell", "Thank you for writing. Good-bye!\nAna")
    longer = response("sorry", "Excuse", "We are sorry.\nIt is on its way.\nBob")
    engine.take(CannedRead((long, longer)))
    async with desk(engine, size=size) as (pilot, _):
        await press(pilot, "enter", "slash")
        assert _stand_together(text_of(pilot), "Thank you for writing. Good-bye!", "Ana")
        await press(pilot, "down")
        assert _stand_together(text_of(pilot), "We are sorry.", "It is on its way.", "Bob")
        await press(pilot, *"far")
        assert _stand_together(text_of(pilot), "Thank you for writing. Good-bye!", "Ana")


def _stand_together(screen: str, *lines: str) -> bool:
    """Whether these lines, and nothing else between the same borders, stand below each other."""
    inside = [[part.strip() for part in row.replace("┃", "│").split("│")] for row in screen.splitlines()]
    return any(
        all(line in parts for line, parts in zip(lines, inside[start:], strict=False)) for start in range(len(inside))
    )


async def test_what_is_not_filled_is_named_marked_and_refused_at_send() -> None:
    async with desk(equipped(), size=(80, 24)) as (pilot, engine):
        await press(pilot, "enter", "slash", *"order")
        assert "To fill in before it is sent: {{order.id}}, {{order.day}}." in text_of(pilot)
        await press(pilot, "enter")
        assert said(pilot) == "To fill in before it is sent: {{order.id}}, {{order.day}}."
        await press(pilot, "7", "enter")
        assert written(pilot) == "Order 7 leaves {{order.day}}."
        assert said(pilot) == "Not sent: {{order.day}} is not filled in. Write what belongs in its place."
        assert sent(engine) == []
        await press(pilot, *"today", "enter")
        assert sent(engine) == ["Order 7 leaves today."]


async def test_a_note_is_kept_back_for_the_same_reason() -> None:
    async with desk(equipped()) as (pilot, engine):
        await press(pilot, "i", "slash", *"order", "enter", "enter")
        assert sent(engine) == []
        assert "is not filled in" in said(pilot)


@pytest.mark.parametrize("opens", ["enter", "i"])
async def test_own_words_are_sent_as_typed_whatever_stands_in_braces(opens: str) -> None:
    async with desk(equipped()) as (pilot, engine):
        await press(pilot, opens, *"Write {{ user.first_name }}", "enter")
        assert sent(engine) == ["Write {{ user.first_name }}"]


async def test_a_customer_may_be_called_as_a_placeholder_is() -> None:
    engine = equipped()
    jonas = engine.state.sessions[JONAS]
    engine.state.sessions[JONAS] = replace(jonas, customer=replace(jonas.customer, name="{{agent.name}}"))
    async with desk(engine, size=(80, 24)) as (pilot, _):
        await press(pilot, "enter", "slash", *"hello")
        assert "To fill in" not in text_of(pilot)
        await press(pilot, "enter", "enter")
        assert sent(engine) == ["Hello {{agent.name}}, Ana here."]


async def test_what_was_left_stays_refused_beside_own_words_until_it_is_written_over() -> None:
    async with desk(equipped()) as (pilot, engine):
        await press(pilot, "enter", "slash", *"order", "enter", "7", "end", *" Write {{order.id}}", "enter")
        assert said(pilot) == "Not sent: {{order.day}} is not filled in. Write what belongs in its place."
        await press(pilot, *"today", "enter")
        assert sent(engine) == ["Order 7 leaves today. Write {{order.id}}"]


@pytest.mark.parametrize(
    "keys",
    [
        ("7", "ctrl+underscore"),
        ("end", "ctrl+u", "ctrl+underscore"),
        ("ctrl+underscore", "ctrl+y"),
        ("7", "ctrl+underscore", "end", "x"),
    ],
)
async def test_what_is_back_by_undo_is_as_unfilled_as_it_was(keys: tuple[str, ...]) -> None:
    async with desk(equipped()) as (pilot, engine):
        await press(pilot, "enter", "slash", *"order", "enter")
        await press(pilot, *keys, "enter")
        assert written(pilot).startswith("Order {{order.id}} leaves {{order.day}}.")
        assert sent(engine) == []
        assert said(pilot).startswith("Not sent: {{order.id}}, {{order.day}} is not filled in.")


async def test_undo_makes_nothing_of_own_words_a_placeholder() -> None:
    async with desk(equipped()) as (pilot, engine):
        await press(pilot, "enter", *"Write {{order.id}}", "space", *"now", "ctrl+underscore", "ctrl+y", "enter")
        assert sent(engine) == ["Write {{order.id}} now"]


async def test_a_draft_emptied_is_own_words_again() -> None:
    async with desk(equipped()) as (pilot, engine):
        await press(pilot, "enter", "slash", *"order", "enter", "end", "ctrl+u", *"{{order.day}}", "enter")
        assert sent(engine) == ["{{order.day}}"]


async def test_what_was_left_is_refused_after_another_conversation_was_looked_at_and_after_a_restart() -> None:
    async with desk(equipped()) as (pilot, engine):
        await press(pilot, "enter", "slash", *"order", "enter", "ctrl+down", "ctrl+up", "enter")
        assert sent(engine) == []
        assert said(pilot).startswith("Not sent: {{order.id}}, {{order.day}} is not filled in.")
        left, text = engine.state.unfilled[JONAS, False], engine.state.drafts[JONAS, False]
    again = equipped()
    again.take(Restored((), ((JONAS, False, text),), unfilled=(((JONAS, False), left),)))
    async with desk(again) as (pilot, _):
        await press(pilot, "enter", "enter")
        assert sent(again) == []
        assert said(pilot).startswith("Not sent: {{order.id}}, {{order.day}} is not filled in.")


async def test_ones_own_stand_beside_the_servers_and_in_place_of_the_same_shortcut() -> None:
    async with desk(equipped(), preferences=Preferences(canned=(OWN_HELLO, BYE))) as (pilot, _):
        await press(pilot, "enter", "slash")
        assert "/bye  Farewell" in text_of(pilot)
        assert "Bye [b]now[/b]" in text_of(pilot)
        assert "Greeting" not in text_of(pilot).replace("My greeting", "")
        await press(pilot, *"hel", "enter")
        assert written(pilot) == "Hi Jonas Weber!"


async def test_esc_leaves_nothing_behind_and_a_second_slash_writes_one() -> None:
    async with desk(equipped()) as (pilot, _):
        await press(pilot, "enter", "slash", "escape")
        assert written(pilot) == ""
        await press(pilot, "slash")
        assert "/ writes /, Esc leaves." in text_of(pilot)
        await press(pilot, "slash", "slash", "x")
        assert written(pilot) == "//x"


async def test_without_any_the_slash_is_typed_and_it_is_said_where_they_come_from() -> None:
    engine = equipped()
    engine.take(CannedRead(()))
    async with desk(engine) as (pilot, _):
        await press(pilot, "enter", "slash")
        assert written(pilot) == "/"
        assert said(pilot).startswith("There are no canned responses")


async def test_by_the_palette_it_is_put_where_the_caret_stands() -> None:
    async with desk(equipped(), preferences=Preferences(single_keys=False)) as (pilot, engine):
        await press(pilot, "ctrl+p", *"canned", "enter", *"hello", "enter")
        assert written(pilot) == "Hello Jonas Weber, Ana here."
        assert engine.state.opened == JONAS
        await press(pilot, *" ok", "ctrl+p", *"canned", "enter", "escape")
        assert written(pilot) == "Hello Jonas Weber, Ana here. ok"


async def test_the_preview_follows_the_mark_and_goes_when_nothing_fits() -> None:
    async with desk(equipped(), size=(80, 24)) as (pilot, _):
        await press(pilot, "enter", "slash")
        assert "To fill in" not in text_of(pilot)
        await press(pilot, "down")
        assert "To fill in" in text_of(pilot)
        await press(pilot, *"zzzz")
        assert "Nothing fits" in text_of(pilot)
        assert "To fill in" not in text_of(pilot)


async def test_texts_that_are_not_read_are_not_said_to_be_none_and_are_asked_for() -> None:
    async with desk(furnished(lists_read=False)) as (pilot, engine):
        engine.effects.clear()
        await press(pilot, "enter", "slash")
        assert said(pilot) == "The canned responses cannot be read now. Try again."
        assert ReadCanned() in engine.effects
