"""The connection: a sign and words, always in the same place."""

from typing import Final

from textual.content import Content

from tms_tui import wording
from tms_tui.core import select
from tms_tui.core.state import State
from tms_tui.ui.widgets.line import Line
from tms_tui.wording.ways import USUAL, Ways

_ROOM: Final = 17


class Badge(Line):
    """Says Live, Connecting or Offline. Colour repeats what the words say.

    Room for "Live, 99 unsent" is always kept: were it made at each send, the screen would be laid out twice for it.
    """

    DEFAULT_CSS = f"""
    Badge {{ width: auto; min-width: {_ROOM}; text-align: right; }}
    Badge.live {{ color: $text-success; }}
    Badge.connecting {{ color: $text-warning; }}
    Badge.offline {{ color: $text-error; }}
    """

    def __init__(self, *, ascii_only: bool = False, ways: Ways = USUAL, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._ways = ways
        self._ascii_only = ascii_only

    def update_from(self, state: State) -> None:
        """Show the connection as it is now."""
        badge = select.badge(state)
        sign, words = wording.badge(badge, ascii_only=self._ascii_only, ways=self._ways)
        self._show(badge.kind.value, f"{sign} {words}")

    def update_broken(self) -> None:
        """Show that the desk itself has stopped."""
        self._show("offline", wording.badge_broken(ascii_only=self._ascii_only))

    def get_content_width(self, container: object, viewport: object) -> int:  # noqa: ARG002 - Textual's signature
        return Content(self.text).cell_length

    def _show(self, kind: str, words: str) -> None:
        if self.say(words):
            self.set_classes(kind)
            room = max(_ROOM, self.get_content_width(None, None))
            if room != self.size.width:
                self.refresh(layout=True)
