"""The list of conversations: order, selection, and what it tells."""

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from tests.ui.paint.scene import NOON, conversation, signed_in
from tests.ui.widgets.stage import Seen, Stage, staged
from tms_tui.core.state import State
from tms_tui.domain.ids import SessionId
from tms_tui.ui.widgets.session_list import SessionListView


def desk(count: int) -> tuple[State, list[SessionId]]:
    state = signed_in()
    for number in range(1, count + 1):
        one = conversation(f"Customer {number}", number)
        state.sessions[one.id] = one
    return state, list(state.sessions)


def names(seen: Seen) -> list[str]:
    return [row[2:].split("  ")[0] for row in seen.rows()[::2] if row]


def marked(seen: Seen) -> str:
    row = next(row for row in seen.rows() if row.startswith(">"))
    return row[2:].split("  ")[0]


async def test_two_rows_each_and_the_first_one_is_selected() -> None:
    state, order = desk(10)
    view = SessionListView()
    async with staged(view, 40, 8) as seen:
        view.update_from(state, order, NOON)
        assert names(seen) == [f"Customer {number}" for number in (1, 2, 3, 4)]
        assert (marked(seen), view.selected) == ("Customer 1", order[0])


async def test_keys_move_the_selection_and_the_cursor() -> None:
    state, order = desk(10)
    view = SessionListView()
    async with staged(view, 40, 8) as seen:
        view.update_from(state, order, NOON)
        for key, number, row in (
            ("j", 2, 2), ("down", 3, 4), ("k", 2, 2), ("pagedown", 6, 6), ("G", 10, 6), ("j", 10, 6), ("pageup", 6, 0),
            ("g", 1, 0), ("up", 1, 0), ("end", 10, 6), ("home", 1, 0),
        ):  # fmt: skip
            await seen.pilot.press(key)
            assert (key, view.selected) == (key, order[number - 1])
            assert (key, marked(seen)) == (key, f"Customer {number}")
            assert (key, seen.pilot.app.cursor_position) == (key, (0, row))


async def test_the_selection_stays_on_its_conversation_when_the_order_changes() -> None:
    state, order = desk(10)
    view = SessionListView()
    async with staged(view, 40, 8) as seen:
        view.update_from(state, order, NOON)
        await seen.pilot.press("j", "j")
        view.update_from(state, [*order[5:], *order[:5]], NOON)
        assert (marked(seen), view.selected) == ("Customer 3", order[2])
        view.update_from(state, order, NOON)
        assert marked(seen) == "Customer 3"


async def test_a_conversation_that_goes_leaves_the_selection_in_its_place() -> None:
    state, order = desk(3)
    view = SessionListView()
    async with staged(view, 40, 8) as seen:
        view.update_from(state, order, NOON)
        await seen.pilot.press("j")
        view.update_from(state, [order[0], order[2]], NOON)
        assert marked(seen) == "Customer 3"
        view.update_from(state, [], NOON)
        assert view.selected is None


async def test_enter_opens_and_space_peeks() -> None:
    state, order = desk(3)
    view = SessionListView()
    async with staged(view, 40, 8) as seen:
        view.update_from(state, order, NOON)
        await seen.pilot.press("j", "enter", "k", "space")
        await seen.pilot.pause()
        assert [event.session for event in seen.of(SessionListView.Opened)] == [order[1]]
        assert [event.session for event in seen.of(SessionListView.Peeked)] == [order[0]]
        assert [event.session for event in seen.of(SessionListView.Highlighted)] == [order[1], order[0]]


async def test_an_empty_list_says_what_to_do_and_obeys_no_key() -> None:
    view = SessionListView(empty="No conversations yet. New ones appear here by themselves.")
    async with staged(view, 40, 8) as seen:
        view.update_from(signed_in(), [], NOON)
        assert " ".join(row.strip() for row in seen.rows()).strip() == (
            "No conversations yet. New ones appear here by themselves."
        )
        await seen.pilot.press("j", "enter", "space", "G")
        await seen.pilot.pause()
        assert seen.posted == []


async def test_one_changed_row_repaints_that_row_alone() -> None:
    state, order = desk(10)
    view = SessionListView()
    async with staged(view, 40, 8) as seen:
        view.update_from(state, order, NOON)
        await seen.pilot.pause()
        before = view.render_lines(view.size.region)
        state.sessions[order[1]] = conversation("Customer 2", 2, unread=5)
        view.update_from(state, order, NOON)
        after = view.render_lines(view.size.region)
        assert [row is old for row, old in zip(after, before, strict=True)] == [y not in {2, 3} for y in range(8)]


class Shout(LineFilter):
    """Stands for the filters that an app lays over every widget."""

    def apply(self, segments: list[Segment], _background: Color) -> list[Segment]:
        return [Segment(text.upper(), style, control) for text, style, control in segments]


async def test_the_apps_line_filters_are_applied() -> None:
    state, order = desk(1)
    view = SessionListView()

    class Loud(Stage):
        def get_line_filters(self) -> list[LineFilter]:
            return [*super().get_line_filters(), Shout()]

    async with Loud(view).run_test(size=(40, 4)):
        view.update_from(state, order, NOON)
        assert view.render_line(0).text.startswith("> CUSTOMER 1")


async def test_five_thousand_rows_cost_what_is_visible() -> None:
    state, order = desk(5000)
    view = SessionListView()
    async with staged(view, 40, 8) as seen:
        view.update_from(state, order, NOON)
        assert len(view._painted) <= 6
        await seen.pilot.press("G")
        assert marked(seen) == "Customer 5000"
        assert len(view._painted) <= 12


async def test_until_one_is_chosen_the_first_is() -> None:
    state, order = desk(4)
    view = SessionListView()
    async with staged(view, 40, 8) as seen:
        view.update_from(state, order[2:], NOON)
        view.update_from(state, order, NOON)
        assert (marked(seen), view.selected) == ("Customer 1", order[0])
        await seen.pilot.press("j", "k")
        view.update_from(state, order[::-1], NOON)
        assert view.selected == order[0]
