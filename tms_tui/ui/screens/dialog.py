"""What stands over the desk until it is answered: closed once, however often a key that closes it is pressed."""

from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer]):
    """A modal screen that bears keys which were on their way when it closed."""

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Close with a result; nothing once it is closed, when Textual would close what stood below, the desk too."""
        return super().dismiss(result) if self in self.app.screen_stack else AwaitComplete()
