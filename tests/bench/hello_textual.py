"""The smallest Textual program: the yardstick for the console's start."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Hello(App[None]):
    """One line of text."""

    def compose(self) -> ComposeResult:
        """The line."""
        yield Static("hello world")


if __name__ == "__main__":
    Hello().run()
