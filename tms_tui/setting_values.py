"""What a setting may be: each check gives the value in its own type, or raises ValueError with half a sentence."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:  # loaded when a file has them: the command line's help needs none of it
    from tms_tui.domain.model import CannedResponse

COLOURS: Final = (
    *("foreground", "muted", "background", "surface", "panel", "primary", "secondary", "accent"),
    *("success", "warning", "error", "cursor", "on-cursor", "selection"),
)
"""What the colours of a theme are called."""

_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
_QUIET: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


def is_quiet(hours: str, hour: int, minute: int) -> bool:
    """Whether a time of day lies in `quiet_hours`, which may reach over midnight."""
    found = _QUIET.fullmatch(hours)
    if found is None:
        return False
    begin, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    now = hour * 60 + minute
    return begin <= now < end if begin <= end else now >= begin or now < end


def text(value: object) -> str:
    """A text."""
    if not isinstance(value, str):
        raise ValueError('must be a text in quotes, like "..."')
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError("is not UTF-8 text")
    return value


def truth(value: object) -> bool:
    """Yes or no."""
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def count(value: object) -> int:
    """A whole number, 0 or more."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("must be a whole number, 0 or more")
    return value


def texts(value: object) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list | tuple):
        raise ValueError('must be a list of texts, like ["..."]')
    return tuple(text(each) for each in value)


def hosts(value: object) -> tuple[str, ...]:
    """A list of hosts by name or address alone."""
    names = tuple(each.strip().strip("[]").lower() for each in texts(value))
    for name in names:
        if not name or not name.isprintable() or set(name) & set(" /@") or name.count(":") == 1:
            raise ValueError(f'holds {name!r}, but must name hosts alone, like "chat.lan"')
    return names


def hours(value: object) -> str:
    """Two times of day, or nothing."""
    if not isinstance(value, str) or (value and not _QUIET.fullmatch(value)):
        raise ValueError('must be two times of day, like "22:00-07:00"')
    return value


def named_texts(value: object) -> Mapping[str, str]:
    """A table of texts."""
    if not isinstance(value, dict):
        raise ValueError("must be a table of texts")
    return MappingProxyType({name: text(each) for name, each in value.items()})


def named_tables(value: object) -> Mapping[str, Mapping[str, Any]]:
    """A table of tables."""
    if not isinstance(value, dict) or not all(isinstance(each, dict) for each in value.values()):
        raise ValueError("must be a table of tables")
    return MappingProxyType({name: MappingProxyType(each) for name, each in value.items()})


def wrong_in_theme(name: str, value: object) -> str:
    """What is wrong with a colour of a theme, or with its `dark`; empty when nothing is."""
    if name == "dark":
        return "" if isinstance(value, bool) else "must be true or false"
    is_colour = isinstance(value, str) and _COLOUR.fullmatch(value)
    return "" if is_colour else 'must be a colour like "#82aaff"'


def canned(value: object) -> "tuple[CannedResponse, ...]":
    """Canned responses as the file lists them, cleaned."""
    from tms_tui.domain.model import CannedResponse
    from tms_tui.domain.text import clean, clean_line

    made = []
    for each in value if isinstance(value, list) else [None]:
        if not isinstance(each, dict) or not {"shortcut", "content"} <= each.keys() <= {"shortcut", "title", "content"}:
            raise ValueError("must be written as [[canned]], each with shortcut, content and, if wanted, title")
        words = {name: text(part) for name, part in each.items()}
        title = clean_line(words.get("title", words["shortcut"]))
        made.append(CannedResponse(clean_line(words["shortcut"]), title, clean(words["content"])))
    return tuple(made)
