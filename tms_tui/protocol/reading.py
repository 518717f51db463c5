"""JSON of unknown origin to wire shapes: one bad character is mended, all else is UnreadableError."""

import re
from typing import Final, TypeVar

import msgspec

from tms_tui.domain.text import CleanText, clean_line

T = TypeVar("T")

ID_LONGEST: Final = 200
COUNT_LARGEST: Final = 2**53
_ELSEWHERE: Final = frozenset({".", ".."})
LINE_READ: Final = 4000
"""Characters of one line that are looked at: megabytes of control characters would take seconds."""

_HEX = "[0-9a-fA-F]"
_ESCAPES = re.compile(
    rf"\\u[dD][89abAB]{_HEX}{{2}}\\u[dD][c-fC-F]{_HEX}{{2}}|(?P<lone>\\u[dD][89a-fA-F]{_HEX}{{2}})|\\.", re.DOTALL
)


class UnreadableError(ValueError):
    """What came is not what the protocol says. `kind` is a fixed word for counting."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind


def parse(raw: str | bytes | msgspec.Raw, decoder: msgspec.json.Decoder[T]) -> T:
    """The shape that stands in `raw`. Invalid UTF-8 and lone surrogates become U+FFFD. Raises UnreadableError."""
    try:
        return _parsed(raw, decoder)
    except UnreadableError as error:
        mended = _mended(raw) if error.kind == "not_json" else None
        if mended is None:
            raise
    return _parsed(mended, decoder)


def checked_id(text: str) -> str:
    """`text`, if it can name something: 1..200 visible ASCII characters. Raises UnreadableError.

    Neither `.` nor `..`: in an address they mean another place (RFC 3986, section 5.2.4).
    """
    is_name = 0 < len(text) <= ID_LONGEST and text.isascii() and text.isprintable() and " " not in text
    if is_name and text not in _ELSEWHERE:
        return text
    raise UnreadableError("bad_id", "an id that cannot be one")


def whole(number: int, least: int = 0) -> int:
    """`number`, if it can count something. Raises UnreadableError: no count is that large, and nothing bears it."""
    if least <= number <= COUNT_LARGEST:
        return number
    raise UnreadableError("bad_number", "a number that cannot be one")


def line(text: str, limit: int = 200) -> CleanText:
    """One clean line of at most `limit` characters; of a text of any length, in bounded time."""
    return clean_line(text[:LINE_READ], limit)


def _parsed(raw: str | bytes | msgspec.Raw, decoder: msgspec.json.Decoder[T]) -> T:
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise UnreadableError("bad_shape", str(error)) from None
    except (msgspec.DecodeError, UnicodeError) as error:
        raise UnreadableError("not_json", str(error)) from None
    except RecursionError:
        raise UnreadableError("too_deep", "nested too deeply") from None


def _mended(raw: str | bytes | msgspec.Raw) -> bytes | None:
    """`raw` without what JSON texts must not hold; None when there was nothing of the kind."""
    was = raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else bytes(raw)
    text = was.decode("utf-8", "replace").removeprefix("\ufeff")
    mended = _ESCAPES.sub(lambda escape: r"\ufffd" if escape["lone"] else escape[0], text).encode()
    return None if mended == was else mended
