"""Settings: a flag wins over the environment, that over the profile and the rest of the file, that over the default.

Each is declared once, in `Settings`, with its help; never a password or a token.
"""

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from tms_tui import setting_values

if TYPE_CHECKING:  # loaded when a file has them: the command line's help needs none of it
    from tms_tui.config_file import ConfigFile, Place
    from tms_tui.domain.model import CannedResponse

PREFIX: Final = "TMS_CHAT_"
_WORDS: Final = dict.fromkeys(("1", "true", "yes", "on"), True) | dict.fromkeys(("0", "false", "no", "off"), False)
_FORBIDDEN: Final = frozenset({"password", "token", "access_token", "refresh_token"})
_BY_FLAG: Final = "the flag "
_BY_VARIABLE: Final = "the environment variable "
_NONE: Final[Mapping[str, Any]] = MappingProxyType({})

T = TypeVar("T")
Check = Callable[[object], Any]
"""Gives the value in the setting's own type; raises ValueError with the rest of a sentence."""


def _setting(
    default: T, words: str, *, choices: tuple[str, ...] = (), table: str = "", check: Check | None = None
) -> T:
    return field(default=default, metadata={"help": words, "choices": choices, "table": table, "check": check})


def _table(words: str, check: Check) -> Any:
    metadata = {"help": words, "choices": (), "table": "", "check": check}
    return field(default_factory=lambda: _NONE, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an agent can set. Tables that hold what agents name themselves stand in the file alone."""

    server: str = _setting("", "Address of the chat server, for example https://chat.example.com.")
    email: str = _setting("", "E-mail address to sign in with.")
    profile: str = _setting("", "Name of the profile to use: its server and e-mail stand in the file.")
    theme: str = _setting("dark", "Colours of the desk.", choices=("dark", "light", "high-contrast", "ansi"))
    ascii: bool = _setting(default=False, words="Draw borders and signs with plain characters.")
    reduced_motion: bool = _setting(default=False, words="No animation.")
    enter_sends: bool = _setting(
        default=True, words="Enter sends and Ctrl+J begins a new line, or the other way round."
    )
    single_keys: bool = _setting(default=True, words="Single letters are commands outside the composer.")
    allow_cleartext: tuple[str, ...] = _setting(
        (), "Host that may be reached without encryption; can be given more than once.", check=setting_values.hosts
    )
    ca_file: str = _setting("", "File of certificates to trust instead of the system's.")
    log: str = _setting("", "Write a log, free of secrets and of customers' text, to this file.")
    first_answer_target: int = _setting(
        300, "Seconds until a waiting customer is due for an answer; 0 for never.", table="attention"
    )
    quiet_hours: str = _setting(
        "",
        "Time of day without bell and notifications, like 22:00-07:00.",
        table="attention",
        check=setting_values.hours,
    )
    bell: bool = _setting(default=False, words="Ring the terminal's bell when a customer writes.", table="attention")
    title: bool = _setting(default=True, words="Count unread messages in the terminal's title.", table="attention")
    desktop: str = _setting(
        "off",
        "Escape sequence for desktop notifications.",
        choices=("osc9", "osc777", "osc99", "off"),
        table="attention",
    )
    keys: Mapping[str, str] = _table("Keys by action.", setting_values.named_texts)
    """The file's [keys] table, as it stands there; the desk knows the actions."""
    canned: "tuple[CannedResponse, ...]" = field(
        default=(),
        metadata={"help": "Own canned responses.", "choices": (), "table": "", "check": setting_values.canned},
    )
    """Cleaned; used beside the server's."""
    profiles: Mapping[str, Mapping[str, Any]] = _table("Servers by name.", setting_values.named_tables)
    themes: Mapping[str, Mapping[str, Any]] = _table("Own themes: colours by name.", setting_values.named_tables)
    """As they stand in the file; the desk knows the colours' names."""


_TABLES: Final = ("keys", "canned", "profiles", "themes")
_PROFILE: Final = ("server", "email", "allow_cleartext", "ca_file")
"""What a profile may set."""


class SettingsError(Exception):
    """Settings cannot be used; `problems` are whole sentences: where, what, and what to do."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings, and in words where each that is not the default came from."""

    settings: Settings
    origins: Mapping[str, str]


def declared() -> Iterator[Field[Any]]:
    """Every setting that has a flag and an environment variable; the file alone holds tables."""
    return (each for each in fields(Settings) if each.name not in _TABLES)


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def named(name: str, origin: str) -> str:
    """A setting by the name it was given under, to begin a sentence; `origin` as `Loaded` has it."""
    if origin.startswith(_BY_FLAG):
        return origin.removeprefix(_BY_FLAG)
    return f"T{origin[1:]}" if origin.startswith(_BY_VARIABLE) else f"{origin}: {name}"


def default_file() -> Path:
    """Where the config file is looked for."""
    from platformdirs import user_config_path

    return user_config_path("tms-chat") / "config.toml"


def load(flags: Mapping[str, object], environment: Mapping[str, str], file: Path | None) -> Settings:
    """Bring all sources together; flags that are None were not given. A missing `file` is no problem.

    Raises SettingsError with every problem found.
    """
    return load_with_origins(flags, environment, file).settings


def load_with_origins(flags: Mapping[str, object], environment: Mapping[str, str], file: Path | None) -> Loaded:
    """The same, and where each value came from. Raises SettingsError with every problem found."""
    from tms_tui import config_file

    try:
        gathered = _Gathered(config_file.read(file))
    except config_file.ConfigFileError as error:
        raise SettingsError(error.problem) from None
    gathered.take_file()
    gathered.check_themes()
    by_hand = _Gathered(gathered.file, gathered.themes)
    by_hand.take_environment(environment)
    by_hand.take_flags(flags)
    wanted = by_hand if "profile" in by_hand.values else gathered
    gathered.take_profile(str(wanted.values.get("profile", "")), wanted.origins.get("profile", ""))
    problems = [*gathered.problems, *by_hand.problems]
    if problems:
        raise SettingsError(*problems)
    return Loaded(Settings(**gathered.values | by_hand.values), gathered.origins | by_hand.origins)


class _Gathered:
    """Values as they are found, where each was, and what was wrong with others."""

    def __init__(self, file: "ConfigFile", themes: tuple[str, ...] = ()) -> None:
        self.file = file
        self.themes = themes
        self.values: dict[str, Any] = {}
        self.origins: dict[str, str] = {}
        self.problems: list[str] = []

    def take_file(self) -> None:
        """Everything but the profiles' own settings; themes first, for the name of one may be the theme."""
        known = {(*filter(None, (each.metadata["table"],)), each.name): each for each in fields(Settings)}
        table = self.file.table
        self.themes = tuple(table["themes"]) if isinstance(table.get("themes"), dict) else ()
        for name, value in table.items():
            if name == "attention" and isinstance(value, dict):
                for inner, one in value.items():
                    self._take_from_file(("attention", inner), one, known)
            else:
                self._take_from_file((name,), value, known)
        for action in self.values.get("keys", ()):
            self.origins[f"keys.{action}"] = self.file.where("keys", action)

    def take_profile(self, name: str, origin: str) -> None:
        """The settings of one profile, asked for by `origin`; a typing error in any of them is one."""
        known: dict[Place, Field[Any]] = {
            ("profiles", profile, each.name): each for profile in self._profiles() for each in _of_profile()
        }
        if name and name not in self._profiles():
            has = ", ".join(self._profiles()) or "none"
            where = named("profile", origin)
            self.problems.append(f"{where}: there is no profile {name!r} in {self.file.path}; it has {has}.")
        for profile, table in self._profiles().items():
            kept = dict(self.values), dict(self.origins)
            for inner, value in table.items():
                self._take_from_file(("profiles", profile, inner), value, known)
            if profile != name:
                self.values, self.origins = kept

    def check_themes(self) -> None:
        """Each colour of the agent's own themes has a name the desk knows, and is one."""
        tables: Mapping[str, Mapping[str, Any]] = self.values.get("themes", _NONE)
        known: dict[Place, str] = {
            ("themes", theme, name): name for theme in tables for name in ("dark", *setting_values.COLOURS)
        }
        for theme, table in tables.items():
            for name, value in table.items():
                place: Place = ("themes", theme, name)
                where = self.file.where(*place)
                if place not in known:
                    self.problems.append(_unknown(where, place, known))
                elif words := setting_values.wrong_in_theme(name, value):
                    self.problems.append(f"{where}: {name} {words}.")

    def take_environment(self, environment: Mapping[str, str]) -> None:
        for each in declared():
            text = environment.get(variable(each.name))
            if text is not None:
                origin = f"{_BY_VARIABLE}{variable(each.name)}"
                self._take(each, lambda each=each, text=text: _from_text(each, text), origin)  # type: ignore[misc]

    def take_flags(self, flags: Mapping[str, object]) -> None:
        for each in declared():
            value = flags.get(each.name)
            if value is not None:
                flag = f"--{'no-' if value is False else ''}{each.name.replace('_', '-')}"
                self._take(each, lambda value=value: value, f"{_BY_FLAG}{flag}")  # type: ignore[misc]

    def _profiles(self) -> Mapping[str, Mapping[str, Any]]:
        profiles: Mapping[str, Mapping[str, Any]] = self.values.get("profiles", _NONE)
        return profiles

    def _take_from_file(self, place: "Place", value: object, known: "Mapping[Place, Field[Any]]") -> None:
        where = self.file.where(*place)
        if place not in known:
            self.problems.append(_unknown(where, place, known))
            return
        self._take(known[place], lambda: value, where)

    def _take(self, setting: Field[Any], given: Callable[[], object], origin: str) -> None:
        try:
            self.values[setting.name] = _checked(setting, given(), self.themes)
            self.origins[setting.name] = origin
        except ValueError as error:
            self.problems.append(f"{named(setting.name, origin)} {error}.")


def _of_profile() -> Iterator[Field[Any]]:
    return (each for each in fields(Settings) if each.name in _PROFILE)


def _unknown(where: str, place: "Place", known: "Mapping[Place, object]") -> str:
    name = place[-1]
    if name in _FORBIDDEN:
        return f"{where}: a secret does not belong in this file. Remove {name!r}; use the keyring or --password-stdin."
    here = [each[-1] for each in known if each[:-1] == place[:-1]]
    elsewhere = {each[-1]: each for each in known if len(each) == 2}
    if name in elsewhere and name not in here:
        return f"{where}: {name!r} belongs into the table [{elsewhere[name][0]}]."
    close = difflib.get_close_matches(name, here, 1)
    remedy = f"Did you mean {close[0]!r}?" if close else f"Known are {', '.join(here)}."
    return f"{where}: unknown setting {name!r}. {remedy}"


def _from_text(setting: Field[Any], text: str) -> object:
    if isinstance(setting.default, bool):
        if text.lower() not in _WORDS:
            raise ValueError(f"is {text!r}, but must be one of {', '.join(_WORDS)}")
        return _WORDS[text.lower()]
    if isinstance(setting.default, int):
        return int(text) if text.isascii() and text.isdigit() else text
    if isinstance(setting.default, tuple):
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def _checked(setting: Field[Any], value: object, themes: tuple[str, ...]) -> object:
    """The value in the setting's own type; raises ValueError with the rest of a sentence."""
    check: Check = setting.metadata["check"] or _CHECKS[type(setting.default)]
    checked = check(value)
    choices = setting.metadata["choices"] + (themes if setting.name == "theme" else ())
    if choices and checked not in choices:
        raise ValueError(f"is {checked!r}, but must be one of {', '.join(choices)}")
    return checked


_CHECKS: Final[Mapping[type, Check]] = {
    str: setting_values.text,
    bool: setting_values.truth,
    int: setting_values.count,
    tuple: setting_values.texts,
}
