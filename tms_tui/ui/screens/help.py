"""The keys of a pane, as a page to read."""

from collections.abc import Sequence
from typing import Final

from textual.content import Content

from tms_tui.ui import keys
from tms_tui.ui.keys import ACTIONS, Action, Pane
from tms_tui.ui.screens.reading import Reading

_PANES = {
    Pane.LIST: "the list of conversations",
    Pane.TRANSCRIPT: "the transcript",
    Pane.COMPOSER: "the composer",
    Pane.PANEL: "the customer panel",
}
NAMES_WIDTH: Final = 20
"""Cells for the keys; what is longer moves its own sentence along."""


def help_page(pane: Pane, actions: Sequence[Action] = ACTIONS) -> Reading:
    """What can be done in the pane that has the focus, and then everywhere else."""
    rows = [_row(names, sentence) for names, sentence in keys.described(pane, actions)]
    hint = ""
    if pane is Pane.COMPOSER:
        hint = f"In the composer every letter is text: {keys.ways_of(actions).outward}, then the letter.\n\n"
    others = [
        _row(", ".join(keys.key_names(action)), action.help) for action in actions if not keys.acts_in(action, pane)
    ]
    text = Content("\n").join([*rows, Content(""), Content("Elsewhere").stylize("bold"), *others])
    return Reading(f"Keys in {_PANES[pane]}", Content(hint) + text)


def _row(names: str, sentence: str) -> Content:
    return Content.assemble(Content((names or "no key").ljust(NAMES_WIDTH)).stylize("bold"), " ", Content(sentence))
