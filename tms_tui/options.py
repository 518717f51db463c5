"""Command-line options that several commands take: one flag for each setting, and what they come to."""

import os
from collections.abc import Callable
from dataclasses import Field
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from tms_tui import settings
from tms_tui.settings import Loaded, Settings, SettingsError

Command = TypeVar("Command", bound=Callable[..., Any])

_RECORD_HELP: Final = "Write every event to this file, customers' text included, to replay a fault."


CONNECTION: Final = ("server", "email", "profile", "allow_cleartext", "ca_file", "log")
"""The settings that matter where nothing is shown on a desk."""


def settings_options(command: Command) -> Command:
    """One flag for each setting; one that was not typed is None."""
    return _with_flags(command, tuple(settings.declared()))


def connection_options(command: Command) -> Command:
    """One flag for each setting of the connection, the config file, and where the password comes from."""
    command = _with_flags(command, tuple(each for each in settings.declared() if each.name in CONNECTION))
    return config_option(_password_option(command))


def _with_flags(command: Command, wanted: tuple[Field[Any], ...]) -> Command:
    for each in reversed(wanted):
        name, words = each.name.replace("_", "-"), each.metadata["help"]
        if isinstance(each.default, bool):
            option = click.option(f"--{name}/--no-{name}", default=None, help=words)
        elif isinstance(each.default, tuple):
            option = click.option(f"--{name}", multiple=True, callback=_given, metavar="TEXT", help=words)
        elif isinstance(each.default, int):
            option = click.option(f"--{name}", type=click.IntRange(min=0), metavar="NUMBER", help=words)
        else:
            option = click.option(f"--{name}", metavar=_metavar(each.metadata["choices"]), help=words)
        command = option(command)
    return command


def config_option(command: Command) -> Command:
    """Another config file than the usual one."""
    option = click.option("--config", type=click.Path(dir_okay=False, path_type=Path), help="Config file to read.")
    return option(command)


def console_options(command: Command) -> Command:
    """What every console takes besides the settings."""
    record = click.option("--record", type=click.Path(dir_okay=False, path_type=Path), help=_RECORD_HELP)
    return settings_options(_password_option(config_option(record(command))))


def _password_option(command: Command) -> Command:
    words = "Read the password from the first line of stdin."
    return click.option("--password-stdin", is_flag=True, help=words)(command)


def loaded(flags: dict[str, Any], config: Path | None = None) -> Settings:
    """The settings under these flags and this process's environment. Raises SettingsError."""
    return loaded_with_origins(flags, config).settings


def loaded_with_origins(flags: dict[str, Any], config: Path | None = None) -> Loaded:
    """The same, and where each came from. Raises SettingsError."""
    if config is not None and not config.exists():
        raise SettingsError(f"The config file {config} does not exist.")
    found = settings.load_with_origins(flags, os.environ, config or settings.default_file())
    if found.settings.ca_file or found.settings.server:
        _check(found)
    if found.settings.keys:
        from tms_tui.ui.rebinding import faults

        problems = faults(found.settings.keys, found.origins)
        if problems:
            raise SettingsError(*problems)
    return found


def _check(found: Loaded) -> None:
    """Say where a setting was given that no connection can be made with, by its name there. Raises SettingsError."""
    from tms_tui.assembly import address_of
    from tms_tui.transport.addresses import BadAddress
    from tms_tui.transport.trust import BadSetting, certificates_in

    try:
        if found.settings.ca_file:
            certificates_in(Path(found.settings.ca_file).expanduser())
        if found.settings.server:
            address_of(found.settings.server, found.settings)
    except BadSetting as error:
        raise SettingsError(f"{settings.named('ca_file', found.origins['ca_file'])} {error}") from None
    except BadAddress as error:
        raise SettingsError(f"{settings.named('server', found.origins['server'])}: {error.words}") from None


def typed(flags: dict[str, Any]) -> dict[str, Any]:
    """The flags that were typed: a setting may be switched off, but nobody types that there is no --password-stdin."""
    return {name: value for name, value in flags.items() if value is not None and (value or name != "password_stdin")}


def with_flags_before(context: click.Context, flags: dict[str, Any]) -> dict[str, Any]:
    """Flags may stand before the command's name or after it; the later one wins."""
    before: dict[str, Any] = context.find_root().meta.get("flags", {})
    return before | typed(flags)


def _given(_context: click.Context, _option: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...] | None:
    return value or None


def _metavar(choices: tuple[str, ...]) -> str:
    return f"[{'|'.join(choices)}]" if choices else "TEXT"
