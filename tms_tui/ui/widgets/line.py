"""One row of text that never lays anything out again."""

from textual.content import Content
from textual.widget import Widget


class Line(Widget):
    """Shows one row. Saying the same again writes nothing; text is never read as markup."""

    DEFAULT_CSS = "Line { height: 1; width: 1fr; }"

    def __init__(self, text: str = "", *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._content = Content(text)

    @property
    def text(self) -> str:
        """What it says."""
        return self._content.plain

    def say(self, text: str | Content) -> bool:
        """Show `text`; whether that is new."""
        content = text if isinstance(text, Content) else Content(text)
        if content == self._content and content.spans == self._content.spans:
            return False
        self._content = content
        self.refresh()
        return True

    def render(self) -> Content:
        return self._content.truncate(max(1, self.size.width), ellipsis=True)
