"""The keys that move a selection, the same in the list and in the transcript."""

from textual.binding import Binding, BindingType

# Before the widgets see them, as all keys of the table: so that a burst of both keeps its order.
MOVES: list[BindingType] = [
    Binding("down,j", "move(1)", "Down", show=False, priority=True, id="move.down"),
    Binding("up,k", "move(-1)", "Up", show=False, priority=True, id="move.up"),
    Binding("home,g", "first", "First", show=False, priority=True, id="move.first"),
    Binding("end,G,shift+g", "last", "Last", show=False, priority=True, id="move.last"),
    Binding("pagedown", "page(1)", "Page down", show=False, priority=True, id="move.page_down"),
    Binding("pageup", "page(-1)", "Page up", show=False, priority=True, id="move.page_up"),
]
