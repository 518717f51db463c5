"""One widget alone on a screen, the messages it posts, and what is to be read there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.message import Message
from textual.pilot import Pilot
from textual.widget import Widget

from tests.ui.desk_world import press, settled

T = TypeVar("T", bound=Message)


class Stage(App[None]):
    """Shows one widget and a place for the focus to go to."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.widget = widget

    def compose(self) -> ComposeResult:
        yield self.widget


class Hand(Pilot[None]):
    """Presses keys, and waits until nothing is left to do: its parent waits for a processor that looks idle."""

    async def press(self, *keys: str) -> None:
        await press(self, *keys)

    async def pause(self, delay: float | None = None) -> None:
        assert delay is None, "tests wait for what happens"
        await settled(self)


@dataclass
class Seen:
    """A running stage: `posted` are the widget's own messages, in order."""

    pilot: Hand
    widget: Widget
    posted: list[Message] = field(default_factory=list)

    def rows(self) -> list[str]:
        """What stands on the widget's rows, blanks at their ends left out."""
        width, height = self.widget.size
        return [row.text.rstrip() for row in self.widget.render_lines(Region(0, 0, width, height))]

    def of(self, kind: type[T]) -> list[T]:
        """The messages of one kind."""
        return [message for message in self.posted if isinstance(message, kind)]


@asynccontextmanager
async def staged(widget: Widget, width: int = 60, height: int = 8) -> AsyncIterator[Seen]:
    """Run the widget, focused, on a screen of that size."""
    posted: list[Message] = []
    app = Stage(widget)

    def hook(message: Message) -> None:
        if message.__class__.__qualname__.startswith(widget.__class__.__name__ + ".") and message not in posted:
            posted.append(message)

    async with app.run_test(size=(width, height), message_hook=hook):
        widget.focus()
        await settled(hand := Hand(app))
        yield Seen(hand, widget, posted)
