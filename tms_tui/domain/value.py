"""What all values are built of: frozen, compared by what they hold, as quick to define as to make."""

from typing import dataclass_transform

from msgspec import Struct, field
from msgspec.structs import fields, replace

__all__ = ["Record", "Value", "field", "fields", "replace"]


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Value(Struct, frozen=True):
    """A class whose annotations are its fields, as a frozen dataclass has them.

    There are more than a hundred, and each as a dataclass would take half a millisecond at every start.
    """


@dataclass_transform(field_specifiers=(field,))
class Record(Struct):
    """The same for what changes in place: not hashable."""
