"""Keys that a terminal sends by number, as kitty's protocol and xterm's modified keys have it."""

import re
import sys
from typing import Final

from tms_tui.domain.text import is_text
from tms_tui.domain.value import Value

CHARACTER: Final = "u"
"""The final letter of a key that is known by the code of its character."""
MODIFIERS: Final = ("shift", "alt", "ctrl", "super", "hyper", "meta", "caps_lock", "num_lock")
"""By their bits, the lowest first."""

_FORM: Final = re.compile(r"\x1b\[([\d:]*)(?:;([\d:]*))?(?:;([\d:]*))?([u~A-FHPQRS])")
CURSOR: Final = re.compile(r"\x1b\[\d+;\d+R")
"""Where the cursor is: the answer to a question, and no F3."""
_OTHER_KEY: Final = "27"
"""What xterm's modified keys begin with; their code stands where others have their text."""
_MOST_DIGITS: Final = 7
_PRESSED: Final = {"", "1", "2"}
"""A press or its repetition: the release of a key does nothing."""
_LOCKS: Final = frozenset({"caps_lock", "num_lock"})
_SURROGATES: Final = range(0xD800, 0xE000)
_FUNCTIONAL: Final = range(0xE000, 0xF900)
"""The numbers that kitty gives to keys without a character."""


class NumberedKey(Value):
    """A press of a key. Locks are not among its modifiers."""

    code: int
    final: str
    modifiers: frozenset[str]
    text: str
    """What it types; empty for a key that types nothing, or is a command with these modifiers."""


class _UnreadableError(ValueError):
    """A subfield that means nothing."""


def numbered(sequence: str) -> NumberedKey | None:
    """The key that was pressed; None for a release, for nonsense, and for a sequence of another form."""
    form = _FORM.fullmatch(sequence)
    if form is None or CURSOR.fullmatch(sequence):
        return None
    code, modifiers, text, final = (form[1], form[2] or "", form[3] or "", form[4])
    if (code, final) == (_OTHER_KEY, "~") and text:
        code, text, final = text, "", CHARACTER
    try:
        return _key(code.split(":"), modifiers.split(":"), text, final)
    except _UnreadableError:
        return None


def _key(codes: list[str], modifiers: list[str], text: str, final: str) -> NumberedKey | None:
    if len(modifiers) > 2 or (modifiers[1:] or [""])[0] not in _PRESSED:
        return None
    code = _number(codes[0], 0 if final == CHARACTER else 1)
    held = _held(_number(modifiers[0], 1))
    characters = "".join(filter(is_text, map(_character, text.split(":")))) if text else ""
    if not characters and not text and final == CHARACTER and held <= {"shift"}:
        characters = _unreported(code, codes[1:], is_shifted="shift" in held)
    if not code and not characters:
        return None
    return NumberedKey(code, final, held, "" if _is_command(held) else characters)


def _number(digits: str, otherwise: int) -> int:
    if not digits:
        return otherwise
    number = int(digits) if len(digits) <= _MOST_DIGITS else sys.maxunicode + 1
    if number > sys.maxunicode or number in _SURROGATES:
        raise _UnreadableError(digits[:_MOST_DIGITS])
    return number


def _character(digits: str) -> str:
    return chr(_number(digits, 0))


def _held(number: int) -> frozenset[str]:
    bits = max(0, number - 1)
    if bits >> len(MODIFIERS):
        raise _UnreadableError(str(number))
    return frozenset(name for bit, name in enumerate(MODIFIERS) if bits >> bit & 1) - _LOCKS


def _unreported(code: int, others: list[str], *, is_shifted: bool) -> str:
    """What a key types in a terminal that does not say so."""
    if code in _FUNCTIONAL:
        return ""
    typed = _character(others[0]) if is_shifted and others and others[0] else chr(code)
    typed = typed.upper() if is_shifted and len(typed.upper()) == 1 else typed
    return typed if is_text(typed) else ""


def _is_command(held: frozenset[str]) -> bool:
    """Whether a key with these modifiers never types: Ctrl and Alt together may be the third level of a keyboard."""
    return bool(held & {"super", "hyper", "meta"}) or ("ctrl" in held and "alt" not in held)
