"""Which conversations the list holds: those of a filter, or what was searched for."""

from tms_tui import wording
from tms_tui.core import finding, select
from tms_tui.core.select import Filter
from tms_tui.domain.effects import SessionQuery
from tms_tui.domain.events import ListingAsked
from tms_tui.domain.model import SessionStatus
from tms_tui.ui.bridge import Bridge
from tms_tui.ui.widgets.body import Body
from tms_tui.wording import searching
from tms_tui.wording.ways import Ways


class Listing:
    """Fills the list of the desk."""

    def __init__(self, bridge: Bridge, body: Body, ways: Ways) -> None:
        self._bridge = bridge
        self._body = body
        self._ways = ways
        self._filter = Filter.ALL
        self._sought = ""

    def choose(self, wanted: Filter) -> str:
        """List other conversations; which and how many, in words."""
        self._filter = wanted
        if wanted is Filter.ENDED:
            self._bridge.take(ListingAsked(SessionQuery(status=SessionStatus.ENDED)))
        self.again()
        return f"{wording.filter_title(wanted)}: {wording.plural(len(self._body.sessions.sessions), 'conversation')}."

    def find(self, words: str) -> None:
        """List what fits these words instead of the filter's conversations; "" for the filter again."""
        self._sought = words.strip()
        self.again()

    def again(self) -> None:
        """List again what belongs into the list now."""
        state = self._bridge.state
        if self._sought:
            title, empty = searching.search_title(self._sought), searching.NOTHING_FITS
            listed = finding.conversations(state, self._sought)
        else:
            title, empty = wording.filter_title(self._filter), wording.empty_list(state, self._filter, self._ways)
            listed = select.listing(state, self._filter)
        self._body.show_list(title, listed, self._bridge.moment().wall, empty=empty)
