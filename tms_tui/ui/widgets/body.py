"""The three columns of the desk, and which of its panes has the focus."""

from collections.abc import Iterable, Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget

from tms_tui import wording
from tms_tui.core import select
from tms_tui.core.state import State
from tms_tui.domain.ids import SessionId
from tms_tui.ui.bindings import moves, rebind
from tms_tui.ui.keys import ACTIONS, Action, Pane, ways_of
from tms_tui.ui.layout import SHORT, WIDE, Column, beside, visible
from tms_tui.ui.paint.cells import fitting
from tms_tui.ui.preferences import Preferences
from tms_tui.ui.routing import Part
from tms_tui.ui.widgets.composer import Composer
from tms_tui.ui.widgets.customer_panel import CustomerPanel
from tms_tui.ui.widgets.session_list import SessionListView
from tms_tui.ui.widgets.transcript import TranscriptPane
from tms_tui.ui.widgets.typing_dots import TypingDots
from tms_tui.wording import rows


class Body(Horizontal):
    """List, chat and customer. Data comes down by `look_again`; which conversation is shown is told by `show`."""

    DEFAULT_CSS = """
    Body { height: 1fr; }
    Body #conversations { width: 30; border: round $border-blurred; }
    Body #chat { width: 1fr; }
    Body #talk { height: 1fr; border: round $border-blurred; }
    Body #panel { width: 28; }
    Body.narrow #conversations, Body.narrow #panel { width: 1fr; }
    Body.middle #panel { width: 1fr; }
    Body.ascii #conversations, Body.ascii #talk, Body.ascii #panel { border: ascii $border-blurred; }
    Body #conversations:focus-within, Body #talk:focus-within { border: heavy $border; }
    Body.ascii #conversations:focus-within, Body.ascii #talk:focus-within { border: ascii $border; }
    Body.short #talk, Body.short #talk:focus-within, Body.short #composer { border-bottom: none; }
    Body.short #composer { max-height: 75%; }
    """

    def __init__(self, state: State, preferences: Preferences, actions: Sequence[Action] = ACTIONS) -> None:
        super().__init__(id="body")
        self.state = state
        self.ascii_only = ascii_only = preferences.ascii_only
        self._ways = ways = ways_of(actions)
        self.sessions = SessionListView(due_after=preferences.due_after, ascii_only=ascii_only, id="list")
        self.transcript = TranscriptPane(state, ascii_only=ascii_only, ways=ways, id="transcript")
        self.dots = TypingDots(reduced_motion=preferences.reduced_motion, id="dots")
        self.composer = Composer(
            enter_sends=preferences.enter_sends, ascii_only=ascii_only, actions=actions, id="composer"
        )
        if actions is not ACTIONS:
            rebind(self.sessions, moves(actions))
            rebind(self.transcript, moves(actions))
        self.panel = CustomerPanel(ways=ways, id="panel")
        self._pane = Pane.LIST
        self._panel_wanted = True
        self._list_column = Vertical(self.sessions, id="conversations")
        self._talk = Vertical(self.transcript, self.dots, id="talk")
        self._chat_column = Vertical(self._talk, self.composer, id="chat")
        self.set_class(ascii_only, "ascii")

    def compose(self) -> ComposeResult:
        yield self._list_column
        yield self._chat_column
        yield self.panel

    # Panes.

    @property
    def pane(self) -> Pane:
        """Where the focus is."""
        return self._pane

    def noticed_focus(self, widget: Widget) -> None:
        """Something in here got the focus, however it did."""
        for pane in Pane:
            if self._of(pane) is widget:
                self._pane = pane
                self.fit_columns()

    def go(self, pane: Pane) -> None:
        """Give a pane the focus, and show its column where there is no room for all.

        While no conversation is open there is nothing to write in, and the list has it instead.
        """
        if pane is Pane.COMPOSER and self.transcript.session_id is None:
            pane = Pane.LIST
        self._pane = pane
        self._panel_wanted = self._panel_wanted or pane is Pane.PANEL
        self.fit_columns()
        # At once: `focus()` would wait its turn, and keys typed ahead would go to the pane that was left.
        self.screen.set_focus(self._of(pane))

    def go_beside(self, by: int) -> None:
        """Give the next (1) or previous (-1) pane the focus."""
        wanted = beside(self._pane, by, panel=self.panel.display)
        if wanted is Pane.COMPOSER and self.transcript.session_id is None:
            wanted = beside(wanted, by, panel=self.panel.display)
        self.go(wanted)

    def toggle_panel(self) -> None:
        """Show or hide the customer: beside the chat where there is room, else over it."""
        if self._pane is Pane.PANEL:
            self._panel_wanted = False
            self.go(Pane.TRANSCRIPT)
        elif self.app.size.width < WIDE:
            self.go(Pane.PANEL)
        else:
            self._panel_wanted = not self._panel_wanted
            self.fit_columns()

    def fit_columns(self) -> None:
        """Show the columns, and of their frames the lines, there is room for."""
        width, is_short = self.app.size.width, self.app.size.height < SHORT
        shown = visible(width, self._pane, panel=self._panel_wanted)
        self._list_column.display = Column.LIST in shown
        self._chat_column.display = Column.CHAT in shown
        self.panel.display = Column.PANEL in shown
        self.set_class(len(shown) == 1, "narrow")
        self.set_class(len(shown) == 2 and width < WIDE, "middle")
        if is_short != self._is_short:
            self.set_class(is_short, "short")
            self.call_after_refresh(self.composer.fit_height)

    # What is shown.

    def show(self, session: SessionId, *, as_read: bool) -> None:
        """Show a conversation in the chat column, at its end."""
        self.transcript.show_session(session, as_read=as_read)
        self.sessions.select(session)

    def show_nothing(self) -> None:
        """Show no conversation."""
        self.transcript.show_session(None)
        self.dots.show_names([])

    def show_list(self, title: str, listed: Sequence[SessionId], now: float, *, empty: str) -> None:
        """List conversations, or say `empty`; `now` in seconds since the epoch."""
        _entitle(self._list_column, title)
        self.sessions.update_from(self.state, listed, now, empty=empty)

    def look_again(self, parts: Iterable[Part], now: float) -> None:
        """Draw again what changed about the conversation shown; `now` in seconds since the epoch."""
        shown = self.transcript.session_id
        for part in parts:
            match part:
                case Part.TRANSCRIPT:
                    self.transcript.refresh_session()
                    self._say_what_is_read(shown, now)
                case Part.TYPING if shown is not None:
                    self.dots.show_names([author.name for author in select.typists(self.state, shown)])
                case Part.PANEL:
                    self.panel.update_from(self.state, shown, now)
                    _entitle(self._talk, self._title(shown, now))
                case _:
                    continue

    @property
    def _is_short(self) -> bool:
        """Whether the talk's frame has no lower line, and so no place there for words."""
        return self.has_class("short")

    def _say_what_is_read(self, shown: SessionId | None, now: float) -> None:
        words = fitting(self._what_is_read(shown), self._talk.size.width)
        if (self._talk.border_subtitle or "") != words:
            self._talk.border_subtitle = words
        if self._is_short:
            _entitle(self._talk, self._title(shown, now))

    def _what_is_read(self, shown: SessionId | None) -> tuple[str, ...]:
        """What is missing of a conversation, then the same for little room."""
        if shown is None:
            return ("",)
        if select.is_unconfirmed(self.state, shown):
            return (wording.UNCONFIRMED,)
        if select.is_reading_older(self.state, shown):
            return (wording.READING_OLDER,)
        return rows.older(self._ways) if select.has_older(self.state, shown) else ("",)

    def _title(self, shown: SessionId | None, now: float) -> str:
        session = select.session(self.state, shown)
        if session is None:
            return "No conversation is open"
        holder = select.holder_name(self.state, session)
        parts = wording.chat_title(session, holder, now)
        missing = self._what_is_read(shown)[-1] if self._is_short else ""
        if missing:
            parts.insert(1, missing)
        titles = ["  ".join(parts[:end]) for end in range(len(parts), 0, -1)]
        return fitting([*titles[:-1], missing or titles[-1]], self._talk.size.width)

    def _of(self, pane: Pane) -> Widget:
        match pane:
            case Pane.LIST:
                return self.sessions
            case Pane.TRANSCRIPT:
                return self.transcript
            case Pane.COMPOSER:
                return self.composer
            case Pane.PANEL:
                return self.panel


def _entitle(column: Widget, words: str) -> None:
    """Put words on a border, unless they stand there: a new title paints the whole column anew, and all in it."""
    title = Content(words)
    if column.border_title != title.markup:
        column.border_title = title
