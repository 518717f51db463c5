"""Which characters a terminal can be trusted with: the classes behind `clean`."""

import re
import unicodedata
from enum import Enum, auto
from functools import lru_cache


class Kind(Enum):
    """What becomes of a character in a stranger's text."""

    PLAIN = auto()
    """Stays; the base that marks, joiners and selectors lean on."""
    MARK = auto()
    """Drawn over its base: a stack of them climbs into other lines."""
    SPACING_MARK = auto()
    """Drawn beside its base but measured as no cell at all."""
    JOINER = auto()
    SELECTOR = auto()
    """Chooses the picture of the very character before it."""
    TAB = auto()
    CONTROL = auto()
    """Shown as a picture instead."""
    HIDDEN = auto()
    """Draws nothing, or turns the direction of its neighbours: dropped."""


PLAIN = (
    "\n -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u0590\u05d0-\u05ff\u060c-\u060f\u061b\u061d-\u064a"
    "\u0660-\u066f\u0671-\u06d5\u1e00-\u1fff\u2000-\u200a\u2010-\u2027\u202f-\u205f\u2070-\u20cf"
    "\u2100-\u27ff\u2801-\u2cee\u2e00-\u3029\u3030-\u3098\u309b-\u3163\u3165-\ua66e\uac00-\ud7a3"
    "\ue000-\ufb1d\ufb1f-\ufdcf\ufdf0-\ufdff\ufe30-\ufefe\uff01-\uff9f\uffa1-\uffef\ufffc\ufffd"
    "\U0001f000-\U0001faff\U00020000-\U0002fffd\U00030000-\U0003fffd"
)
"""The inside of a regex set: wholly harmless blocks, passed on without looking at each character."""

_JOINING_SCRIPTS = re.compile(
    "[\u0600-\u074f\u0750-\u077f\u07c0-\u07ff\u0840-\u0dff\u1000-\u109f\u1780-\u18af\u1b00-\u1b7f"
    "\ua840-\ua87f\ua8e0-\ua8ff\ua980-\ua9ff\uaa60-\uaa7f\ufb50-\ufdff\ufe70-\ufefc"
    "\U00010ac0-\U00010aff\U00011000-\U00011dff\U0001e900-\U0001e95f]"
)
_EMOJI = re.compile(
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2900-\u297f"
    "\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_KEYCAP_BASES = frozenset("#*0123456789")
_EMOJI_SELECTORS = frozenset("\ufe0e\ufe0f")
_FORMATS_THAT_DRAW = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
_SELECTORS = re.compile("[\ufe00-\ufe0f\u180b-\u180d\u180f]")
_HIDDEN = re.compile(
    # What Unicode calls default-ignorable without also calling it a format character,
    # and the hieroglyph controls, which older tables do not know yet.
    "[\u034f\u115f\u1160\u17b4\u17b5\u2065\u3164\uffa0\ufff0-\ufff8\U00013430-\U0001343f\U000e0000-\U000e0fff]"
)
_STACKING_JAMO = re.compile("[\u1161-\u11ff\ud7b0-\ud7c6\ud7cb-\ud7fb]")
_NONCHARACTERS = re.compile("[\ufdd0-\ufdef]")

_BY_CATEGORY = {
    "Cc": Kind.CONTROL,
    "Cs": Kind.CONTROL,
    "Cf": Kind.HIDDEN,
    "Mn": Kind.MARK,
    "Me": Kind.MARK,
    "Mc": Kind.SPACING_MARK,
}


@lru_cache(maxsize=8192)
def kind(character: str) -> Kind:
    """Class of one character. Line feed is PLAIN: lines are the text's own."""
    if character == "\n" or character in _FORMATS_THAT_DRAW:
        return Kind.PLAIN
    if character == "\t":
        return Kind.TAB
    if character in "\u200c\u200d":
        return Kind.JOINER
    if _SELECTORS.match(character):
        return Kind.SELECTOR
    if _HIDDEN.match(character):
        return Kind.HIDDEN
    if _STACKING_JAMO.match(character):
        return Kind.MARK
    if _is_noncharacter(character):
        return Kind.CONTROL
    return _BY_CATEGORY.get(unicodedata.category(character), Kind.PLAIN)


def may_join(last: str) -> bool:
    """Whether a joiner means something after `last`: emoji, or a letter or mark of a joining script."""
    if last == "\ufe0f" or _EMOJI.match(last):
        return True
    return _JOINING_SCRIPTS.match(last) is not None and unicodedata.category(last)[0] in "LM"


def may_vary(last: str, selector: str) -> bool:
    """Whether `selector` means something after `last`; elsewhere a run of them hides a message."""
    if selector in _EMOJI_SELECTORS:
        return last in _KEYCAP_BASES or _EMOJI.match(last) is not None
    return unicodedata.category(last) in {"Lo", "Lm", "Sm", "So"}


def picture(control: str) -> str:
    """The visible stand-in for a CONTROL."""
    code = ord(control)
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"


def _is_noncharacter(character: str) -> bool:
    return ord(character) & 0xFFFE == 0xFFFE or _NONCHARACTERS.match(character) is not None
