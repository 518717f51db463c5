"""The keys of a pane, as a page to read."""

from textual.content import Content

from tms_tui.ui import keys
from tms_tui.ui.keys import Pane
from tms_tui.ui.screens.reading import Reading

_PANES = {
    Pane.LIST: "the list of conversations",
    Pane.TRANSCRIPT: "the transcript",
    Pane.COMPOSER: "the composer",
    Pane.PANEL: "the customer panel",
}


def help_page(pane: Pane) -> Reading:
    """What can be done in the pane that has the focus, and then everywhere else."""
    width = max(len(", ".join(keys.key_names(action))) for action in keys.ACTIONS)
    rows = [_row(names, sentence, width) for names, sentence in keys.described(pane)]
    hint = "In the composer every letter is text: Esc, then the letter.\n\n" if pane is Pane.COMPOSER else ""
    others = [
        _row(", ".join(keys.key_names(action)), action.help, width)
        for action in keys.ACTIONS
        if not keys.acts_in(action, pane)
    ]
    text = Content("\n").join([*rows, Content(""), Content("Elsewhere").stylize("bold"), *others])
    return Reading(f"Keys in {_PANES[pane]}", Content(hint) + text)


def _row(names: str, sentence: str, width: int) -> Content:
    return Content.assemble(Content(names.ljust(width)).stylize("bold"), "  ", Content(sentence))
