"""The transcript: what is shown, where the reader stands, and what it tells."""

from tests.ui.paint.scene import ANA, NOON, TALK, hold, message, pending, signed_in
from tests.ui.widgets.stage import Seen, staged
from tms_tui.core.outbox import change, put
from tms_tui.core.state import State
from tms_tui.core.transcript import merge
from tms_tui.domain.entries import Delivery
from tms_tui.domain.ids import SendId, SessionId
from tms_tui.domain.value import replace
from tms_tui.ui.widgets.transcript import TranscriptPane

OTHER = SessionId("other")


def said(seen: Seen) -> list[str]:
    """The texts of the messages on the screen."""
    return [row.split("\u2502 ")[1] for row in seen.rows() if "\u2502" in row]


def shown(seen: Seen) -> list[int]:
    return [event.up_to for event in seen.of(TranscriptPane.Shown)]


def grow(state: State, pane: TranscriptPane, seq: int) -> None:
    merge(state.transcript(TALK), [message(seq)])
    pane.refresh_session()


async def test_it_opens_at_the_end_and_tells_what_was_shown() -> None:
    state = signed_in()
    hold(state, 1, 50)
    pane = TranscriptPane(state)
    async with staged(pane, height=5) as seen:
        pane.show_session(TALK)
        await seen.pilot.pause()
        assert said(seen) == [f"message {seq}" for seq in range(46, 51)]
        assert seen.rows()[-1].startswith(">")
        assert shown(seen) == [50]
        assert not seen.of(TranscriptPane.TopReached)


async def test_a_short_conversation_stands_at_the_top_under_its_day() -> None:
    state = signed_in()
    hold(state, 1, 2)
    pane = TranscriptPane(state)
    async with staged(pane) as seen:
        pane.show_session(TALK)
        await seen.pilot.pause()
        assert "-- " in seen.rows()[0]
        assert said(seen) == ["message 1", "message 2"]
        assert seen.rows()[3:] == [""] * 5
        assert [event.session for event in seen.of(TranscriptPane.TopReached)] == [TALK]


async def test_a_new_day_has_its_line() -> None:
    state = signed_in()
    merge(state.transcript(TALK), [message(1), message(2), message(3, at=NOON + 90_000)])
    pane = TranscriptPane(state)
    async with staged(pane) as seen:
        pane.show_session(TALK)
        await seen.pilot.pause()
        assert ["-- " in row for row in seen.rows()[:5]] == [True, False, False, True, False]


async def test_it_follows_the_end() -> None:
    state = signed_in()
    hold(state, 1, 50)
    pane = TranscriptPane(state)
    async with staged(pane, height=5) as seen:
        pane.show_session(TALK)
        grow(state, pane, 51)
        await seen.pilot.pause()
        assert said(seen)[-1] == "message 51"
        assert shown(seen)[-1] == 51


async def test_nothing_moves_while_the_reader_is_away_from_the_end() -> None:
    state = signed_in()
    hold(state, 1, 50)
    pane = TranscriptPane(state)
    async with staged(pane, height=6) as seen:
        pane.show_session(TALK)
        await seen.pilot.press("k", "k")
        before = seen.rows()
        for seq in (51, 52, 53):
            grow(state, pane, seq)
        await seen.pilot.pause()
        assert seen.rows()[:-1] == before[:-1]
        assert "3 new below" in seen.rows()[-1]
        assert (pane.following, pane.new_below) == (False, 3)
        assert shown(seen) == [50]
        await seen.pilot.press("G")
        await seen.pilot.pause()
        assert (pane.following, pane.new_below) == (True, 0)
        assert said(seen)[-1] == "message 53"
        assert shown(seen) == [50, 53]


async def test_older_messages_come_in_above_without_moving_the_reader() -> None:
    state = signed_in()
    hold(state, 41, 90)
    pane = TranscriptPane(state)
    async with staged(pane, height=6) as seen:
        pane.show_session(TALK)
        await seen.pilot.press("g")
        await seen.pilot.pause()
        assert len(seen.of(TranscriptPane.TopReached)) == 1
        before = said(seen)
        hold(state, 1, 40)
        pane.refresh_session()
        await seen.pilot.pause()
        assert said(seen)[-4:] == before[-4:]
        assert pane.selected_entry == message(41)
        await seen.pilot.press("g")
        await seen.pilot.pause()
        assert said(seen)[0] == "message 1"
        assert len(seen.of(TranscriptPane.TopReached)) == 2


async def test_keys_move_the_selection_and_the_cursor_follows() -> None:
    state = signed_in()
    hold(state, 1, 50)
    pane = TranscriptPane(state)
    async with staged(pane, height=6) as seen:
        pane.show_session(TALK)
        selected = []
        for key in ("k", "up", "pageup", "j", "down", "home", "pagedown", "end", "j"):
            await seen.pilot.press(key)
            entry = pane.selected_entry
            assert entry is not None
            selected.append(entry)
            row = next(y for y, text in enumerate(seen.rows()) if text.startswith(">"))
            assert seen.pilot.app.cursor_position == (0, row)
        assert selected == [message(seq) for seq in (49, 48, 42, 43, 44, 1, 8, 50, 50)]


async def test_a_message_higher_than_the_view_is_scrolled_through() -> None:
    state = signed_in()
    tall = "\n".join(f"line {number}" for number in range(20))
    merge(state.transcript(TALK), [message(1), message(2, tall), message(3)])
    pane = TranscriptPane(state)
    async with staged(pane, height=6) as seen:
        pane.show_session(TALK)
        await seen.pilot.press("g", "j")
        read = list(said(seen))
        for _ in range(12):
            await seen.pilot.press("j")
            read += [line for line in said(seen) if line not in read]
        assert [line for line in read if line.startswith("line")] == tall.split("\n")
        assert pane.following


async def test_an_own_send_is_followed_and_its_state_is_one_changed_row() -> None:
    state = signed_in()
    hold(state, 1, 50)
    pane = TranscriptPane(state)
    async with staged(pane, height=6) as seen:
        pane.show_session(TALK)
        await seen.pilot.press("pageup")
        put(state.outbox, pending("sorry", Delivery.QUEUED))
        pane.refresh_session()
        await seen.pilot.pause()
        assert pane.following
        assert seen.rows()[-1].endswith("queued")
        before = seen.rows()
        change(state.outbox, SendId("send-1"), Delivery.SENDING)
        pane.refresh_session()
        await seen.pilot.pause()
        assert seen.rows()[:-1] == before[:-1]
        assert seen.rows()[-1].endswith("sending")


async def test_seen_is_told_when_the_customer_read() -> None:
    state = signed_in()
    merge(state.transcript(TALK), [message(1, "hello", ANA)])
    pane = TranscriptPane(state)
    async with staged(pane) as seen:
        pane.show_session(TALK)
        assert seen.rows()[1].endswith("sent")
        state.transcripts[TALK].visitor_read_up_to = 1
        pane.refresh_session()
        assert seen.rows()[1].endswith("seen")


async def test_a_peek_marks_nothing_read() -> None:
    state = signed_in()
    hold(state, 1, 5)
    pane = TranscriptPane(state)
    async with staged(pane) as seen:
        pane.show_session(TALK, as_read=False)
        await seen.pilot.pause()
        assert len(said(seen)) == 5
        assert not shown(seen)
        pane.show_session(TALK)
        await seen.pilot.pause()
        assert shown(seen) == [5]


async def test_a_changed_message_is_painted_again() -> None:
    state = signed_in()
    hold(state, 1, 5)
    pane = TranscriptPane(state)
    async with staged(pane) as seen:
        pane.show_session(TALK)
        merge(state.transcripts[TALK], [replace(message(3), text=message(9, "corrected").text)])
        pane.refresh_session()
        assert said(seen)[2] == "corrected"


async def test_it_wraps_again_at_another_width_and_stays_at_the_end() -> None:
    state = signed_in()
    merge(state.transcript(TALK), [message(seq, "some words that need room " * 3) for seq in range(1, 30)])
    pane = TranscriptPane(state)
    async with staged(pane, width=120, height=12) as seen:
        pane.show_session(TALK)
        await seen.pilot.resize_terminal(50, 9)
        await seen.pilot.pause()
        assert len(seen.rows()) == 9
        assert all(len(row) <= 50 for row in seen.rows())
        assert pane.following
        assert seen.rows()[-1].endswith("room")


async def test_empty_places_say_what_is_the_matter() -> None:
    state = signed_in()
    pane = TranscriptPane(state)
    async with staged(pane) as seen:
        assert "n: next in need" in seen.rows()[0]
        pane.show_session(OTHER)
        assert "reading" in seen.rows()[0]
        hold(state, 1, 0, OTHER)
        pane.refresh_session()
        assert "no messages" in seen.rows()[0]


async def test_no_timer_runs_and_an_unchanged_refresh_paints_nothing() -> None:
    state = signed_in()
    hold(state, 1, 50)
    pane = TranscriptPane(state)
    async with staged(pane) as seen:
        pane.show_session(TALK)
        await seen.pilot.pause()
        painted: list[int] = []
        pane.app.post_display_hook = lambda: painted.append(1)  # type: ignore[method-assign]
        pane.refresh_session()
        await seen.pilot.pause()
        assert painted == []
        assert not pane._timers
        grow(state, pane, 51)
        await seen.pilot.pause()
        assert painted
