"""The top row: who is signed in, what is there to do, and the connection."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.events import Resize

from tms_tui import wording
from tms_tui.core import select
from tms_tui.core.select import Filter
from tms_tui.core.state import State
from tms_tui.ui.widgets.badge import Badge
from tms_tui.ui.widgets.line import Line
from tms_tui.wording.ways import USUAL, Ways

_COUNTED = (Filter.MINE, Filter.UNASSIGNED, Filter.ALL)


class DeskHeader(Horizontal):
    """Name, availability and counts at the left; the badge at the right."""

    DEFAULT_CSS = """
    DeskHeader { height: 1; padding: 0 1; background: $panel; color: $foreground; }
    DeskHeader Badge { margin-left: 2; }
    """

    def __init__(self, *, ascii_only: bool = False, ways: Ways = USUAL) -> None:
        super().__init__(id="header")
        self.badge = Badge(ascii_only=ascii_only, ways=ways, id="badge")
        """The connection."""
        self._overview = Line(id="overview")
        self._who = ""
        self._counts = ""

    def compose(self) -> ComposeResult:
        yield self._overview
        yield self.badge

    def update_from(self, state: State) -> None:
        """Show names and counts as they are now."""
        counts = select.counts(state)
        self._counts = "  ".join(f"{wording.filter_title(one)} {counts[one]}" for one in _COUNTED)
        self._who = f"{state.me.name} ({wording.availability(state.availability)})" if state.me else ""
        self._fit()

    def on_resize(self, _event: Resize) -> None:
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        """Leave out the least important first: the counts are what the day's work is read from."""
        line = self._overview
        full = [part for part in ("tms-chat", self._who) if part]
        for names in (full, full[1:], []):
            said = "   ".join(["  ".join(names), self._counts] if names else [self._counts])
            if len(said) <= line.size.width:
                break
        line.say(said)
