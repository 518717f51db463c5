"""A short list to choose from, on whose line the terminal's own cursor stands."""

from collections.abc import Iterable

from textual.content import Content
from textual.geometry import Offset
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tms_tui.domain.value import Value


class Choice(Value):
    """One thing to choose: `id` is handed back, `words` stand on the line, `detail` beside them."""

    id: str
    words: str
    detail: str = ""


class Choices(OptionList):
    """Shows choices; text is never read as markup."""

    DEFAULT_CSS = """
    Choices { height: auto; max-height: 1fr; border: none; padding: 0; background: $surface;
              text-wrap: nowrap; text-overflow: ellipsis;
              scrollbar-color: $text-muted; scrollbar-background: $panel; }
    Choices:focus { border: none; background: $surface; }
    """

    def __init__(self, choices: Iterable[Choice] = (), standing: str = "") -> None:
        """`standing`: the id of the one that is chosen at first; the first one where none is called so."""
        super().__init__(markup=False)
        self._choices: list[Choice] = []
        self._marked: int | None = None
        self.offer(choices)
        if standing:
            self.highlighted = self.get_option_index(standing)

    def offer(self, choices: Iterable[Choice]) -> None:
        """Show these and nothing else, the first one chosen."""
        self.clear_options()
        self._choices, self._marked = list(choices), None
        self.add_options([Option(_line(choice), id=choice.id) for choice in self._choices])
        self.highlighted = 0 if self.option_count else None

    def page(self, by: int) -> None:
        """Move by as many choices as are visible."""
        if self.highlighted is not None:
            moved = self.highlighted + by * max(1, self.size.height - 1)
            self.highlighted = min(max(0, moved), self.option_count - 1)

    def watch_highlighted(self, highlighted: int | None) -> None:
        super().watch_highlighted(highlighted)
        self._mark(highlighted)
        self.call_after_refresh(self.place_cursor)

    def _mark(self, chosen: int | None) -> None:
        """Colour alone would not tell everybody which line is chosen."""
        for index, marked in ((self._marked, False), (chosen, True)):
            if index is not None and index < self.option_count:
                self.replace_option_prompt_at_index(index, _line(self._choices[index], marked=marked))
        self._marked = chosen

    def on_focus(self) -> None:
        self.call_after_refresh(self.place_cursor)

    def place_cursor(self) -> None:
        """Put the terminal's cursor on the chosen line, unless something else has the focus."""
        if self.has_focus:
            self.point()

    def point(self) -> None:
        """Put the terminal's cursor on the chosen line, though one may type elsewhere."""
        if self.highlighted is None or not self.is_attached:
            return
        place = self.content_region.offset + Offset(0, self.highlighted - self.scroll_offset.y)
        if place != self.app.cursor_position:
            self.app.cursor_position = place
            self.refresh()  # Only what is painted takes the cursor along.


def _line(choice: Choice, *, marked: bool = False) -> Content:
    words = Content(f"{'>' if marked else ' '} {choice.words}")
    if not choice.detail:
        return words
    # A second row would be no choice's own, and put the cursor beside the chosen one.
    detail = " ".join(line.strip() for line in choice.detail.splitlines() if line.strip())
    # On the chosen line it has the line's own colour: muted on that ground nobody could read it.
    return Content.assemble(words, "  ", (detail, "" if marked else "$text-muted"))
