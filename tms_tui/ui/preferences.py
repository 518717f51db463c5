"""What the agent prefers of the desk's looks and manners."""

from collections.abc import Callable, Mapping
from typing import Final

from tms_tui.domain.model import CannedResponse
from tms_tui.domain.value import Value

DESKTOP: Final = {
    "osc9": "\x1b]9;{words}\x07",
    "osc777": "\x1b]777;notify;tms-chat;{words}\x07",
    "osc99": "\x1b]99;;{words}\x1b\\",
}
"""How terminals of different families are asked for a desktop notification."""


class Preferences(Value):
    """Each as its setting says. `is_quiet` tells whether bell and notifications are to be silent now."""

    reduced_motion: bool = False
    ascii_only: bool = False
    enter_sends: bool = True
    single_keys: bool = True
    keys: Mapping[str, str] = {}
    """The agent's own keys by action, as they stand in the config."""
    due_after: float = 0.0
    """Seconds after which a waiting customer is due; 0 for never."""
    counts_in_title: bool = True
    bell: bool = False
    canned: tuple[CannedResponse, ...] = ()
    """The agent's own ones."""
    desktop: str = "off"
    is_quiet: Callable[[], bool] = lambda: False


DEFAULTS: Final = Preferences()
