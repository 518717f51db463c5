"""The last announcement, until the next one, and beside it what stands there for good."""

from textual.content import Content
from textual.timer import Timer

from tms_tui.domain.changes import NoticeKind
from tms_tui.domain.policy import UNDO_WITHIN
from tms_tui.ui.routing import OF_LOSS, SEEN_ELSEWHERE
from tms_tui.ui.widgets.line import Line


class EventLine(Line):
    """Holds what was said last, so that it can be read again at any time; `standing` where there is room for both."""

    DEFAULT_CSS = "EventLine { padding: 0 1; background: $surface; color: $foreground; }"

    def __init__(
        self,
        standing: str = "",
        *,
        offered_for: float = UNDO_WITHIN,
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        super().__init__(id=id)
        self._offered_for = offered_for
        self._standing = Content(standing)
        self._offer: Timer | None = None
        self._lasting = False

    def hear(self, kind: NoticeKind, words: str, offer: str = "") -> None:
        """Say what happened, and what is offered; a loss stands until the agent acts or something of weight follows."""
        if not (self._lasting and kind in SEEN_ELSEWHERE):
            self.offer(words, offer)
        self._lasting = kind in OF_LOSS or (self._lasting and kind in SEEN_ELSEWHERE)

    def offer(self, words: str, offer: str) -> None:
        """Say `words`, and beside them what can be done about it as long as that may be undone."""
        if self._offer is not None:
            self._offer.stop()
        said = f"{words.removesuffix('.')}. {offer}" if offer else words
        self.say(said)
        if offer:
            self._offer = self.set_timer(self._offered_for, lambda: self.say(words) if self.text == said else None)

    def agent_acts(self) -> None:
        """Whoever acts has seen what stands here."""
        self._lasting = False

    def render(self) -> Content:
        room = self.size.width - self._standing.cell_length
        if not self._standing or room < self._content.cell_length + 2:
            return super().render()
        return self._content.pad_right(room - self._content.cell_length) + self._standing
