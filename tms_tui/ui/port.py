"""What actions need of the desk: the screen fulfils it, a test may."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from textual.screen import Screen

from tms_tui.core.select import Filter
from tms_tui.core.state import State
from tms_tui.domain.entries import Entry
from tms_tui.domain.ids import SessionId
from tms_tui.ui.bridge import Bridge
from tms_tui.ui.composing import Composing
from tms_tui.ui.widgets.choices import Choice
from tms_tui.wording.ways import Ways

if TYPE_CHECKING:  # loaded when a text leaves the desk
    from tms_tui.ui.outside import Outside

T = TypeVar("T")


class Desk(Protocol):
    """What actions need of the screen."""

    @property
    def bridge(self) -> Bridge:
        """The way to the engine."""
        ...

    @property
    def ways(self) -> Ways:
        """The keys that words name."""
        ...

    @property
    def composing(self) -> Composing:
        """The composer and its drafts."""
        ...

    @property
    def outside(self) -> "Outside":
        """Clipboard, other programs on this terminal, browser."""
        ...

    @property
    def state(self) -> State:
        """What is shown."""
        ...

    @property
    def shown(self) -> SessionId | None:
        """The conversation in the chat column."""
        ...

    @property
    def target(self) -> SessionId | None:
        """The conversation that actions are about: the one chosen in the list, or the one shown."""
        ...

    @property
    def selected_entry(self) -> Entry | None:
        """The entry chosen in the transcript."""
        ...

    @property
    def listed(self) -> Sequence[SessionId]:
        """The list, in its order."""
        ...

    def say(self, words: str, offer: str = "") -> None:
        """Put words on the event line; `offer` for as long as a decision may be undone."""
        ...

    def refuse(self, words: str) -> None:
        """Say why a command cannot do its work: what is typed at once was meant for what it would have opened."""
        ...

    def open_session(self, session: SessionId) -> None:
        """Show a conversation, to be marked read; the focus stays in the chat or comes to its transcript."""
        ...

    def work_on(self, session: SessionId) -> None:
        """Show a conversation and go to its composer."""
        ...

    def peek_selected(self) -> None:
        """Show the conversation selected in the list without marking it read."""
        ...

    def leave_unread(self, session: SessionId) -> None:
        """Let a conversation be marked unread, and leave it for the list when it is the one shown."""
        ...

    def write(self, session: SessionId, *, private: bool) -> None:
        """Go to the composer, for a reply or a note."""
        ...

    def give_back(self, session: SessionId, text: str, *, private: bool) -> None:
        """Put text into a draft, before what stands there."""
        ...

    def list_filter(self, wanted: Filter) -> None:
        """List other conversations."""
        ...

    def offer_canned(self) -> None:
        """Let the agent choose a canned response for the composer."""
        ...

    def gather(
        self, session: SessionId, enough: Callable[[], bool], then: Callable[[], None], progress: Callable[[int], str]
    ) -> None:
        """Read a conversation back until there is `enough` of it, or no more, and then do `then`.

        `progress`: how far that is, in words, from how many messages are held.
        """
        ...

    def show(self, page: Screen[T], then: Callable[[T | None], None]) -> None:
        """Show a page over the desk; `then` gets what it was left with."""
        ...

    def ask(self, question: str, answers: Sequence[Choice], then: Callable[[str], None], *, standing: str = "") -> None:
        """Ask; `then` gets the answer's id, and is not called when there is none. `standing`: what holds now."""
        ...

    def choose(
        self,
        title: str,
        choices: Sequence[Choice],
        then: Callable[[str], None],
        new: Callable[[str], Choice | None] | None = None,
    ) -> None:
        """Let the agent choose by typing a part of the name; `then` is called as for `ask`.

        `new`: what is offered beside for what was typed.
        """
        ...

    def prompt(self, question: str, keys: str, then: Callable[[str], None]) -> None:
        """Let the agent write a line, or nothing; `keys` says what Enter and Esc do. `then` as for `ask`."""
        ...

    def go_to_pane(self, by: int) -> None:
        """Give the focus to the next (1) or previous (-1) pane."""
        ...

    def go_outward(self) -> None:
        """Give the focus to the pane one step outward."""
        ...

    def toggle_panel(self) -> None:
        """Show or hide the customer panel."""
        ...

    def search(self) -> None:
        """Search the list or, outside it, the conversation shown."""
        ...

    def show_help(self) -> None:
        """Show the keys of the focused pane."""
        ...

    def show_palette(self) -> None:
        """Let the agent choose an action by name."""
        ...

    def show_diagnostics(self) -> None:
        """Show what happened on the line."""
        ...

    def leave(self) -> None:
        """End the program."""
        ...
