"""One line to write, with a cursor that never blinks and always stands where the next letter goes."""

from typing import Final

from textual.binding import Binding
from textual.events import Key
from textual.widgets import Input

from tms_tui.ui.bindings import allowed, obey_at_once, rebind

_STRAY: Final = "delete_right_word"
_WORD_BEFORE: Final = Binding("ctrl+backspace,alt+backspace", "delete_left_word", "Delete the word before", show=False)
"""In place of what the stock field does by these keys: it deletes the word behind the cursor."""


class Field(Input):
    """An `Input` as a slow line and a braille line need it."""

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        password: bool = False,
        max_length: int = 0,
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        """`max_length` 0: as long as one likes."""
        super().__init__(value, placeholder, password=password, max_length=max_length, select_on_focus=False, id=id)
        self.cursor_blink = False
        rebind(self, [one if one.action != _STRAY else _WORD_BEFORE for one in allowed(Input.BINDINGS)])

    async def on_key(self, event: Key) -> None:
        """Letters and what moves among them take effect in the order in which they were typed."""
        await obey_at_once(self, event)

    def on_focus(self) -> None:
        self.call_after_refresh(self._place_cursor)

    def on_resize(self) -> None:
        """Before it has its place the stock field puts the cursor into a corner."""
        self.call_after_refresh(self._place_cursor)

    def _place_cursor(self) -> None:
        place = self.cursor_screen_offset
        if self.has_focus and self.app.screen is self.screen and place != self.app.cursor_position:
            self.app.cursor_position = place
            self.refresh()
