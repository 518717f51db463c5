"""The ninety-six faults: what each is called, what plays it, and by which figures it is survived."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from tests.matrix.stage import Stage

Scenario = Callable[[Stage], Awaitable[None]]

NOTICED: Final = 3.0
"""Seconds for which "Live" may be untrue after a fault that can be seen."""
UNNOTICED: Final = 27.0
"""The same after one that only silence shows."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. Exactly one of `play`, `tests` and `apart` says what becomes of it.

    `tests` are node ids that inject and judge it themselves; `apart` says why it does not apply here.
    """

    number: int
    title: str
    starred: bool = False
    play: Scenario | None = None
    tests: tuple[str, ...] = ()
    apart: str = ""
    lies: float = NOTICED
    speed: float = 5.0
    guests: int = 2
    types: bool = True
    """Whether one can type meanwhile: not where the sign-in is asked for."""
    settings: dict[str, Any] = field(default_factory=dict)
    """Of the server; `mute` and `limit_files` too."""

    @property
    def name(self) -> str:
        return f"{self.number}{'*' if self.starred else ''} {self.title}"


FAULTS: Final[dict[int, Fault]] = {}


def played(number: int, title: str, *, starred: bool = False, **about: Any) -> Callable[[Scenario], Scenario]:
    """The decorated scenario plays this fault."""

    def register(scenario: Scenario) -> Scenario:
        _add(Fault(number, title, starred, scenario, **about))
        return scenario

    return register


def by_tests(number: int, title: str, *tests: str, starred: bool = False) -> None:
    """These tests play and judge this fault."""
    _add(Fault(number, title, starred, tests=tests))


def apart(number: int, title: str, why: str, *, starred: bool = False) -> None:
    """This fault cannot happen to this server."""
    _add(Fault(number, title, starred, apart=why))


def _add(fault: Fault) -> None:
    if fault.number in FAULTS:
        raise ValueError(f"fault {fault.number} stands there twice")
    FAULTS[fault.number] = fault
