"""The transcript of one conversation: paints only what is visible, whatever is held; moves only when told to."""

from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message as UiMessage
from textual.strip import Strip

from tms_tui.core import select
from tms_tui.core.select import Entries
from tms_tui.core.state import State
from tms_tui.domain.entries import Entry, PendingSend
from tms_tui.domain.ids import SendId, SessionId
from tms_tui.domain.model import Message
from tms_tui.ui.bindings import moves
from tms_tui.ui.paint.entry import ruled
from tms_tui.ui.paint.marks import find
from tms_tui.ui.paint.row_store import RowStore
from tms_tui.ui.paint.viewport import Place, Slice, bottomed, fill, scrolled, topped
from tms_tui.ui.widgets.line_canvas import LineCanvas
from tms_tui.wording import rows as said
from tms_tui.wording.ways import USUAL, Ways


class TranscriptPane(LineCanvas, can_focus=True):
    """One conversation, read from `state` by `core.select`.

    Follows the end until the reader moves away from it; then nothing moves, and what comes in is counted on
    the last row.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*moves()]

    class Shown(UiMessage):
        """Messages up to number `up_to` have really stood on the screen."""

        def __init__(self, session: SessionId, up_to: int) -> None:
            super().__init__()
            self.session = session
            self.up_to = up_to

    class TopReached(UiMessage):
        """The oldest entry held stands on the screen."""

        def __init__(self, session: SessionId) -> None:
            super().__init__()
            self.session = session

    class FirstAsked(UiMessage):
        """The reader wants the first message of all, before which others were not read yet."""

        def __init__(self, session: SessionId) -> None:
            super().__init__()
            self.session = session

    def __init__(
        self,
        state: State,
        *,
        ascii_only: bool = False,
        ways: Ways = USUAL,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(ascii_only=ascii_only, ways=ways, id=id)
        self._state = state
        self._store = RowStore(state)
        self._session: SessionId | None = None
        self._as_read = True
        self._place = Place(0)
        self._bottom: Entry | None = None
        self._selected: Entry | None = None
        self._selected_at = 0
        self._newest_known: Entry | None = None
        self._own_newest: SendId | None = None
        self._slices: list[Slice] = []
        self._shown_up_to = 0
        self._top_told: Entry | None = None
        self._seeks_first = False

    @property
    def session_id(self) -> SessionId | None:
        """The conversation shown."""
        return self._session

    @property
    def following(self) -> bool:
        """Whether the view follows the end."""
        return self._selected is None

    @property
    def seeks_first(self) -> bool:
        """Whether the reader asked for the first message of all, and has gone nowhere else since."""
        return self._seeks_first

    @property
    def new_below(self) -> int:
        """How many entries came in, and stand below the view, since the reader left the end."""
        entries = self._entries()
        if self._newest_known is None or not entries:
            return 0
        known = find(entries, self._newest_known, len(entries) - 1)
        return max(0, len(entries) - 1 - max(known, self._place.bottom))

    @property
    def selected_entry(self) -> Entry | None:
        """The entry that keys act on; None in an empty transcript."""
        entries = self._entries()
        return entries[self._selected_index(entries)] if entries else None

    def show_session(self, session: SessionId | None, *, as_read: bool = True) -> None:
        """Show a conversation at its end; `as_read` False (a peek): without ever posting `Shown`."""
        if as_read and not self._as_read:
            self._shown_up_to = 0
        self._as_read = as_read
        if session != self._session:
            self._session = session
            self._shown_up_to = 0
            self._top_told = None
        self.follow_end()

    def stop_reading(self) -> None:
        """Post no `Shown` until the conversation is shown as read again; nothing moves."""
        self._as_read = False

    def refresh_session(self) -> None:
        """Paint what changed in the conversation shown; the reader's place stays, unless they just wrote."""
        entries = self._entries()
        own = entries[-1].draft.send_id if entries and isinstance(entries[-1], PendingSend) else None
        if own is not None and own != self._own_newest:
            self._go_to_end()
        self._own_newest = own
        self.repaint()
        self._place_cursor()

    def follow_end(self) -> None:
        """Go to the end and stay there."""
        self._go_to_end()
        self.refresh_session()

    def go_to(self, entry: Entry) -> None:
        """Select an entry and bring it into view; it stays selected whatever comes in, be it the newest."""
        entries = self._prepared()
        if entries:
            index = find(entries, entry)
            self._leave_end(entries)
            self._place = self._place_for(entries, index)
            self._hold(entries, index)

    def settle(self) -> None:
        """Follow the end again, if the newest entry is selected."""
        entries = self._entries()
        if entries and self._selected_index(entries) == len(entries) - 1:
            self.follow_end()

    def mark(self, words: str) -> None:
        """Mark the messages that hold these words; none when there are none."""
        self._store.mark(words)
        self.repaint()

    def action_move(self, by: int) -> None:
        """Select the next or the previous entry, but first scroll through one that is higher than the view."""
        entries = self._prepared()
        if not entries or self._scrolled_within(entries, by):
            return
        self._choose(entries, self._selected_index(entries) + by)

    def action_first(self) -> None:
        """Select the oldest entry held; where older ones were not read yet, ask for the first of all."""
        self.show_first()
        if self._session is not None and select.has_older(self._state, self._session):
            self._seeks_first = True
            self.post_message(self.FirstAsked(self._session))

    def show_first(self) -> None:
        """Select the oldest entry held; at the top, ask for older ones again."""
        entries = self._prepared()
        if entries:
            self._choose(entries, 0)

    def action_last(self) -> None:
        """Go to the end and stay there."""
        self.follow_end()

    def action_page(self, by: int) -> None:
        """Move the view by a page, and the selection with it."""
        entries = self._prepared()
        if not entries:
            return
        self._leave_end(entries)
        step = by * max(1, self._view_height() - 1)
        moved = scrolled(self._located(entries), step, len(entries), self._store.height)
        self._place, slices = fill(moved, len(entries), self._store.height, self._view_height())
        if by > 0 and self._place == Place(len(entries) - 1):
            self.follow_end()
            return
        whole = [part.entry for part in slices if part.first == 0] or [part.entry for part in slices]
        self._hold(entries, whole[0] if by < 0 else whole[-1])

    def on_resize(self) -> None:
        """Keep the chosen entry in view: of a smaller window the upper part would be cut off, and it with that."""
        entries = self._prepared()
        if entries and not self.following:
            self._place = self._place_for(entries, self._selected_index(entries))
            self._bottom = entries[self._place.bottom]

    def _entries(self) -> Entries:
        if self._session is None:
            return Entries((), ())
        return select.entries(self._state, self._session)

    def _prepared(self) -> Entries:
        """The entries, after the store was told about them; empty while there is no room to show any."""
        entries = self._entries()
        if not entries or self._view_height() < 1:
            return Entries((), ())
        self._store.prepare(entries, self._selected_index(entries), self.size.width, self.look)
        return entries

    def _build_rows(self, width: int, height: int) -> list[Strip]:
        entries = self._prepared()
        if not entries:
            self._slices = []
            return [ruled(self._empty_words(), width, self.look.dim)] if height else []
        view_height = self._view_height()
        self._place, self._slices = fill(self._located(entries), len(entries), self._store.height, view_height)
        self._bottom = entries[self._place.bottom]
        rows = [row for part in self._slices for row in self._store.rows(part.entry)[part.first : part.last]]
        if view_height < height:
            rows += [self._blank(width, self.look.base)] * (view_height - len(rows))
            rows.append(self._below_line(width))
        self._tell_when_painted(entries)
        return rows

    def _view_height(self) -> int:
        """Rows for entries: the last row is kept for what stands below while the reader is away from the end."""
        height = self.size.height
        return height if self.following or height < 2 else height - 1

    def _below_line(self, width: int) -> Strip:
        new, below = self.new_below, len(self._entries()) - 1 - self._place.bottom
        if not (words := said.below(new, below, self.look.ways)):
            return self._blank(width, self.look.base)
        return ruled(words, width, self.look.alert if new else self.look.dim)

    def _empty_words(self) -> str:
        if self._session is None:
            return said.choose_one(self.look.ways)
        if select.is_syncing(self._state, self._session):
            return said.READING
        return said.NO_MESSAGES

    def _cursor_row(self) -> int | None:
        entries = self._prepared()
        if not entries:
            return 0
        wanted, row = self._selected_index(entries), 0
        for part in self._slices:
            if part.entry == wanted:
                return row + (part.first == 0 and part.last > 1 and self._store.has_day_line(wanted))
            row += part.last - part.first
        return None

    def _selected_index(self, entries: Entries) -> int:
        if self._selected is None:
            return len(entries) - 1
        self._selected_at = find(entries, self._selected, self._selected_at)
        self._selected = entries[self._selected_at]
        return self._selected_at

    def _located(self, entries: Entries) -> Place:
        """Where the view stands in the entries as they are now."""
        if self.following or self._bottom is None:
            return Place(len(entries) - 1)
        return Place(find(entries, self._bottom, self._place.bottom), self._place.below)

    def _go_to_end(self) -> None:
        self._seeks_first = False
        self._selected = self._newest_known = self._bottom = None

    def _leave_end(self, entries: Entries) -> None:
        if self._selected is None:
            self._selected_at = len(entries) - 1
            self._selected = self._newest_known = entries[-1]

    def _choose(self, entries: Entries, index: int) -> None:
        """Select an entry and bring it into view; the newest one means to follow the end."""
        index = max(0, index)
        if index >= len(entries) - 1:
            self.follow_end()
            return
        self._leave_end(entries)
        self._place = self._place_for(entries, index)
        self._hold(entries, index)

    def _place_for(self, entries: Entries, index: int) -> Place:
        """The place nearest to the present one at which the entry is wholly visible, or its beginning is."""
        height, height_of = self._view_height(), self._store.height
        place, slices = fill(self._located(entries), len(entries), height_of, height)
        part = next((part for part in slices if part.entry == index), None)
        if part is not None and part.first == 0 and part.last == height_of(index):
            return place
        if index <= slices[0].entry:
            return topped(index, len(entries), height_of, height)
        return bottomed(index, height_of, height)

    def _hold(self, entries: Entries, index: int) -> None:
        self._seeks_first = False
        if index == 0:
            self._top_told = None
        self._selected, self._selected_at = entries[index], index
        self._bottom = entries[self._place.bottom]
        self.refresh_session()

    def _scrolled_within(self, entries: Entries, by: int) -> bool:
        """Scroll within the selected entry when more of it lies in that direction; whether it did."""
        index, height_of = self._selected_index(entries), self._store.height
        part = next((part for part in self._slices if part.entry == index), None)
        if part is None:
            return False
        hidden = height_of(index) - part.last if by > 0 else part.first
        if hidden <= 0 or part.last - part.first < self._view_height():
            return False
        self._leave_end(entries)
        step = by * min(hidden, max(1, self._view_height() // 2))
        self._place = scrolled(self._located(entries), step, len(entries), height_of)
        self._hold(entries, index)
        return True

    def _tell_when_painted(self, entries: Entries) -> None:
        if self._newest_shown(entries) > self._shown_up_to or self._is_top_news(entries):
            self.call_after_refresh(self._tell)

    def _tell(self) -> None:
        entries = self._prepared()
        # `is_current` is true behind a dialog too, which may cover just the row in question.
        if self._session is None or not entries or self.app.screen is not self.screen:
            return
        if self._is_top_news(entries):
            self._top_told = entries[0]
            self.post_message(self.TopReached(self._session))
        up_to = self._newest_shown(entries)
        if self._as_read and up_to > self._shown_up_to:
            self._shown_up_to = up_to
            self.post_message(self.Shown(self._session, up_to))

    def _is_top_news(self, entries: Entries) -> bool:
        return bool(self._slices) and self._slices[0][:2] == (0, 0) and entries[0] is not self._top_told

    def _newest_shown(self, entries: Entries) -> int:
        """Number of the newest message whose last row is visible; 0 when none is."""
        for part in reversed(self._slices):
            entry = entries[part.entry] if part.entry < len(entries) else None
            if isinstance(entry, Message) and part.last == self._store.height(part.entry):
                return entry.seq
        return 0
