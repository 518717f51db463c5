"""Takes erased conversations off the desk: the talk, the draft, and a question that was asked about one."""

from collections.abc import Callable, Collection
from typing import Any, Final

from textual.screen import Screen

from tms_tui.domain.ids import SessionId
from tms_tui.ui.composing import Composing
from tms_tui.ui.dropping import Dropping
from tms_tui.ui.keys import Pane
from tms_tui.ui.routing import Part
from tms_tui.ui.screens.diagnostics import Diagnostics
from tms_tui.ui.widgets.body import Body

_WHY: Final = "The conversation was removed from the server."


class Removing:
    """Has to know which page was shown last over the desk; `wall` gives seconds since the epoch."""

    def __init__(self, body: Body, composing: Composing, dropping: Dropping, wall: Callable[[], float]) -> None:
        self._body = body
        self._composing = composing
        self._dropping = dropping
        self._wall = wall
        self._page: Screen[Any] | None = None
        self._about: SessionId | None = None

    def shown(self, page: Screen[Any], about: SessionId | None) -> None:
        """A page was shown while actions were about this conversation."""
        self._page, self._about = page, about

    def remove(self, erased: Collection[SessionId]) -> bool:
        """Whether the conversation shown was among them.

        Who was writing or choosing goes on for a moment: those keys are dropped, for in the list they are commands.
        """
        self._composing.forget(erased)
        was_asked = self._about in erased and self._close_page()
        is_shown = self._body.transcript.session_id in erased
        was_inside = is_shown and self._body.pane is not Pane.LIST
        if is_shown:
            self._body.show_nothing()
            self._body.look_again(tuple(Part), self._wall())
        if was_inside:
            self._body.go(Pane.LIST)
        if was_inside or was_asked:
            self._dropping.begin(_WHY)
        return is_shown

    def _close_page(self) -> bool:
        page = self._page
        if page is None or not page.is_active or isinstance(page, Diagnostics):
            return False
        _ = page.dismiss()
        return True
