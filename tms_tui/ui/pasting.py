"""Pasted text without what a terminal would obey."""

from typing import Final

from tms_tui.domain.text import EMPTY, clean

_CONTROLS: Final = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000)])
_KEPT_CONTROLS: Final = "\n\t"


def pasted(text: str) -> str:
    """Return pasted text with every line end a line feed and without control or hidden characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n")
    kept = lines.translate({code: None for code in _CONTROLS if chr(code) not in _KEPT_CONTROLS})
    cleaned = clean(kept, keeps_private=True)
    if cleaned == EMPTY and kept != EMPTY:
        return "".join(character for character in kept if character in " \n")
    return cleaned
