"""Canned responses: found by a part of them, seen as they would be sent, put where the caret stands."""

from collections.abc import Sequence
from typing import Final

from textual.content import Content

from tms_tui import wording
from tms_tui.core import canned
from tms_tui.domain.effects import ReadCanned
from tms_tui.domain.events import ListAsked
from tms_tui.domain.ids import SessionId
from tms_tui.domain.model import CannedResponse
from tms_tui.domain.text import CleanText
from tms_tui.ui.palette import Palette
from tms_tui.ui.port import Desk
from tms_tui.ui.widgets.choices import Choice

_NONE: Final = "There are no canned responses: the server has none, nor has your config under [[canned]]."


def offer(desk: Desk, session: SessionId, own: Sequence[CannedResponse], instead: str = "") -> None:
    """Let the agent choose one; `instead`, typed again before anything else, is meant as text."""
    if not desk.state.canned_read:
        desk.bridge.take(ListAsked(ReadCanned()))
    known = {one.shortcut: one for one in canned.available(desk.state, own)}
    if not known:
        desk.composing.insert(instead)
        refuse = desk.say if instead else desk.refuse  # what stands behind a text is text
        refuse(_NONE if desk.state.canned_read else wording.TEXTS_UNREAD)
        return
    choices = [Choice(one.shortcut, f"/{one.shortcut}  {one.title}", one.content) for one in known.values()]

    def text(shortcut: str) -> canned.Filled:
        return canned.filled(desk.state, session, known[CleanText(shortcut)])

    def chosen(shortcut: str | None) -> None:
        if shortcut is None or shortcut not in known:
            desk.composing.insert(shortcut or "")
            return
        filled = text(shortcut)
        desk.composing.insert(filled.text, filled.unfilled)
        if filled.unfilled:
            desk.say(wording.to_fill_in(filled.unfilled))

    page = Palette("Canned responses", choices, preview=lambda shortcut: preview(text(shortcut)), instead=instead)
    desk.show(page, chosen)


def preview(filled: canned.Filled) -> Content:
    """A text as it would be sent, and what of it is not filled in."""
    left = filled.unfilled
    said = Content(filled.text)
    return Content("\n").join([said, Content(wording.to_fill_in(left)).stylize("bold")]) if left else said
