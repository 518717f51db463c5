"""Keys that were meant as text for what a command did not find: dropped for a moment, counted, never delivered."""

from collections.abc import Callable
from typing import Final

from textual.events import Key, Paste

from tms_tui.domain.policy import KEYS_DROPPED_FOR, KEYS_DROPPED_ON
from tms_tui.wording.work import dropped

_OF_TEXT: Final = frozenset({"enter", "shift+enter", "ctrl+j", "backspace", "alt+backspace", "ctrl+w"})
"""Keys that end or change a text and type nothing; all others that type nothing go on acting."""


class Dropping:
    """What follows on a command that could not do its work; `now` gives monotonic seconds."""

    def __init__(self, say: Callable[[str], None], now: Callable[[], float]) -> None:
        self._say = say
        self._now = now
        self._until: float | None = None
        self._why = ""
        self._keys = self._pastes = 0

    def begin(self, why: str) -> None:
        """Say why, and drop text from now on."""
        self._until, self._why = self._now() + KEYS_DROPPED_FOR, why
        self._keys = self._pastes = 0
        self._say(why)

    def drops(self, event: Key | Paste) -> bool:
        """Whether a key or a paste was meant as text: it is counted, and said, and is to go nowhere."""
        if self._until is None:  # as nearly always
            return False
        now = self._now()
        if now >= self._until:
            self._until = None
        if self._until is None or not self._counts(event):
            return False
        self._until = max(self._until, now + KEYS_DROPPED_ON)
        self._say(dropped(self._keys, self._pastes, self._why))
        return True

    def _counts(self, event: Key | Paste) -> bool:
        """Count what is text, or belongs to one."""
        if isinstance(event, Paste):
            self._pastes += 1
            return True
        is_text = event.is_printable or event.key in _OF_TEXT
        self._keys += is_text
        return is_text
