"""One line to write, with a cursor that never blinks and always stands where the next letter goes."""

from textual.widgets import Input

from tms_tui.ui.bindings import allowed, rebind


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
        rebind(self, allowed(Input.BINDINGS))

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
