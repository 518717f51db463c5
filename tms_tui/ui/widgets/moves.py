"""The keys that move a selection, the same in the list and in the transcript."""

from textual.binding import Binding, BindingType

MOVES: list[BindingType] = [
    Binding("down,j", "move(1)", "Down", show=False, id="move.down"),
    Binding("up,k", "move(-1)", "Up", show=False, id="move.up"),
    Binding("home,g", "first", "First", show=False, id="move.first"),
    Binding("end,G,shift+g", "last", "Last", show=False, id="move.last"),
    Binding("pagedown", "page(1)", "Page down", show=False, id="move.page_down"),
    Binding("pageup", "page(-1)", "Page up", show=False, id="move.page_up"),
]
