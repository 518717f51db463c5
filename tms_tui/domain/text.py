"""The one place where a stranger's text is made safe for a terminal."""

from typing import NewType

CleanText = NewType("CleanText", str)
"""Text that can be drawn as it is: line feeds and visible characters, nothing a terminal obeys."""

EMPTY = CleanText("(empty or invisible message)")
"""Stands for a message that has nothing to see."""


_RETURN_SIGN = "\u21b5"
_ELLIPSIS = "\u2026"
_BLANK_BRAILLE = "\u2800"


def clean(raw: str, *, keeps_private: bool = False) -> CleanText:
    """Return `raw` made safe, on as many lines as it has; `EMPTY` when nothing visible is left.

    Every line end becomes a line feed, TAB four spaces (columns depend on widths that only the painter
    knows). Other controls are shown as pictures, never deleted: the agent shall see that someone tried.
    Direction controls and hidden characters go. Never raises; cleaning twice changes nothing. `keeps_private`: what
    only a font knows stays, for the agent's own text, which is to be sent as it is.
    """
    text = _neutralised(raw, keeps_private=keeps_private)[0]
    return EMPTY if _is_blank(text) else CleanText(text)


def clean_line(raw: str, limit: int = 200) -> CleanText:
    """Return `raw` made safe on one line of at most `limit` (>= 1) characters; "" when nothing is visible.

    Line ends inside show as a return sign, blanks around go, what is too long ends in an ellipsis.
    """
    text = _neutralised(raw)[0].strip()
    if _is_blank(text):
        return CleanText("")
    # Once more, for a mark that stood on a blank at the beginning.
    line = _neutralised(text)[0].replace("\n", _RETURN_SIGN)
    if len(line) > limit:
        line = line[: limit - 1].rstrip() + _ELLIPSIS
    return CleanText(line)


def tampering(raw: str) -> int:
    """How many characters of `raw` cleaning shows as a picture or drops; line ends and TAB do not count."""
    return _neutralised(raw)[1]


def is_text(character: str) -> bool:
    """Whether a character that was typed belongs to the text: all do but controls and halves of a pair.

    What the interpreter calls unprintable is too little: it knows no newer emoji, no blank but one, no joiner.
    """
    return character >= " " and not "\x7f" <= character <= "\x9f" and not "\ud800" <= character <= "\udfff"


def has_lost_bytes(text: str) -> bool:
    """Whether bytes that are no UTF-8 were read as a part of `text`: each stands as half a pair (surrogateescape)."""
    return not text.isascii() and any("\udc80" <= character <= "\udcff" for character in text)


def with_replacements(text: str) -> str:
    """`text` with replacement characters where it has lost bytes: to be shown, not to be sent."""
    return text.encode(errors="surrogateescape").decode(errors="replace") if has_lost_bytes(text) else text


def for_clipboard(text: CleanText) -> str:
    """Return `text` without line ends at its end: pasted into a shell they would run it."""
    return text.rstrip("\n")


def _neutralised(raw: str, *, keeps_private: bool = False) -> tuple[str, int]:
    if raw.isascii() and raw.replace("\n", " ").isprintable():
        return raw, 0
    # Its tables take longer to load than a first frame may, and much text never needs them.
    from tms_tui.domain.scribe import neutralised

    return neutralised(raw, keeps_private=keeps_private)


def _is_blank(text: str) -> bool:
    return not text or text.isspace() or not text.replace(_BLANK_BRAILLE, " ").strip()
