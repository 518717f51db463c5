"""Which characters a terminal can be trusted with: the classes behind `clean`."""

import re
import unicodedata
from functools import lru_cache
from typing import Final, Literal

Kind = Literal["plain", "mark", "spacing mark", "joiner", "selector", "tab", "control", "private", "hidden"]
"""What becomes of a character in a stranger's text.

plain: stays, and is the base that the next four lean on; mark: drawn over its base, and a stack of them
climbs into other lines; spacing mark: drawn beside its base, though measured as no cell; joiner: ties two
letters or emoji, or keeps them apart; selector: chooses the picture of the very character before it;
tab: becomes spaces; control: shown as a picture instead; private: the same, though nobody tried anything: what it
draws is the font's affair, a frame or another sign of this program for instance; hidden: draws nothing, or turns the
direction of its neighbours, and is dropped.
"""

PLAIN = (
    "\n -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u0590\u05d0-\u05ff\u060c-\u060f\u061b\u061d-\u064a"
    "\u0660-\u066f\u0671-\u06d5\u1e00-\u1fff\u2000-\u200a\u2010-\u2027\u202f-\u205f\u2070-\u20cf"
    "\u2100-\u27ff\u2801-\u2cee\u2e00-\u3029\u3030-\u3098\u309b-\u3163\u3165-\ua66e\uac00-\ud7a3"
    "\uf900-\ufb1d\ufb1f-\ufdcf\ufdf0-\ufdff\ufe30-\ufefe\uff01-\uff9f\uffa1-\uffef\ufffc\ufffd"
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

_RANGES: Final[tuple[tuple[Kind, int, int], ...]] = (
    ("plain", 0x0A, 0x0A),
    ("tab", 0x09, 0x09),
    ("joiner", 0x200C, 0x200D),
    ("selector", 0xFE00, 0xFE0F),
    ("selector", 0x180B, 0x180D),
    ("selector", 0x180F, 0x180F),
    # Format characters that draw, all others do not: the number and abbreviation signs of some scripts.
    ("plain", 0x0600, 0x0605),
    ("plain", 0x06DD, 0x06DD),
    ("plain", 0x070F, 0x070F),
    ("plain", 0x0890, 0x0891),
    ("plain", 0x08E2, 0x08E2),
    ("plain", 0x110BD, 0x110BD),
    ("plain", 0x110CD, 0x110CD),
    # What draws nothing and yet is called a letter or a mark, or not assigned at all.
    ("hidden", 0x034F, 0x034F),
    ("hidden", 0x115F, 0x1160),
    ("hidden", 0x17B4, 0x17B5),
    ("hidden", 0x2065, 0x2065),
    ("hidden", 0x3164, 0x3164),
    ("hidden", 0xFFA0, 0xFFA0),
    ("hidden", 0xFFF0, 0xFFF8),
    ("hidden", 0x13430, 0x1343F),
    # Vowels and finals of Hangul typed in pieces: letters by name, marks by measure.
    ("mark", 0x1161, 0x11FF),
    ("mark", 0xD7B0, 0xD7C6),
    ("mark", 0xD7CB, 0xD7FB),
    ("control", 0xFDD0, 0xFDEF),
    *(("control", plane | 0xFFFE, plane | 0xFFFF) for plane in range(0, 0x110000, 0x10000)),
)
_EXCEPTIONS: Final[dict[str, Kind]] = {
    chr(code): named for named, first, last in _RANGES for code in range(first, last + 1)
}
_BY_CATEGORY: Final[dict[str, Kind]] = {
    "Cc": "control",
    "Cs": "control",
    "Co": "private",
    "Cf": "hidden",
    "Mn": "mark",
    "Me": "mark",
    "Mc": "spacing mark",
}


@lru_cache(maxsize=8192)
def kind(character: str) -> Kind:
    """Class of one character. Line feed is plain: lines are the text's own."""
    exception = _EXCEPTIONS.get(character)
    if exception is not None:
        return exception
    if "\U000e0000" <= character <= "\U000e0fff":  # tags and the selectors 17-256
        return "hidden"
    return _BY_CATEGORY.get(unicodedata.category(character), "plain")


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


def picture(character: str) -> str:
    """The visible stand-in for a control, or for a character of a private area."""
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"
