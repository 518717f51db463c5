"""What a line can do to those who talk over it, and which requests it does it to."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final


class Way(Enum):
    """A direction, as seen from the console."""

    OUT = "out"
    IN = "in"


BOTH: Final = frozenset(Way)


@dataclass(frozen=True, slots=True)
class Reset:
    """Both ends get a TCP reset."""


@dataclass(frozen=True, slots=True)
class Fin:
    """Both ends get a FIN, without any close frame."""


@dataclass(frozen=True, slots=True)
class HalfClose:
    """The console gets a FIN, while what it sends still arrives."""


@dataclass(frozen=True, slots=True)
class BlackHole:
    """Connections stay open, and bytes these ways do not come through; lifted, they come late, as TCP does."""

    ways: frozenset[Way] = BOTH


@dataclass(frozen=True, slots=True)
class Delay:
    """Each piece comes through this many seconds late."""

    seconds: float
    ways: frozenset[Way] = BOTH


@dataclass(frozen=True, slots=True)
class Impostor:
    """Something else than the server gives this answer, raw bytes, and closes."""

    answer: bytes


Blow = Reset | Fin | HalfClose
Fault = Blow | BlackHole | Delay | Impostor
On = Callable[[str], bool]
"""Whether a rule is for what follows this request line."""


def everything(_request_line: str) -> bool:
    """All there is."""
    return True


def sockets(request_line: str) -> bool:
    """WebSockets alone."""
    return request_line.split("?", maxsplit=1)[0].split(" ")[1].endswith("/ws")


def requests(request_line: str) -> bool:
    """Plain HTTP alone."""
    return not sockets(request_line)
