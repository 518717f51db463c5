"""What text is taken from outside: stored as it was written, or refused with the field's name."""

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, NoReturn

import msgspec

from tms_tui.domain.policy import YEARS
from tms_tui.protocol.fields import INFO_BYTES, MESSAGE_CHARACTERS, PASSWORD_LONGEST, PASSWORD_SHORTEST
from tms_tui.server.clock import moment as parsed
from tms_tui.server.clock import timestamp
from tms_tui.server.errors import invalid

NAME_CHARACTERS: Final = 200
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_LARGEST_WHOLE = 2**53


def storable(field: str, value: str, longest: int) -> str:
    """The text itself; raises 422 for a NUL, half a surrogate pair, or more than `longest` characters."""
    if _UNSTORABLE.search(value):
        raise invalid(field, "This text holds characters that cannot be stored.")
    if len(value) > longest:
        raise invalid(field, f"This text is longer than {longest} characters.")
    return value


def optional(field: str, value: str | None, longest: int = NAME_CHARACTERS) -> str | None:
    """Blank counts as absent."""
    return storable(field, value, longest) if value is not None and value.strip() else None


def message(value: str) -> str:
    """What may be sent: 1 to 8000 characters, not all blank."""
    if not value.strip():
        raise invalid("content", "A message needs words.")
    return storable("content", value, MESSAGE_CHARACTERS)


def new_password(field: str, value: str) -> str:
    """What may become a password, composed as sign-in composes it; raises 422."""
    value = composed(value)
    if len(value) < PASSWORD_SHORTEST or not value.strip():
        raise invalid(field, f"A password needs at least {PASSWORD_SHORTEST} characters, not all of them blank.")
    return storable(field, value, PASSWORD_LONGEST)


def composed(password: str) -> str:
    """One spelling for what looks the same: keyboards differ in how they write an accent."""
    return unicodedata.normalize("NFC", password)


def decomposed(password: str) -> str:
    """The other spelling of the same."""
    return unicodedata.normalize("NFD", password)


def uuid_text(field: str, value: str) -> str:
    if not _UUID.fullmatch(value):
        raise invalid(field, "This must be a UUID.")
    return value


def is_uuid(value: str) -> bool:
    return _UUID.fullmatch(value) is not None


def moment(field: str, value: str | None) -> str | None:
    """The same moment, spelt as all others are, so that text order is time order."""
    if value is None:
        return None
    try:
        spelt = timestamp(parsed(value)) if _TIME.fullmatch(value) else _no_moment(field)
    except (ValueError, OverflowError):  # no such day, or one before the first year once it is in UTC
        return _no_moment(field)
    # Whoever reads it takes no other year for a time, and could not read the conversation any more.
    return spelt if int(spelt[:4]) in YEARS else _no_moment(field)


def _no_moment(field: str) -> NoReturn:
    raise invalid(field, "This must be a time such as 2030-01-31T12:00:00Z.")


def one_of(field: str, value: str, allowed: type[StrEnum]) -> str:
    """A member of a StrEnum."""
    names = [str(one) for one in allowed]
    if value not in names:
        raise invalid(field, f"This must be one of: {', '.join(names)}.")
    return value


def facts(value: Mapping[str, Any]) -> dict[str, Any]:
    """What the page knows of a customer: at most 50 short names with plain values, small as a whole."""
    if len(value) > 50:
        raise invalid("info", "More than 50 facts about one customer.")
    told = {storable("info", name, 100): _fact(fact) for name, fact in value.items()}
    size = len(msgspec.json.encode(told))
    if size > INFO_BYTES:
        raise invalid("info", f"The facts about a customer have {size} bytes as JSON; {INFO_BYTES} fit. Tell fewer.")
    return told


def _fact(value: Any) -> str | int | float | bool | None:
    if isinstance(value, str):
        return storable("info", value, 2000)
    if value is None or (isinstance(value, bool | int | float) and abs(value) <= _LARGEST_WHOLE):
        return value
    raise invalid("info", "Facts about a customer are texts, numbers below 2^53, true, false or null.")
