"""A text area that tells when edits were undone, or made again: a part of the text that was gone may be back."""

from textual.message import Message
from textual.widgets import TextArea


class Undoing(TextArea, inherit_bindings=False):
    """Posts `WentBack`, to the screen at once: whatever is submitted next must not come before it."""

    class WentBack(Message):
        """The text stands as it did before."""

    def undo(self) -> None:
        super().undo()
        self.screen.post_message(self.WentBack())

    def redo(self) -> None:
        super().redo()
        self.screen.post_message(self.WentBack())
