"""Rows that changed are written at once, frames agree with them, and it can be switched off."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.screen import ModalScreen

from tests.ui.paint.scene import TALK, hold, message, signed_in
from tests.ui.widgets.recorder import recorded
from tests.ui.widgets.stage import Seen, staged
from tms_tui.core.state import State
from tms_tui.core.transcript import merge
from tms_tui.ui.widgets.composer import Composer
from tms_tui.ui.widgets.transcript import TranscriptPane


@asynccontextmanager
async def composing() -> AsyncIterator[tuple[Seen, Composer, list[str]]]:
    """A composer, and what its app writes."""
    composer = Composer()
    async with staged(composer, 40, 9) as seen:
        composer.open("", private=False, title="Reply")
        await seen.pilot.pause()
        with recorded(seen.pilot.app) as written:
            yield seen, composer, written


@asynccontextmanager
async def reading() -> AsyncIterator[tuple[Seen, TranscriptPane, State, list[str]]]:
    """A transcript, and what its app writes."""
    state = signed_in()
    hold(state, 1, 12)
    pane = TranscriptPane(state)
    async with staged(pane, 50, 10) as seen:
        pane.show_session(TALK)
        await seen.pilot.pause()
        with recorded(seen.pilot.app) as written:
            yield seen, pane, state, written


def say(state: State, text: str) -> None:
    merge(state.transcripts[TALK], [message(state.transcripts[TALK].newest_seq + 1, text)])


def before_the_frame(written: list[str]) -> list[str]:
    return written[: written.index("")]


def writes(written: list[str]) -> int:
    """How often something was written; a frame writes at most once."""
    return sum(map(bool, written))


async def test_the_row_is_written_before_the_frame_and_the_frame_agrees() -> None:
    async with composing() as (seen, composer, written):
        await seen.pilot.press("q")
        await seen.pilot.pause()
        first = before_the_frame(written)[0]
        row = composer.render_line(0).render(seen.pilot.app.console)
        assert row in first
        assert "q" in first
        assert writes(written) > written.count("")
        assert any(row in frame for frame in written[written.index(first) + 1 :])


async def test_the_terminals_cursor_stands_behind_the_letter() -> None:
    async with composing() as (seen, composer, written):
        await seen.pilot.press("q")
        caret = composer.cursor_screen_offset
        assert before_the_frame([*written, ""])[0].endswith(f"\x1b[{caret.y + 1};{caret.x + 1}H")


async def test_an_edit_that_changes_the_height_waits_for_the_frame() -> None:
    async with composing() as (seen, composer, written):
        await seen.pilot.press("a", "ctrl+j")
        await seen.pilot.pause()
        del written[:]
        await seen.pilot.press("backspace")
        await seen.pilot.pause()
        assert composer.text == "a"
        assert 0 < writes(written) <= written.count("")


async def test_it_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMS_CHAT_PAINT", "stock")
    async with composing() as (seen, _, written):
        await seen.pilot.press("q")
        await seen.pilot.pause()
        assert 0 < writes(written) <= written.count("")


async def test_a_message_is_written_without_a_frame() -> None:
    async with reading() as (seen, pane, state, written):
        say(state, "hello there")
        pane.refresh_session()
        assert ["hello there" in text for text in written] == [True]
        await seen.pilot.pause()
        assert "" not in written
        assert "hello there" in seen.rows()[-1]


async def test_the_news_is_written_first_and_each_row_after_the_one_above_it() -> None:
    """A terminal that gives an emoji more cells than it has runs it into the row below."""
    async with reading() as (_, pane, state, written):
        say(state, "hello there")
        pane.refresh_session()
        (text,) = written
        first, *others, _cursor = (int(row) for row in re.findall(r"\x1b\[(\d+);\d+H", text))
        assert first == pane.size.height == others[-1]
        assert others == sorted(others)
        assert len(others) > 1
        assert text.index("hello there") < text.index(f"\x1b[{others[0]};2H")


async def test_the_terminals_cursor_follows_the_selection() -> None:
    async with reading() as (seen, pane, _, written):
        await seen.pilot.press("k")
        cursor = seen.pilot.app.cursor_position
        assert cursor.y < pane.size.height - 1
        assert written[0].endswith(f"\x1b[{cursor.y + 1};{cursor.x + 1}H")


async def test_nothing_is_written_over_a_page_that_covers_it() -> None:
    async with reading() as (seen, pane, state, written):
        await seen.pilot.app.push_screen(ModalScreen())
        await seen.pilot.pause()
        del written[:]
        say(state, "hello there")
        pane.refresh_session()
        assert written == []
        await seen.pilot.pause()
        assert 0 < writes(written) <= written.count("")


async def test_a_place_that_is_not_wholly_visible_is_left_to_frames() -> None:
    async with reading() as (seen, pane, state, written):
        pane.styles.height = 20
        await seen.pilot.pause()
        del written[:]
        say(state, "hello there")
        pane.refresh_session()
        assert written == []


async def test_messages_too_can_be_left_to_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMS_CHAT_PAINT", "stock")
    async with reading() as (seen, pane, state, written):
        say(state, "hello there")
        pane.refresh_session()
        assert written == []
        await seen.pilot.pause()
        assert "hello there" in "".join(written)
