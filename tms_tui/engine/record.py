"""Events to and from a file, one JSON line each: a recorded day replays any fault. It holds customers' text."""

import json
import os
import types
import typing
from collections.abc import Iterator
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Self

from tms_tui.core.state import Moment
from tms_tui.domain import effects, errors, events, model
from tms_tui.domain.events import Event
from tms_tui.domain.value import Value, fields
from tms_tui.private_files import open_private


class Recorder:
    """Writes each event with its moment to a file that only its owner may read."""

    def __init__(self, file: Path) -> None:
        """Begin a new file; one that is there is overwritten. Raises OSError."""
        self._file = os.fdopen(open_private(file, os.O_WRONLY | os.O_TRUNC), "w", encoding="utf-8")

    def __call__(self, event: Event, moment: Moment) -> None:
        json.dump({"moment": _plain(moment), "event": _plain(event)}, self._file)
        self._file.write("\n")
        self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def replay(file: Path) -> Iterator[tuple[Event, Moment]]:
    """Every event of a recording, in order. Raises OSError, ValueError for what is no recording."""
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            yield _value(Any, record["event"]), _value(Any, record["moment"])


def _plain(value: Any) -> Any:
    """`value` in what JSON has; a value of ours says its name."""
    if isinstance(value, Value):
        return {"is": type(value).__name__} | {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value.value if isinstance(value, Enum) else value


def _value(hint: Any, plain: Any) -> Any:
    """What `_plain` was given, by the type its field declares."""
    if isinstance(plain, dict):
        return _named(plain)
    if isinstance(plain, list):
        return tuple(_value(_inner(hint), each) for each in plain)
    for kind in _alternatives(hint):
        if isinstance(kind, type) and issubclass(kind, Enum) and isinstance(plain, str):
            return kind(plain)
    return plain


def _named(plain: dict[str, Any]) -> Any:
    kind = _kinds().get(plain.get("is", ""))
    if kind is None:
        raise ValueError(f"no event is called {plain.get('is')!r}")
    hints = _hints(kind)
    return kind(**{name: _value(hints[name], value) for name, value in plain.items() if name != "is"})


def _alternatives(hint: Any) -> tuple[Any, ...]:
    return typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)


def _inner(hint: Any) -> Any:
    """The type of a tuple's items."""
    for kind in _alternatives(hint):
        if typing.get_origin(kind) is tuple:
            return typing.get_args(kind)[0]
    return Any


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


@cache
def _kinds() -> dict[str, Any]:
    rooms = (events, effects, errors, model)
    known = {name: kind for room in rooms for name, kind in vars(room).items() if _is_value(kind)}
    return known | {"Moment": Moment}


def _is_value(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Value)
