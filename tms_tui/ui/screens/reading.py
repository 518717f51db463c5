"""A page to read: help, diagnostics."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tms_tui.ui.screens.dialog import Dialog


class Reading(Dialog[None]):
    """Shows a text over the desk until a key closes it."""

    DEFAULT_CSS = """
    Reading { align: center middle; background: transparent; }
    Reading > VerticalScroll {
        width: 100%; max-width: 100; height: auto; max-height: 100%; padding: 0 1;
        border: heavy $primary; background: $surface; color: $foreground;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f1,f12,enter", "dismiss", "Close"),
        Binding("down,j", "scroll('down')", "Down"),
        Binding("up,k", "scroll('up')", "Up"),
        Binding("pagedown,space", "scroll('page_down')", "Page down"),
        Binding("pageup", "scroll('page_up')", "Page up"),
    ]

    def __init__(self, title: str, text: Content) -> None:
        super().__init__()
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        page = VerticalScroll(Static(self._text, id="text", markup=False))
        page.border_title = Content(self._title)
        page.border_subtitle = Content("Esc closes")
        yield page

    def show_text(self, text: Content) -> None:
        """Show another text where the old one stood; the place in it stays."""
        self.query_one("#text", Static).update(text)

    def on_mount(self) -> None:
        self.call_after_refresh(self._place_cursor)

    def _place_cursor(self) -> None:
        """Put the terminal's cursor where reading begins."""
        page = self.query_one(VerticalScroll)
        self.app.cursor_position = page.content_region.offset
        page.refresh()

    def action_scroll(self, how: str) -> None:
        """Scroll without animation: nothing moves by itself."""
        page = self.query_one(VerticalScroll)
        {
            "down": page.scroll_down,
            "up": page.scroll_up,
            "page_down": page.scroll_page_down,
            "page_up": page.scroll_page_up,
        }[how](animate=False)
