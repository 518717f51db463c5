"""Where the agent writes: a reply to the customer or a note for colleagues, one to six rows high."""

from collections import deque
from collections.abc import Sequence
from typing import ClassVar, Final, Self

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.document._document import EditResult
from textual.document._edit import Edit
from textual.geometry import Offset, Region
from textual.message import Message as UiMessage
from textual.widgets import TextArea
from textual.widgets.text_area import Selection

from tms_tui.domain.ids import SessionId
from tms_tui.domain.policy import MESSAGE_LONGEST, PASTE_ASKS_FROM
from tms_tui.ui.bindings import allowed, obey_at_once
from tms_tui.ui.keyboard import Key, Paste
from tms_tui.ui.keys import ACTIONS, Action
from tms_tui.ui.paint.cells import fitting
from tms_tui.ui.pasting import pasted
from tms_tui.ui.widgets.own_row import OwnRow
from tms_tui.ui.widgets.undoing import Undoing

_MOST_ROWS: Final = 6
_BESIDE_CARET: Final = 3
"""Columns that a text area keeps in sight from the caret on."""
_REPLACEMENT: Final = "\ufffd"
_DIRECTIONS: Final = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\u200b")
"""What would turn the direction of a whole row is drawn as nothing, and sent as it was typed."""


class Composer(Undoing, inherit_bindings=False):
    """A text area whose Enter sends. It keeps a submitted text until `taken` or `released` is called."""

    DEFAULT_CSS = """
    Composer {
        height: 3;
        padding: 0;
        border: round $border-blurred;
        border-title-color: $text-muted;
        background: $background;
        scrollbar-size: 0 0;
        &:focus { border: round $border; border-title-color: $foreground; }
        &.-note { border: double $text-warning; border-title-color: $text-warning; }
        &.-ascii { border: ascii $border; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *allowed(TextArea.BINDINGS),
        Binding("ctrl+underscore", "undo", "Undo", show=False),  # as a shell has it: Ctrl+Z stops programs
    ]

    class Submitted(UiMessage):
        """The agent wants `text` sent in `session`, or (`private`) kept there as a note.

        The conversation is that of the moment Enter was pressed: by the time this is read another may be open.
        """

        def __init__(self, text: str, session: SessionId | None = None, *, private: bool) -> None:
            super().__init__()
            self.text = text
            self.session = session
            self.private = private

    class Changed(TextArea.Changed):
        """The agent changed the text."""

        @property
        def text(self) -> str:
            return self.text_area.text

        @property
        def private(self) -> bool:
            return isinstance(self.text_area, Composer) and self.text_area.private

    class Left(UiMessage):
        """The composer lost the focus; its text stays."""

    class RecallAsked(UiMessage):
        """Up was pressed in an empty composer."""

    class CannedAsked(UiMessage):
        """A slash was typed into an empty composer."""

    class PasteAsked(UiMessage):
        """So many lines were pasted that it may have been by mistake: nothing was inserted yet."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class TooLong(UiMessage):
        """An edit was not made, or a text not sent, because it would have `characters`, more than `most`."""

        def __init__(self, characters: int, most: int = MESSAGE_LONGEST) -> None:
            super().__init__()
            self.characters = characters
            self.most = most

    class NotUtf8(UiMessage):
        """A text was not sent: what stands in it for bytes that are no UTF-8 was not typed so."""

    def __init__(
        self,
        *,
        enter_sends: bool = True,
        ascii_only: bool = False,
        actions: Sequence[Action] = ACTIONS,
        id: str | None = None,  # noqa: A002
    ) -> None:
        """`actions`: the table, of which the keys to send and to begin a line are taken."""
        self._only_text = False
        super().__init__(id=id, classes="-ascii" if ascii_only else None, highlight_cursor_line=False)
        self.cursor_blink = False
        self.match_cursor_bracket = False
        self._session: SessionId | None = None
        self._private = False
        self._titles = ("", "")
        self._submitted: deque[str] = deque()
        """What the text begins with that is on its way, one part for each Enter."""
        self._lossy: set[tuple[SessionId | None, bool]] = set()
        """Where bytes that are no UTF-8 were written: a replacement character there is none that was typed."""
        keys = {one.id: frozenset(one.letters) for one in actions if one.built_in}
        send, newline = keys["send"], keys["newline"]
        self._canned_keys, self._recall_keys = keys["canned"], keys["recall"]
        self._send_keys, self._line_keys = (send, newline) if enter_sends else (newline, send)
        self._own_row = OwnRow(self)

    @property
    def private(self) -> bool:
        """Whether what is written here is a note."""
        return self._private

    @property
    def session_id(self) -> SessionId | None:
        """The conversation written in."""
        return self._session

    def open(self, text: str, session: SessionId | None = None, *, private: bool, title: str, short: str = "") -> None:
        """Write in another conversation or of another kind, from a draft; `short` is a title for little room."""
        self._session = session
        self._private = private
        self._titles = (title, short or title)
        self.set_class(private, "-note")
        self._entitle()
        self.put(text)

    def _entitle(self) -> None:
        self.border_title = Content(fitting(self._titles, self.size.width))

    def put(self, text: str) -> None:
        """Replace the text without posting `Changed`; the caret stands at its end."""
        self._submitted.clear()
        cursor = self.app.cursor_position
        with self.prevent(TextArea.Changed, self.Changed):
            self.load_text(text)
        self.move_cursor(self.document.end)
        if not self.has_focus:
            self.app.cursor_position = cursor  # A text area takes the terminal's cursor, focused or not.
        self.fit_height()

    def taken(self) -> None:
        """The text submitted first is safe elsewhere: forget it, but keep what was typed behind it meanwhile."""
        if not self._submitted:
            return
        first, *others = self._submitted
        if self.text.startswith(first):
            self.put(self.text[len(first) :])
        self._submitted = deque(others)

    def released(self) -> None:
        """The submitted text was not taken: it stays, and Enter submits it again."""
        self._submitted.clear()

    def mark(self, part: str) -> None:
        """Select the first place where `part` stands in the text; nothing happens where it does not."""
        for row, line in enumerate(self.document.lines):
            column = line.find(part)
            if column >= 0:
                self.selection = Selection((row, column), (row, column + len(part)))
                return

    def get_line(self, line_index: int) -> Text:
        """One line, as it is drawn."""
        line = super().get_line(line_index)
        if not line.plain.isascii():
            line.plain = line.plain.translate(_DIRECTIONS)
        return line

    def submit(self) -> None:
        """Post `Submitted` with what is not on its way already, unless that is nothing to send."""
        text, on_its_way = self.text, "".join(self._submitted)
        if text.startswith(on_its_way):
            text = text[len(on_its_way) :]
        else:
            self._submitted.clear()
        if not text.strip():
            return
        if len(text) > MESSAGE_LONGEST:
            self.post_message(self.TooLong(len(text)))
            return
        if self._is_lossy():
            self.post_message(self.NotUtf8())
            return
        self._submitted.append(text)
        # To the screen at once: through the queue of each box around the composer it would take half a millisecond.
        self.screen.post_message(self.Submitted(text.strip(), self._session, private=self._private))

    def has_lost_bytes(self, session: SessionId | None, *, private: bool) -> None:
        """What is written there holds replacements for bytes that are no UTF-8: it is not sent with them."""
        self._lossy.add((session, private))

    def _is_lossy(self) -> bool:
        if _REPLACEMENT not in self.text:
            self._lossy.discard((self._session, self._private))
        return (self._session, self._private) in self._lossy

    def edit(self, edit: Edit) -> EditResult:
        """Make an edit, unless it would make the text too long; the row edited is shown at once."""
        removed = len(self.get_text_range(edit.top, edit.bottom))
        characters = len(self.text) - removed + len(edit.text)
        if characters > MESSAGE_LONGEST and len(edit.text) > removed:
            self.post_message(self.TooLong(characters))
            return EditResult(edit.from_location, "")
        before = self._own_row.before_edit()
        self._only_text = True
        result = super().edit(edit)
        self._only_text = False
        if self.fit_height():
            return result
        self._own_row.after_edit(before)
        return result

    def scroll_cursor_visible(self, center: bool = False, animate: bool = False) -> Offset:  # noqa: FBT001, FBT002
        """As every text area's, but for the caret that is in sight anyway, as it is for nearly every letter."""
        self._recompute_cursor_offset()  # type: ignore[no-untyped-call]  # Textual's own
        caret, size = self._cursor_offset, self.size
        x, y = caret[0] - self.scroll_offset.x, caret[1] - self.scroll_offset.y
        if not center and 0 <= x <= size.width - _BESIDE_CARET and 0 <= y < size.height:
            return Offset()
        return super().scroll_cursor_visible(center, animate)

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """As every widget's; but for a letter the border is not drawn anew: over a slow line that would be felt."""
        if self._only_text and not regions:
            regions = (self.size.region,)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def on_focus(self) -> None:
        """Put the terminal's own cursor into the text, and again when a column that was hidden has its place."""
        self._place_cursor()
        self.call_after_refresh(self._place_cursor)

    def _place_cursor(self) -> None:
        if self.has_focus and self.app.screen is self.screen and self.app.cursor_position != self.cursor_screen_offset:
            self.app.cursor_position = self.cursor_screen_offset
            self.refresh()

    async def on_key(self, event: events.Key) -> None:
        """Send, break the line, or ask for what an empty composer offers; all else is text."""
        if isinstance(event, Key) and event.has_lost_bytes:
            self.has_lost_bytes(self._session, private=self._private)
        if event.key in self._send_keys:
            self._consume(event)
            self.submit()
        elif event.key in self._line_keys:
            self._consume(event)
            self.replace("\n", *self.selection, maintain_selection_offset=False)
        elif not self.text and {event.key, event.character} & self._recall_keys and not _is_wheel(event):
            self._consume(event)
            self.post_message(self.RecallAsked())
        elif not self.text and {event.key, event.character} & self._canned_keys:
            self._consume(event)
            self.post_message(self.CannedAsked())
        else:
            await obey_at_once(self, event)

    def on_paste(self, event: events.Paste) -> None:
        """Insert what was pasted, cleaned; of many lines only tell, unless they are too long anyhow. It never sends."""
        self._consume(event)
        if isinstance(event, Paste) and event.has_lost_bytes:
            self.has_lost_bytes(self._session, private=self._private)
        text = pasted(event.text)
        if len(text) <= MESSAGE_LONGEST and text.count("\n") + 1 >= PASTE_ASKS_FROM:
            self.post_message(self.PasteAsked(text))
        else:
            self.replace(text, *self.selection, maintain_selection_offset=False)

    def on_blur(self) -> None:
        self.post_message(self.Left())

    def on_resize(self) -> None:
        self._entitle()
        self.fit_height()
        self.call_after_refresh(self.scroll_cursor_visible)

    def on_composer_changed(self) -> None:
        self.fit_height()

    @staticmethod
    def _consume(event: events.Event) -> None:
        event.stop()
        event.prevent_default()

    def fit_height(self) -> bool:
        """Take as many rows as the text has, up to six; whether that changed the layout."""
        height = min(max(1, self.wrapped_document.height), _MOST_ROWS) + self.gutter.height
        scalar = self.styles.height
        if scalar is not None and scalar.value == height:
            return False
        self.styles.height = height
        return True


def _is_wheel(event: events.Key) -> bool:
    """Whether a key is one of many that came at once."""
    return isinstance(event, Key) and event.at_once
