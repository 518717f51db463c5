"""How things are drawn: a style for each part, the signs, in characters every terminal has if need be, the keys."""

from rich.style import Style

from tms_tui.domain.value import Value, field
from tms_tui.wording.ways import USUAL, Ways


class Signs(Value):
    """Single-cell signs that no text can put in their columns."""

    pointer: str = ">"
    public: str = "\u2502"
    note: str = "\u2551"
    system: str = "\u00b7"
    here: str = "\u25cf"
    hit: str = "*"


ASCII = Signs(public="|", note="#", system="*", here="*")


class Look(Value):
    """Styles by part; each is whole (it names its background), so that segments need no mixing."""

    base: Style = field(default_factory=Style)
    dim: Style = field(default_factory=Style)
    customer: Style = field(default_factory=Style)
    agent: Style = field(default_factory=Style)
    you: Style = field(default_factory=Style)
    note: Style = field(default_factory=Style)
    system: Style = field(default_factory=Style)
    alert: Style = field(default_factory=Style)
    selected: Style = field(default_factory=Style)
    signs: Signs = field(default_factory=Signs)
    ways: Ways = USUAL


PARTS = ("dim", "customer", "agent", "you", "note", "system", "alert", "selected")
"""The parts of a look that a widget styles by component classes of the same names."""
