"""The bottom row: the keys of the focused pane."""

from collections.abc import Sequence

from textual.content import Content
from textual.events import Resize

from tms_tui.ui.keys import ACTIONS, Action, Pane, footer
from tms_tui.ui.widgets.line import Line


class KeyFooter(Line):
    """Shows as many keys as there is room for, whole ones only."""

    DEFAULT_CSS = "KeyFooter { padding: 0 1; background: $panel; color: $foreground; }"

    def __init__(self, actions: Sequence[Action] = ACTIONS) -> None:
        super().__init__(id="keys")
        self._actions = actions
        self._pane = Pane.LIST

    def show_pane(self, pane: Pane) -> None:
        """Show the keys that act in a pane."""
        self._pane = pane
        self._fit()

    def on_resize(self, _event: Resize) -> None:
        self._fit()

    def _fit(self) -> None:
        room = self.size.width
        said: list[Content] = []
        for key, words in footer(self._pane, self._actions):
            entry = Content.assemble((key, "bold"), " ", words)
            if room < entry.cell_length:
                break
            said.append(entry)
            room -= entry.cell_length + 2
        self.say(Content("  ").join(said))
