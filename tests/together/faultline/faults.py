"""What a line can do to those who talk over it, and which requests it does it to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from tests.together.faultline.frames import FrameFault
from tests.transport.scripted import Act


class Way(Enum):
    """A direction, as seen from the console."""

    OUT = "out"
    IN = "in"


BOTH: Final = frozenset(Way)
INWARDS: Final = frozenset({Way.IN})
OUTWARDS: Final = frozenset({Way.OUT})


@dataclass(frozen=True, slots=True)
class Reset:
    """Both ends get a TCP reset."""


@dataclass(frozen=True, slots=True)
class Fin:
    """Both ends get a FIN, without any close frame."""


@dataclass(frozen=True, slots=True)
class HalfClose:
    """The console gets a FIN, while what it sends still arrives."""


Blow = Reset | Fin | HalfClose


@dataclass(frozen=True, slots=True)
class BlackHole:
    """Connections stay open, and bytes these ways do not come through; lifted, they come late, as TCP does."""

    ways: frozenset[Way] = BOTH


@dataclass(frozen=True, slots=True)
class Delay:
    """Each piece comes through this many seconds late, or whatever `drawn` says each time."""

    seconds: float
    ways: frozenset[Way] = BOTH
    drawn: Callable[[], float] | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """Each piece comes through as many small ones; `drawn` says how many bytes the next has.

    With `every`, that many seconds lie between them: a drip of one byte, or a narrow line.
    """

    drawn: Callable[[], int]
    every: float = 0.0
    ways: frozenset[Way] = BOTH


@dataclass(frozen=True, slots=True)
class Cut:
    """So many bytes come through on a connection, and then it is broken by `blow`; 0: at the first byte."""

    after: int
    way: Way = Way.IN
    blow: Blow = field(default_factory=Reset)


@dataclass(frozen=True, slots=True)
class Frames:
    """What the server says on a socket is changed frame by frame."""

    change: FrameFault


@dataclass(frozen=True, slots=True)
class Impostor:
    """Something else than the server gives this answer, raw bytes, and closes."""

    answer: bytes


@dataclass(frozen=True, slots=True)
class Forged:
    """The server carries a request out, and its answer is replaced by this one, raw bytes."""

    answer: bytes


@dataclass(frozen=True, slots=True)
class Scripted:
    """Something else than the server takes each new connection and follows a script."""

    act: Act


Fault = Blow | BlackHole | Delay | Slice | Cut | Frames | Impostor | Forged | Scripted
Stranger = Impostor | Scripted
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


def sends(request_line: str) -> bool:
    """Own messages on their way alone."""
    return request_line.startswith("POST ") and request_line.split(" ")[1].endswith("/messages")
