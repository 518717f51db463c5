"""The edited row is written at once, the ordinary frame agrees with it, and it can be switched off."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.drivers.headless_driver import HeadlessDriver

from tests.ui.widgets.stage import Seen, staged
from tms_tui.ui.widgets.composer import Composer


class Recorder(HeadlessDriver):
    """A terminal that keeps what is written to it."""

    written: list[str]

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        self.written.append(data)


@asynccontextmanager
async def recorded() -> AsyncIterator[tuple[Seen, Composer, list[str]]]:
    """A composer whose app writes to a recorder; every frame is marked by an empty string."""
    composer = Composer()
    async with staged(composer, 40, 9) as seen:
        composer.open("", private=False, title="Reply")
        await seen.pilot.pause()
        app = seen.pilot.app
        recorder = Recorder(app, size=(40, 9))
        recorder.written = written = []
        before, app._driver = app._driver, recorder
        app.post_display_hook = lambda: written.append("")  # type: ignore[method-assign]
        try:
            yield seen, composer, written
        finally:
            app._driver = before


def before_the_frame(written: list[str]) -> list[str]:
    return written[: written.index("")]


def writes(written: list[str]) -> int:
    """How often something was written; a frame writes at most once."""
    return sum(map(bool, written))


async def test_the_row_is_written_before_the_frame_and_the_frame_agrees() -> None:
    async with recorded() as (seen, composer, written):
        await seen.pilot.press("q")
        await seen.pilot.pause()
        first = before_the_frame(written)[0]
        row = composer.render_line(0).render(seen.pilot.app.console)
        assert row in first
        assert "q" in first
        assert writes(written) > written.count("")
        assert any(row in frame for frame in written[written.index(first) + 1 :])


async def test_the_terminals_cursor_stands_behind_the_letter() -> None:
    async with recorded() as (seen, composer, written):
        await seen.pilot.press("q")
        caret = composer.cursor_screen_offset
        assert before_the_frame([*written, ""])[0].endswith(f"\x1b[{caret.y + 1};{caret.x + 1}H")


async def test_an_edit_that_changes_the_height_waits_for_the_frame() -> None:
    async with recorded() as (seen, composer, written):
        await seen.pilot.press("a", "ctrl+j")
        await seen.pilot.pause()
        del written[:]
        await seen.pilot.press("backspace")
        await seen.pilot.pause()
        assert composer.text == "a"
        assert 0 < writes(written) <= written.count("")


async def test_it_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMS_CHAT_PAINT", "stock")
    async with recorded() as (seen, _, written):
        await seen.pilot.press("q")
        await seen.pilot.pause()
        assert 0 < writes(written) <= written.count("")
