"""Settings: a flag wins over the environment, that over the config file, that over the default.

Each is declared once, in `Settings`, with its help; never a password or a token.
"""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeVar

PREFIX: Final = "TMS_CHAT_"
_WORDS: Final = dict.fromkeys(("1", "true", "yes", "on"), True) | dict.fromkeys(("0", "false", "no", "off"), False)
_FORBIDDEN: Final = frozenset({"password", "token", "access_token", "refresh_token"})

T = TypeVar("T")


def _setting(default: T, words: str, *, choices: tuple[str, ...] = ()) -> T:
    return field(default=default, metadata={"help": words, "choices": choices})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an agent can set."""

    server: str = _setting("", "Address of the chat server, for example https://chat.example.com.")
    email: str = _setting("", "E-mail address to sign in with.")
    theme: str = _setting("dark", "Colours of the desk.", choices=("dark", "light", "high-contrast", "ansi"))
    ascii: bool = _setting(default=False, words="Draw borders and signs with plain characters.")
    reduced_motion: bool = _setting(default=False, words="No animation.")
    enter_sends: bool = _setting(
        default=True, words="Enter sends and Ctrl+J begins a new line, or the other way round."
    )
    single_keys: bool = _setting(default=True, words="Single letters are commands outside the composer.")
    allow_cleartext: tuple[str, ...] = _setting(
        (), "Host that may be reached without encryption; can be given more than once."
    )
    ca_file: str = _setting("", "File of certificates to trust instead of the system's.")
    log: str = _setting("", "Write a log, free of secrets and of customers' text, to this file.")
    keys: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType({}), metadata={"help": "Keys by action.", "choices": ()}
    )
    """The file's [keys] table, as it stands there; the desk knows the actions."""


class SettingsError(Exception):
    """Settings cannot be used; `problems` are whole sentences: where, what, and what to do."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def declared() -> Iterator[Field[Any]]:
    """Every setting that has a flag and an environment variable; the file alone holds tables."""
    return (each for each in fields(Settings) if each.name != "keys")


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def default_file() -> Path:
    """Where the config file is looked for."""
    from platformdirs import user_config_path

    return user_config_path("tms-chat") / "config.toml"


def load(flags: Mapping[str, object], environment: Mapping[str, str], file: Path | None) -> Settings:
    """Bring all sources together; flags that are None were not given. A missing `file` is no problem.

    Raises SettingsError with every problem found.
    """
    values, problems = _from_file(file) if file is not None else ({}, [])
    for each in declared():
        text = environment.get(variable(each.name))
        if text is not None:
            try:
                values[each.name] = _checked(each, _from_text(each, text))
            except ValueError as error:
                problems.append(f"The environment variable {variable(each.name)} {error}.")
    if problems:
        raise SettingsError(*problems)
    values |= {name: value for name, value in flags.items() if value is not None}
    return Settings(**values)


def _from_file(file: Path) -> tuple[dict[str, Any], list[str]]:
    if not file.exists():
        return {}, []
    text, table = _parsed(file)
    values: dict[str, Any] = {}
    problems: list[str] = []
    known = {each.name: each for each in fields(Settings)}
    for name, value in table.items():
        place = f"{file}{_line(text, name)}"
        if name not in known:
            problems.append(_unknown(place, name, known))
            continue
        try:
            values[name] = _checked(known[name], value)
        except ValueError as error:
            problems.append(f"{place}: {name} {error}.")
    return values, problems


def _parsed(file: Path) -> tuple[str, dict[str, Any]]:
    import tomllib

    try:
        text = file.read_text(encoding="utf-8")
        return text, tomllib.loads(text)
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}. Correct its permissions or remove it.") from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file} is not UTF-8 text (byte {error.start}). Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file} is not valid TOML: {error}. Correct that line or remove the file.") from None


def _line(text: str, name: str) -> str:
    found = re.search(rf"^\s*(?:\[\s*)?[\"']?{re.escape(name)}[\"']?\s*[=.\]]", text, re.MULTILINE)
    return f", line {text.count(chr(10), 0, found.end()) + 1}" if found else ""


def _unknown(place: str, name: str, known: Mapping[str, object]) -> str:
    if name in _FORBIDDEN:
        return f"{place}: a secret does not belong in this file. Remove {name!r}; use the keyring or --password-stdin."
    close = difflib.get_close_matches(name, known, 1)
    remedy = f"Did you mean {close[0]!r}?" if close else f"Known are {', '.join(known)}."
    return f"{place}: unknown setting {name!r}. {remedy}"


def _from_text(setting: Field[Any], text: str) -> object:
    if isinstance(setting.default, bool):
        if text.lower() not in _WORDS:
            raise ValueError(f"is {text!r}, but must be one of {', '.join(_WORDS)}")
        return _WORDS[text.lower()]
    if isinstance(setting.default, tuple):
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def _checked(setting: Field[Any], value: object) -> object:
    """The value in the setting's own type; raises ValueError with the rest of a sentence."""
    check = _CHECKS[type(setting.default)] if setting.name != "keys" else _table
    checked = check(value)
    choices = setting.metadata["choices"]
    if choices and checked not in choices:
        raise ValueError(f"is {checked!r}, but must be one of {', '.join(choices)}")
    return checked


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError('must be a text in quotes, like "..."')
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError('must be a list of texts, like ["..."]')
    return tuple(_text(each) for each in value)


def _table(value: object) -> Mapping[str, str]:
    if not isinstance(value, dict):
        raise ValueError("must be a table of texts")
    return MappingProxyType({name: _text(each) for name, each in value.items()})


_CHECKS: Final[Mapping[type, Callable[[object], object]]] = {str: _text, bool: _truth, tuple: _texts}
