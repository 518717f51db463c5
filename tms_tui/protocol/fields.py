"""Fields that are more than their type. Only the OpenAPI document tells: the server judges, a reader takes anything."""

from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec

from tms_tui.domain.model import Availability, BlockScope, Priority, SessionStatus

MESSAGE_CHARACTERS: Final = 8000
INFO_BYTES: Final = 4096
"""Of what a site tells of its customer, as JSON in UTF-8 without blanks."""
MOST_TAGS: Final = 20
PASSWORD_SHORTEST: Final = 8
PASSWORD_LONGEST: Final = 1000
REASON_CHARACTERS: Final = 500

_STORABLE: Final = r"^[^\u0000]*$"
# What is blank to Python is more than what is to JSON Schema.
_NOT_BLANK: Final = r"^[^\u0000]*[^\s\u0000\u001c-\u001f\u0085][^\u0000]*$"


def _promise(**schema: Any) -> msgspec.Meta:
    # Not msgspec's own limits: those would be enforced, on the console's side too.
    return msgspec.Meta(extra_json_schema=schema)


def _short(most: int) -> msgspec.Meta:
    return _promise(maxLength=most, pattern=_STORABLE)


def _words(most: int) -> msgspec.Meta:
    return _promise(minLength=1, maxLength=most, pattern=_NOT_BLANK)


def _one_of(names: type[StrEnum]) -> msgspec.Meta:
    return _promise(enum=[str(one) for one in names])


Status = Annotated[str, _one_of(SessionStatus)]
Urgency = Annotated[str, _one_of(Priority)]
Chosen = Annotated[str, _one_of(Availability)]
Scope = Annotated[str, _one_of(BlockScope)]
_EITHER: Final = f"({'|'.join(SessionStatus)})"
Statuses = Annotated[str, _promise(pattern=f"^({_EITHER}(,{_EITHER})*)?$")]

Content = Annotated[str, _words(MESSAGE_CHARACTERS)]
NewPassword = Annotated[str, _promise(minLength=PASSWORD_SHORTEST, maxLength=PASSWORD_LONGEST, pattern=_NOT_BLANK)]
Tags = Annotated[list[Annotated[str, _words(50)]], _promise(maxItems=MOST_TAGS)]
Place = Annotated[int, _promise(minimum=0)]
ONE_OR_MORE: Final = _promise(minimum=1)
Uuid = Annotated[str, _promise(format="uuid")]
Time = Annotated[str, _promise(format="date-time")]

Id = Annotated[str, _short(100)]
Name = Annotated[str, _short(200)]
Reason = Annotated[str, _short(REASON_CHARACTERS)]
Locale = Annotated[str, _short(35)]
Address = Annotated[str, _short(2000)]

_FACT: Final = {
    "anyOf": [
        {"type": "string", "maxLength": 2000, "pattern": _STORABLE},
        {"type": ["number", "boolean", "null"], "minimum": -(2**53), "maximum": 2**53},
    ]
}
_FACT_NAME: Final = {"maxLength": 100, "pattern": _STORABLE}
Facts = Annotated[
    dict[str, Any],
    _promise(
        description=f"At most {INFO_BYTES} bytes as JSON in UTF-8.",
        maxProperties=50,
        propertyNames=_FACT_NAME,
        additionalProperties=_FACT,
    ),
]
