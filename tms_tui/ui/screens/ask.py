"""A question with a few answers, over the lower part of the desk so that the transcript stays readable."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Key
from textual.widgets import OptionList, Static

from tms_tui.ui.screens.dialog import Dialog
from tms_tui.ui.widgets.choices import Choice, Choices


class Ask(Dialog[str | None]):
    """Gives the id of the answer chosen, or None when Esc leaves all as it was. Digits choose at once.

    `standing`: the id of the answer that holds now, which Enter alone leaves as it is; "" begins on the first.
    """

    CSS = """
    Ask { align: center bottom; background: transparent; }
    Ask > Vertical {
        width: 100%; max-width: 100; height: auto; max-height: 100%; margin-bottom: 2; padding: 0 1;
        border: heavy $primary; background: $surface; color: $foreground;
    }
    Ask Static { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Leave as it is")]

    def __init__(self, question: str, answers: Sequence[Choice], standing: str = "") -> None:
        super().__init__()
        self._standing = standing
        self._question = question
        self._answers = answers

    def compose(self) -> ComposeResult:
        numbered = [Choice(one.id, f"{number} {one.words}", one.detail) for number, one in enumerate(self._answers, 1)]
        with Vertical():
            yield Static(self._question, markup=False)
            yield Choices(numbered, self._standing)
            yield Static("Enter chooses, Esc leaves everything as it is.", markup=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        _ = self.dismiss(event.option_id)

    def on_key(self, event: Key) -> None:
        number = int(event.character) if event.character and event.character in "123456789" else 0
        if 0 < number <= len(self._answers):
            event.stop()
            _ = self.dismiss(self._answers[number - 1].id)
