"""What is painted row by row and cell by cell always adds up to the whole picture."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.terminal.vt_screen import VtScreen
from tests.ui.paint.scene import ANA, EVA, JONAS, TALK, hold, message, pending, signed_in
from tests.ui.widgets.recorder import recorded
from tests.ui.widgets.stage import staged
from tms_tui.core.outbox import change, put, take_out
from tms_tui.core.state import State
from tms_tui.core.transcript import merge
from tms_tui.domain.entries import Delivery
from tms_tui.domain.ids import SendId
from tms_tui.ui.widgets.transcript import TranscriptPane

ROWS, COLS = 10, 50
SEND = SendId("send-1")
KEYS = ("k", "j", "pageup", "pagedown", "g", "G")
WORDS = ("ok", "some words that fill more than one row of this pane", "\u5b57\u5e55", "one\ntwo\nthree", "x" * 70)


def news(state: State, what: int) -> None:
    """Something happens to the conversation."""
    seq = state.transcripts[TALK].newest_seq + 1
    match what:
        case 0 if state.outbox.find(SEND) is None:
            put(state.outbox, pending("on its way", Delivery.QUEUED))
        case 1:
            change(state.outbox, SEND, Delivery.SENDING)
        case 2:
            take_out(state.outbox, SEND)
        case 3:
            state.transcripts[TALK].visitor_read_up_to = seq
        case _:
            author = (JONAS, EVA, ANA)[what % 3]
            merge(state.transcripts[TALK], [message(seq, WORDS[what % len(WORDS)], author, private=what % 7 == 0)])


async def paint(steps: list[int | str]) -> tuple[list[str], list[str]]:
    """The emulated screen after all steps, and the picture the widget has of itself."""
    state = signed_in()
    hold(state, 1, 12)
    pane = TranscriptPane(state)
    async with staged(pane, COLS, ROWS) as seen:
        with recorded(seen.pilot.app) as written:
            pane.show_session(TALK)
            pane.screen.refresh()
            for step in steps:
                if isinstance(step, str):
                    await seen.pilot.press(step)
                else:
                    news(state, step)
                    pane.refresh_session()
                    await seen.pilot.pause()
            await seen.pilot.pause()
            screen = VtScreen(ROWS, COLS)
            screen.feed("".join(written).encode())
            return screen.lines(), seen.rows()


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(0, 30) | st.sampled_from(KEYS), max_size=12))
def test_the_screen_is_what_the_widget_means(steps: list[int | str]) -> None:
    screen, meant = asyncio.run(paint(steps))
    assert screen == meant


async def test_a_row_that_changed_is_all_that_is_written() -> None:
    state = signed_in()
    hold(state, 1, 12)
    put(state.outbox, pending("on its way", Delivery.QUEUED))
    pane = TranscriptPane(state)
    async with staged(pane, COLS, ROWS) as seen:
        pane.show_session(TALK)
        await seen.pilot.pause()
        with recorded(seen.pilot.app) as written:
            change(state.outbox, SEND, Delivery.SENDING)
            pane.refresh_session()
            await seen.pilot.pause()
            assert "sending" in "".join(written)
            assert "message" not in "".join(written)
