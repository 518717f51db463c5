"""The last announcement, until the next; before it what costs work, until that is seen; what stands for good."""

from collections import deque
from collections.abc import Collection
from typing import Final, NamedTuple

from textual.content import Content
from textual.timer import Timer

from tms_tui.domain.changes import NoticeKind
from tms_tui.domain.ids import SessionId
from tms_tui.domain.policy import NOTICE_SHOWN_FOR, UNDO_WITHIN
from tms_tui.ui.paint.cells import cells, clip, wrap
from tms_tui.ui.routing import COSTS_WORK, SEEN_ELSEWHERE
from tms_tui.ui.widgets.line import Line

_MOST_ROWS: Final = 3
_ROOM_FOR_MORE: Final = 12
"""In a window with fewer rows all is said on one."""
_MOST_WAITING: Final = 20
_BETWEEN: Final = "  "


class _Warning(NamedTuple):
    """What cost work, or will; `session` is that of a message that was not sent."""

    words: str
    session: SessionId | None = None


class EventLine(Line):
    """Holds what was said last, so that it can be read again at any time; `standing` where there is room for both.

    A warning stands until it is seen or its cause is gone; `hides` says how. What weighs as much, and what the agent's
    own keys lead to, is said meanwhile for `shown_for` seconds; news that can be seen elsewhere waits behind it.
    """

    DEFAULT_CSS = "EventLine { padding: 0 1; background: $surface; color: $foreground; }"

    def __init__(
        self,
        standing: str = "",
        *,
        hides: str = "",
        offered_for: float = UNDO_WITHIN,
        shown_for: float = NOTICE_SHOWN_FOR,
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        super().__init__(id=id)
        self._hides = hides
        self._offered_for = offered_for
        self._shown_for = shown_for
        self._standing = Content(standing)
        self._timer: Timer | None = None
        self._warnings: list[_Warning] = []
        self._waiting: deque[str] = deque(maxlen=_MOST_WAITING)

    @property
    def unsent(self) -> Collection[SessionId]:
        """The conversations of messages that were not sent, as far as that is said here."""
        return {one.session for one in self._warnings if one.session is not None}

    def hear(self, kind: NoticeKind, words: str, offer: str = "", session: SessionId | None = None) -> None:
        """Say what happened, and what is offered."""
        if kind in COSTS_WORK:
            self.warn(words, session if kind is NoticeKind.SEND_REFUSED else None)
        elif self._warnings and kind in SEEN_ELSEWHERE and not offer:
            self._waiting.append(words)
        else:
            self.offer(words, offer)

    def warn(self, words: str, session: SessionId | None = None) -> None:
        """Say what costs work, until it is seen, or until `settle` is called for the conversation."""
        warning = _Warning(words, session)
        if warning not in self._warnings:
            self._warnings.append(warning)
            self._warn()

    def offer(self, words: str, offer: str = "") -> None:
        """Say `words`, and beside them what can be done about it as long as that may be undone."""
        said = f"{words.removesuffix('.')}. {offer}" if offer else words
        self.say(said)
        if self._warnings:
            self._timer = self.set_timer(self._offered_for if offer else self._shown_for, self._warn)
        elif offer:
            self._timer = self.set_timer(self._offered_for, lambda: self.say(words))

    def seen(self) -> None:
        """The agent has read the warning that stands here: on to the next one, or to the news that waited."""
        if self._warnings:
            del self._warnings[0]
            self._warn_or_tell()

    def settle(self, session: SessionId) -> None:
        """No message of a conversation is unsent any more."""
        before, self._warnings = self._warnings, [one for one in self._warnings if one.session != session]
        if self._warnings != before:
            self._warn_or_tell()

    def say(self, text: str | Content) -> bool:
        """Show `text` until the next words, all of it where there is room; whether that is new."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        is_new = super().say(text)
        self._fit_height()
        return is_new

    def on_resize(self) -> None:
        self._fit_height()

    def render(self) -> Content:
        rows = self._rows()
        if len(rows) > 1:
            return Content("\n".join(rows))
        room = self.size.width - self._standing.cell_length
        if not self._standing or room < self._content.cell_length + 2:
            return super().render()
        return self._content.pad_right(room - self._content.cell_length) + self._standing

    def _warn_or_tell(self) -> None:
        if self._warnings:
            self._warn()
        else:
            self.say(self._waited())
            self._waiting.clear()

    def _warn(self) -> None:
        if self._warnings:
            self.say(f"{self._warnings[0].words} {self._hides}".rstrip())

    def _waited(self) -> str:
        """The news that waited, in its order; of too much the newest."""
        news = list(self._waiting)
        while len(news) > 1 and cells(_BETWEEN.join(news)) > self.size.width:
            del news[0]
        return _BETWEEN.join(news)

    def _rows(self) -> list[str]:
        """The words on as many rows as there is room for, the last one cut when there are more."""
        width, has_room = self.size.width, self.app.size.height >= _ROOM_FOR_MORE
        if cells(self.text) <= width or width < 2 or not has_room:
            return [self.text]
        rows = wrap(self.text.replace("\n", " "), width)
        return [*rows[: _MOST_ROWS - 1], clip(" ".join(rows[_MOST_ROWS - 1 :]), width)][: len(rows)]

    def _fit_height(self) -> None:
        height = len(self._rows()) if self.is_attached else 1
        if self.styles.height is None or self.styles.height.value != height:
            self.styles.height = height
