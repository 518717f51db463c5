"""What actions may do with the desk: shows conversations, moves the focus, asks, and says what happened."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from textual.screen import Screen

from tms_tui.core import finding, select
from tms_tui.core.select import Filter
from tms_tui.core.state import State
from tms_tui.domain.entries import Entry
from tms_tui.domain.events import ListingAsked, SessionOpened, UnreadAsked
from tms_tui.domain.ids import SessionId
from tms_tui.domain.model import CannedResponse, Message
from tms_tui.ui import layout, palette
from tms_tui.ui.acts import ACTS
from tms_tui.ui.announcing import announce
from tms_tui.ui.bridge import Bridge
from tms_tui.ui.composing import Composing
from tms_tui.ui.dropping import Dropping
from tms_tui.ui.keys import Action, Pane, ways_of
from tms_tui.ui.listing import Listing
from tms_tui.ui.removing import Removing
from tms_tui.ui.routing import Part, Touched
from tms_tui.ui.screens.ask import Ask
from tms_tui.ui.screens.diagnostics import Diagnostics
from tms_tui.ui.screens.help import help_page
from tms_tui.ui.widgets.body import Body
from tms_tui.ui.widgets.choices import Choice
from tms_tui.ui.widgets.event_line import EventLine

if TYPE_CHECKING:  # loaded when something is searched, or leaves the desk
    from tms_tui.core.gathering import Gathering
    from tms_tui.ui.outside import Outside
    from tms_tui.ui.screens.search_line import SearchLine

T = TypeVar("T")
_HERE = (Part.TRANSCRIPT, Part.TYPING, Part.PANEL)


class Control:
    """Fulfils the port of the actions; one for each engine."""

    def __init__(
        self,
        screen: Screen[None],
        bridge: Bridge,
        body: Body,
        event_line: EventLine,
        actions: Sequence[Action],
        own: Sequence[CannedResponse] = (),
    ) -> None:
        """`own`: the agent's own canned responses."""
        self._screen = screen
        self._body = body
        self._event_line = event_line
        self._actions = actions
        self._own = own
        self._search_line: SearchLine | None = None
        self._gathering: Gathering | None = None
        self._peeking = False
        self.dropping = Dropping(self.say, lambda: bridge.moment().now)
        self.bridge = bridge
        self.ways = ways_of(actions)
        self._listing = Listing(bridge, body, self.ways)
        self.composing = Composing(bridge, body.composer)
        self._removing = Removing(body, self.composing, self.dropping, lambda: bridge.moment().wall)

    # What is there.

    @property
    def outside(self) -> "Outside":
        """Clipboard, other programs on this terminal, browser."""
        from tms_tui.ui.outside import Outside

        return Outside(self._screen, self.say)

    @property
    def state(self) -> State:
        """What is shown."""
        return self.bridge.state

    @property
    def shown(self) -> SessionId | None:
        """The conversation in the chat column."""
        return self._body.transcript.session_id

    @property
    def target(self) -> SessionId | None:
        """The conversation that actions are about."""
        return self._body.sessions.selected if self._body.pane is Pane.LIST else self.shown

    @property
    def selected_entry(self) -> Entry | None:
        """The entry chosen in the transcript."""
        return self._body.transcript.selected_entry

    @property
    def listed(self) -> Sequence[SessionId]:
        """The list, in its order."""
        return self._body.sessions.sessions

    # Doing.

    def act(self, action: str) -> None:
        """Do what the table of keys calls `action`."""
        if action == "outward":
            self._event_line.seen()
        ACTS[action](self)

    def say(self, words: str, offer: str = "") -> None:
        """Put words on the event line; `offer` for as long as a decision may be undone."""
        self._event_line.offer(words, offer)

    def refuse(self, words: str) -> None:
        """Say why a command cannot do its work: what is typed at once was meant for what it would have opened."""
        self.dropping.begin(words)

    def open_session(self, session: SessionId) -> None:
        """Show a conversation, to be marked read; the focus stays in the composer or comes to the transcript."""
        self._show(session, as_read=True)
        self._body.go(Pane.COMPOSER if self._body.pane is Pane.COMPOSER else Pane.TRANSCRIPT)

    def work_on(self, session: SessionId) -> None:
        """Show a conversation and go to its composer."""
        self._show(session, as_read=True)
        self._body.go(Pane.COMPOSER)

    def peek_selected(self) -> None:
        """Show the conversation selected in the list, as a peek."""
        if self._body.sessions.selected is not None:
            self.peek(self._body.sessions.selected)

    def peek(self, session: SessionId) -> None:
        """Show a conversation without marking it read; the focus stays."""
        self._show(session, as_read=False)

    def leave_unread(self, session: SessionId) -> None:
        """Let a conversation be marked unread, and leave it for the list when it is the one shown."""
        chosen = self.selected_entry if self._body.pane is Pane.TRANSCRIPT else None
        self.bridge.take(UnreadAsked(session, chosen.seq if isinstance(chosen, Message) else None))
        if session == self.shown:
            self._peeking = True
            self._body.transcript.stop_reading()
            self._body.go(Pane.LIST)

    def write(self, session: SessionId, *, private: bool) -> None:
        """Go to the composer, for a reply or a note."""
        if session != self.shown or self._peeking:
            self._show(session, as_read=True)
        self.composing.open(session, private=private)
        self._body.go(Pane.COMPOSER)

    def give_back(self, session: SessionId, text: str, *, private: bool) -> None:
        """Put text into a draft, before what stands there."""
        self.composing.give_back(session, text, private=private)

    def list_filter(self, wanted: Filter) -> None:
        """List other conversations, and say how many."""
        self.say(self._listing.choose(wanted))

    def relist(self) -> None:
        """List again what belongs into the list now."""
        self._listing.again()

    def list_found(self, words: str) -> None:
        """List what fits these words instead of the filter's conversations; "" for the filter again."""
        self._listing.find(words)

    def search(self) -> None:
        """Search the list or, outside it, the conversation shown."""
        from tms_tui.ui.screens.search_line import SearchLine
        from tms_tui.ui.searching import search_of

        self._search_line = SearchLine(search_of(self.bridge, self._body, self))
        self.show(self._search_line)

    def gather(
        self, session: SessionId, enough: Callable[[], bool], then: Callable[[], None], progress: Callable[[int], str]
    ) -> None:
        """Read a conversation back until there is `enough` of it, or no more; `progress` as for the port."""
        from tms_tui.core.gathering import Gathering

        gathering = Gathering(self.bridge, session, enough, then, lambda read: self.say(progress(read)))
        self._gathering = None if gathering.go_on() else gathering

    def show(self, page: Screen[T], then: Callable[[T | None], None] | None = None) -> None:
        """Show a page over the desk; `then`, if any, gets what it was left with."""
        self._removing.shown(page, self.target)
        _ = self._screen.app.push_screen(page, then)

    def ask(self, question: str, answers: Sequence[Choice], then: Callable[[str], None], *, standing: str = "") -> None:
        """Ask; `then` gets the answer's id, and is not called when there is none. `standing`: what holds now."""
        self.show(Ask(question, answers, standing), partial(_when_chosen, then))

    def choose(
        self,
        title: str,
        choices: Sequence[Choice],
        then: Callable[[str], None],
        new: Callable[[str], Choice | None] | None = None,
    ) -> None:
        """Let the agent choose by typing a part of the name; `new` makes a choice of what was typed."""
        self.show(palette.Palette(title, choices, new), partial(_when_chosen, then))

    def prompt(self, question: str, keys: str, then: Callable[[str], None]) -> None:
        """Let the agent write a line, or nothing; `then` is called as for `ask`."""
        from tms_tui.ui.screens.prompt import Prompt

        self.show(Prompt(question, keys), partial(_when_chosen, then))

    # Where the focus is.

    def go_to_pane(self, by: int) -> None:
        """Give the focus to the next (1) or previous (-1) pane."""
        self._body.go_beside(by)

    def go_outward(self) -> None:
        """Give the focus to the pane one step outward."""
        self._body.go(layout.outward(self._body.pane))

    def toggle_panel(self) -> None:
        """Show or hide the customer panel."""
        self._body.toggle_panel()
        self._ask_for_earlier()

    # Pages.

    def show_help(self) -> None:
        """Show the keys of the focused pane."""
        self.show(help_page(self._body.pane, self._actions))

    def show_palette(self) -> None:
        """Let the agent choose an action by name."""
        self.choose("Commands", palette.commands(self._actions), self.act)

    def offer_canned(self, instead: str = "") -> None:
        """Let the agent choose a canned response for the composer; `instead`, typed again, is meant as text."""
        from tms_tui.ui import reusing

        if self.shown is not None:
            reusing.offer(self, self.shown, self._own, instead)

    def show_diagnostics(self) -> None:
        """Show what happened on the line."""
        self.show(Diagnostics(lambda: self.state, ascii_only=self._body.ascii_only, ways=self.ways))

    def leave(self) -> None:
        """End the program."""
        self._screen.app.exit()

    # What comes from the engine.

    def hear(self, found: Touched) -> None:
        """Show what changed in a frame."""
        if Part.LIST in found.parts or (Part.BADGE in found.parts and not self.listed):
            self.relist()
        self._body.look_again(found.parts, self.bridge.moment().wall)
        if found.erased and self._removing.remove(found.erased):
            self._gathering = None
        for send_id in found.taken:
            self.composing.taken(send_id)
        announce(self._event_line, self.state, found, self.bridge.moment(), self.ways)
        if found.held:
            from tms_tui.ui import holding

            for send_id in found.held:
                holding.ask_about(self, send_id)
        if isinstance(self._screen.app.screen, Diagnostics):
            self._screen.app.screen.look_again()
        if self._search_line is not None and self._search_line.is_attached:
            self._search_line.hear(found)
        if self._gathering is not None and self._gathering.go_on():
            self._gathering = None

    def composer_focused(self) -> None:
        """Whoever writes has read: a peek becomes an open conversation."""
        if self._peeking and self.shown is not None:
            self._show(self.shown, as_read=True)

    def _show(self, session: SessionId, *, as_read: bool) -> None:
        self._peeking = not as_read
        self.bridge.take(SessionOpened(session))
        self._body.show(session, as_read=as_read)
        self._ask_for_earlier()
        self._body.look_again(_HERE, self.bridge.moment().wall)
        self.composing.open(session)

    def _ask_for_earlier(self) -> None:
        """While the panel stands there it names the customer's earlier conversations, each customer's read once."""
        session = select.session(self.state, self.shown) if self._body.panel.display else None
        if session is not None and (query := finding.unread_earlier(self.state, session)):
            self.bridge.take(ListingAsked(query))


def _when_chosen(then: Callable[[str], None], chosen: str | None) -> None:
    if chosen is not None:
        then(chosen)
