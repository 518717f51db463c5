"""One line to type what is searched, over the bottom of the desk: everything else stays readable."""

import re
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Offset

from tms_tui.domain.text import clean_line
from tms_tui.ui.routing import Touched
from tms_tui.ui.screens.dialog import Dialog
from tms_tui.ui.searching import Search
from tms_tui.ui.widgets.line import Line

_LONGEST: Final = 200


class SearchLine(Dialog[None]):
    """Searches while one types; `closed` says the last words when it is over.

    Takes the keys itself: a field that is still being built would lose what is typed ahead.
    """

    CSS = """
    SearchLine { align: left bottom; background: transparent; }
    SearchLine > Vertical { width: 100%; height: 2; background: $panel; color: $foreground; }
    SearchLine Line { padding: 0 1; }
    SearchLine #typed { text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, search: Search) -> None:
        super().__init__()
        self._search = search
        self._words = ""
        self._typed = Line(id="typed")
        self._said = Line(search.hint, id="said")

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self._typed
            yield self._said

    def on_mount(self) -> None:
        self._show()
        self.call_after_refresh(self._place_cursor)

    def hear(self, found: Touched) -> None:
        """The state changed: the search may have found more."""
        said = self._search.hear(found)
        if said is not None:
            self._said.say(said)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        match event.key:
            case "escape":
                self._search.leave()
                _ = self.dismiss()
            case "enter":
                self._go_on(self._search.enter())
            case "up" | "down":
                self._tell(self._search.move(-1 if event.key == "up" else 1))
            case "backspace":
                self._look(self._words[:-1])
            case "ctrl+u":
                self._look("")
            case "ctrl+w" | "alt+backspace" | "ctrl+backspace":
                self._look(re.sub(r"\S*\s*$", "", self._words))
            case _ if event.character is not None and event.is_printable:
                self._look(self._words + event.character)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self._look(self._words + clean_line(" ".join(event.text.split())))

    def on_resize(self) -> None:
        self.call_after_refresh(self._place_cursor)

    def _go_on(self, outcome: str | Search | None) -> None:
        if outcome is None or isinstance(outcome, str):
            self._tell(outcome)
        else:
            self._search = outcome
            self._look(self._words)

    def _look(self, words: str) -> None:
        self._words = words[:_LONGEST]
        self._show()
        self._tell(self._search.look(self._words))

    def _tell(self, said: str | None) -> None:
        if said is None:
            _ = self.dismiss()
        else:
            self._said.say(said)
            self._place_cursor()

    def _show(self) -> None:
        self._typed.say(f"{self._search.prompt}: {self._words}")
        self._place_cursor()

    def _place_cursor(self) -> None:
        """Put the terminal's cursor behind what is typed."""
        place = self._typed.content_region
        written = Content(self._typed.text).cell_length
        self.app.cursor_position = place.offset + Offset(min(written, max(0, place.width - 1)), 0)
