"""One line to write, over the lower part of the desk."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Paste
from textual.widgets import Input, Static

from tms_tui.domain.policy import MESSAGE_LONGEST
from tms_tui.ui.pasting import pasted
from tms_tui.ui.screens.dialog import Dialog
from tms_tui.ui.widgets.field import Field


class Line(Field):
    """Takes pasted lines as one: the stock field would drop all but the first without a word."""

    def on_paste(self, event: Paste) -> None:
        event.prevent_default()
        event.stop()
        self.insert_text_at_cursor(" ".join(pasted(event.text).split()))


class Prompt(Dialog[str | None]):
    """Gives what was written, which may be nothing, or None when Esc leaves all as it was."""

    CSS = """
    Prompt { align: center bottom; background: transparent; }
    Prompt > Vertical {
        width: 100%; max-width: 100; height: auto; margin-bottom: 2; padding: 0 1;
        border: heavy $primary; background: $surface; color: $foreground;
    }
    Prompt Static { height: auto; }
    Prompt Input { border: none; height: 1; padding: 0; background: $panel; color: $foreground; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Leave as it is")]

    def __init__(self, question: str, keys: str) -> None:
        super().__init__()
        self._question = question
        self._keys = keys

    def compose(self) -> ComposeResult:
        field = Line(max_length=MESSAGE_LONGEST)
        with Vertical():
            yield Static(self._question, markup=False)
            yield field
            yield Static(self._keys, markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        _ = self.dismiss(event.value.strip())
