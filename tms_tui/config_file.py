"""The config file as text: read, with the line of every key; begun with a comment on every setting; added to."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tms_tui.private_files import make_folder, open_private

Place = tuple[str, ...]
"""A key by the tables it stands in; entries of a list of tables are counted from 0."""

_ENCODING: Final = "utf-8-sig"
"""Some editors begin a file with a byte order mark."""
_HEADER: Final = re.compile(r"\s*\[(\[?)\s*([^\]\[]+?)\s*\]")
_KEY: Final = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=""")
_PART: Final = re.compile(r""""([^"]*)"|'([^']*)'|([\w-]+)""")


class ConfigFileError(Exception):
    """The file cannot be used; `problem` is a whole sentence with the remedy."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """What a file says. One that does not exist says nothing."""

    path: Path | None = None
    table: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[Place, int] = field(default_factory=dict)

    def where(self, *place: str) -> str:
        """The file and, when known, the line of a key."""
        line = self.lines.get(place)
        return f"{self.path}, line {line}" if line is not None else f"{self.path}"


def read(path: Path | None) -> ConfigFile:
    """Read a file of settings. Raises ConfigFileError."""
    if path is None or not path.exists():
        return ConfigFile(path)
    try:
        text = path.read_text(encoding=_ENCODING)
        return ConfigFile(path, tomllib.loads(text), _located(text))
    except OSError as error:
        problem = f"{path} cannot be read: {error.strerror}. Correct its permissions or remove it."
    except UnicodeDecodeError as error:
        problem = f"{path} is not UTF-8 text (byte {error.start}). Save it as UTF-8."
    except tomllib.TOMLDecodeError as error:
        problem = f"{path} is not valid TOML: {error}. Correct that line or remove the file."
    raise ConfigFileError(problem) from None


def begin(path: Path, text: str) -> None:
    """Write a new file that only its owner reads. Raises ConfigFileError; one that exists is never replaced."""
    try:
        make_folder(path.parent)
        with os.fdopen(open_private(path, os.O_WRONLY | os.O_EXCL), "w", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise ConfigFileError(f"{path} exists already and stays as it is. Edit it, or move it away first.") from None
    except OSError as error:
        raise ConfigFileError(f"{path} cannot be written: {error.strerror}.") from None


def remember(path: Path, values: Mapping[str, str], fresh: str) -> None:
    """Put texts at the head of a file, where no table has begun yet; a new file goes on with `fresh`.

    Keys that the file gives already are left as they are. Raises ConfigFileError.
    """
    held = read(path)
    lines = [f"{name} = {quoted(value)}" for name, value in values.items() if name not in held.table]
    if not lines:
        return
    head = "\n".join(lines) + "\n"
    if not path.exists():
        begin(path, f"{head}\n{fresh}")
        return
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with os.fdopen(open_private(unfinished, os.O_WRONLY | os.O_TRUNC), "w", encoding="utf-8") as file:
            file.write(head + path.read_text(encoding=_ENCODING))
        unfinished.chmod(path.stat().st_mode & 0o777)
        unfinished.replace(path)
    except OSError as error:
        raise ConfigFileError(f"{path} cannot be written: {error.strerror}.") from None


def quoted(value: object) -> str:
    """A value as the file spells it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        return f"[{', '.join(quoted(each) for each in value)}]"
    escaped = "".join(_escaped(character) for character in str(value))
    return f'"{escaped}"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"


def _located(text: str) -> dict[Place, int]:
    """The line of every key and every table's head; the first one counts."""
    lines: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    table: Place = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _parts(header[2])
            lines.setdefault(table[:1], number)
            lines.setdefault(table, number)
            if header[1]:
                counts[table] = counts.get(table, -1) + 1
                table = (*table, str(counts[table]))
                lines[table] = number
        elif key := _KEY.match(line):
            place = (*table, *_parts(key[1]))
            lines.setdefault(place, number)
            lines.setdefault(place[: len(table) + 1], number)
    return lines


def _parts(dotted: str) -> Place:
    return tuple(first or second or third for first, second, third in _PART.findall(dotted))
