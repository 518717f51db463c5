"""The cast of the demo, read from its data file: who the simulated customers are and what they say."""

from enum import StrEnum
from importlib.resources import files

import msgspec

from tms_tui.protocol.wire import Canned


class Cue(StrEnum):
    """What a customer makes of an agent's words."""

    GREETING = "greeting"
    NUMBER = "number"
    WAIT = "wait"
    SORRY = "sorry"
    REFUND = "refund"
    SOLVED = "solved"
    GOODBYE = "goodbye"
    QUESTION = "question"
    OTHER = "other"


class Character(msgspec.Struct, frozen=True, kw_only=True):
    """One customer. Each topic is said line by line; a cue without lines of its own is answered as OTHER."""

    name: str
    email: str
    locale: str
    page: str
    topics: tuple[tuple[str, ...], ...]
    answers: dict[Cue, tuple[str, ...]]
    nudges: tuple[str, ...]
    patience: float
    """Seconds until the first reminder; each further one takes longer."""
    speed: float
    """Characters typed in a second."""
    back: tuple[str, ...] = ()
    """Said after an absence. Whoever has such lines goes away in the middle of every topic."""
    info: dict[str, str] = {}


class Cast(msgspec.Struct, frozen=True):
    """Everyone and everything the demo starts with."""

    customers: tuple[Character, ...]
    canned: tuple[Canned, ...]


def cast() -> Cast:
    """Read the cast from the package's own data file."""
    text = files("tms_tui.server").joinpath("customer_scripts.toml").read_bytes()
    return msgspec.toml.decode(text, type=Cast)
