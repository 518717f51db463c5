"""The list of conversations, two rows each; paints only what is visible, so that thousands cost nothing."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.message import Message as UiMessage
from textual.strip import Strip

from tms_tui.core.namesakes import mark, shared_names
from tms_tui.core.state import State
from tms_tui.domain.ids import SessionId
from tms_tui.ui.bindings import moves
from tms_tui.ui.paint.cells import wrap
from tms_tui.ui.paint.look import Look
from tms_tui.ui.paint.session_row import SessionWords, describe, session_rows
from tms_tui.ui.widgets.line_canvas import LineCanvas

_ROWS: Final = 2
_KEPT: Final = 128


class SessionListView(LineCanvas, can_focus=True):
    """Conversations in the order given. Once one was chosen the selection stays on it when the order changes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *moves(),
        Binding("enter", "open", "Open", show=False, priority=True, id="list.open"),
        Binding("space", "peek", "Peek", show=False, priority=True, id="list.peek"),
    ]

    class Opened(UiMessage):
        """The agent wants to work on a conversation."""

        def __init__(self, session: SessionId) -> None:
            super().__init__()
            self.session = session

    class Peeked(UiMessage):
        """The agent wants to see a conversation without marking it read."""

        def __init__(self, session: SessionId) -> None:
            super().__init__()
            self.session = session

    class Highlighted(UiMessage):
        """The selection stands on another conversation."""

        def __init__(self, session: SessionId) -> None:
            super().__init__()
            self.session = session

    def __init__(
        self,
        *,
        empty: str = "",
        due_after: float = 0,
        ascii_only: bool = False,
        id: str | None = None,  # noqa: A002
    ) -> None:
        """`empty`: what an empty list says; `due_after`: seconds of waiting after which a row says so (0: never)."""
        super().__init__(ascii_only=ascii_only, id=id)
        self._state = State()
        self._sessions: Sequence[SessionId] = ()
        self._shared_names: AbstractSet[str] = frozenset()
        self._now = 0.0
        self._empty = empty
        self._due_after = due_after
        self._selected: SessionId | None = None
        self._selected_at = 0
        self._chosen = False
        """Whether the selection was ever moved; until then it stands on whoever is first."""
        self._top = 0
        self._painted: dict[tuple[SessionWords, int, bool], tuple[Strip, Strip]] = {}

    @property
    def selected(self) -> SessionId | None:
        """The conversation that keys act on; None in an empty list."""
        return self._selected

    @property
    def sessions(self) -> Sequence[SessionId]:
        """What is listed, in order."""
        return self._sessions

    def update_from(self, state: State, sessions: Sequence[SessionId], now: float, *, empty: str | None = None) -> None:
        """List `sessions` as `state` has them at `now` (seconds since the epoch); `empty` replaces those words."""
        self._state, self._now = state, now
        self._empty = self._empty if empty is None else empty
        self._sessions = [session for session in sessions if session in state.sessions]
        self._shared_names = shared_names(state.sessions[session] for session in self._sessions)
        self._find_selected()
        self.repaint()
        self._place_cursor()

    def select(self, session: SessionId) -> None:
        """Put the selection on a conversation; nothing happens when it is not listed."""
        if session in self._sessions:
            self._go(self._sessions.index(session))

    def action_move(self, by: int) -> None:
        """Select the next or the previous conversation."""
        self._go(self._selected_at + by)

    def action_first(self) -> None:
        """Select the first conversation."""
        self._go(0)

    def action_last(self) -> None:
        """Select the last conversation."""
        self._go(len(self._sessions) - 1)

    def action_page(self, by: int) -> None:
        """Move the selection by as many conversations as fit on the screen."""
        self._go(self._selected_at + by * max(1, self._fitting()))

    def action_open(self) -> None:
        """Tell that the selected conversation is wanted."""
        if self._selected is not None:
            self.post_message(self.Opened(self._selected))

    def action_peek(self) -> None:
        """Tell that a look at the selected conversation is wanted."""
        if self._selected is not None:
            self.post_message(self.Peeked(self._selected))

    def _go(self, index: int) -> None:
        if not self._sessions:
            return
        self._chosen = True
        self._selected_at = min(max(0, index), len(self._sessions) - 1)
        before, self._selected = self._selected, self._sessions[self._selected_at]
        self.repaint()
        self._place_cursor()
        if self._selected != before:
            self.post_message(self.Highlighted(self._selected))

    def _find_selected(self) -> None:
        """Stay on the same conversation; when it is gone, on the one that stands in its place."""
        if not self._sessions:
            self._selected, self._selected_at = None, 0
            return
        if not self._chosen:
            self._selected, self._selected_at = self._sessions[0], 0
            return
        at = min(self._selected_at, len(self._sessions) - 1)
        if self._selected is not None and self._sessions[at] != self._selected and self._selected in self._sessions:
            moved_to = self._sessions.index(self._selected)
            self._top = max(0, self._top + moved_to - at)
            at = moved_to
        self._selected, self._selected_at = self._sessions[at], at

    def _fitting(self) -> int:
        return max(1, self.size.height // _ROWS)

    def _build_rows(self, width: int, height: int) -> list[Strip]:
        if not self._sessions:
            return self._empty_rows(width, height)
        if len(self._painted) > _KEPT:
            self._painted.clear()
        fitting = self._fitting()
        self._top = min(max(self._top, self._selected_at - fitting + 1), self._selected_at)
        self._top = max(0, min(self._top, len(self._sessions) - fitting))
        shown = range(self._top, min(len(self._sessions), self._top + fitting + 1))
        rows = [row for index in shown for row in self._rows_of(index, width)]
        return rows[:height]

    def _rows_of(self, index: int, width: int) -> tuple[Strip, Strip]:
        session = self._state.sessions[self._sessions[index]]
        told_by = mark(session, self._shared_names)
        words = describe(self._state, session, self._now, mark=told_by, due_after=self._due_after)
        key = (words, width, index == self._selected_at)
        rows = self._painted.get(key)
        if rows is None:
            rows = self._painted[key] = session_rows(words, width, self.look, selected=index == self._selected_at)
        return rows

    def _empty_rows(self, width: int, height: int) -> list[Strip]:
        look: Look = self.look
        lines = wrap(self._empty, max(2, width - 2)) if self._empty else []
        return [self._line(f" {line}", width, look.dim) for line in lines][:height]

    def _cursor_row(self) -> int | None:
        return (self._selected_at - self._top) * _ROWS if self._sessions else 0

    def _forget_look(self) -> None:
        super()._forget_look()
        self._painted.clear()
