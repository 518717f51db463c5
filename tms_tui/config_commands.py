"""`tms-chat config`: what is set and where it came from, and a file to begin with."""

from dataclasses import Field
from pathlib import Path
from typing import Any, Final

import click

from tms_tui import settings
from tms_tui.options import config_option, loaded_with_origins, settings_options, with_flags_before
from tms_tui.settings import Loaded, SettingsError
from tms_tui.streams import report

_TABLES: Final = """\
# Keys by action: `tms-chat keys` and the README name the actions.
# [keys]
# next_waiting = "f8"

# Other servers: tms-chat --profile work
# [profiles.work]
# server = "https://chat.example.com"
# email = "ana@example.com"

# Own colours: --theme dusk. What is not named is as in dark, or with dark off as in light.
# [themes.dusk]
# dark = true
# background = "#000000"
# accent = "#7dffe6"

# Own canned responses, beside the server's.
# [[canned]]
# shortcut = "hello"
# title = "Greeting"
# content = "Hello {{customer.name}}, this is {{agent.name}}."
"""


@click.group("config")
def config() -> None:
    """What is set, and where it came from."""


@config.command("show")
@config_option
@settings_options
@click.pass_context
def show(context: click.Context, /, **flags: Any) -> int:
    """Tell each value and where it came from."""
    flags = with_flags_before(context, flags)
    found = loaded_with_origins(flags, flags.pop("config", None))
    for each in settings.declared():
        click.echo(_line(each, getattr(found.settings, each.name), found.origins.get(each.name, "default")))
    for line in _key_lines(found):
        click.echo(line)
    for name in ("canned", "profiles", "themes"):
        held = getattr(found.settings, name)
        names = [one.shortcut for one in held] if name == "canned" else list(held)
        if names:
            click.echo(f"# {name}: {', '.join(names)}  ({found.origins.get(name, 'default')})")
    return 0


@config.command("init")
@config_option
@click.pass_context
def init(context: click.Context, /, **flags: Any) -> int:
    """Write a file with every setting and what it does, all commented out."""
    from tms_tui import config_file

    path = _path(context, flags)
    try:
        config_file.begin(path, template())
    except config_file.ConfigFileError as error:
        raise SettingsError(error.problem) from None
    report(f"Wrote {path}. Every line in it is a comment: remove the # from what you want to change.")
    return 0


@config.command("path")
@config_option
@click.pass_context
def path_command(context: click.Context, /, **flags: Any) -> int:
    """Tell where the config file is looked for."""
    click.echo(_path(context, flags))
    return 0


@config.command("forget")
@config_option
@settings_options
@click.pass_context
def forget(context: click.Context, /, **flags: Any) -> int:
    """Remove the kept password of the server and e-mail from the keyring."""
    import asyncio

    from tms_tui.keeping import KeptPasswords
    from tms_tui.transport.addresses import BadAddress

    flags = with_flags_before(context, flags)
    found = loaded_with_origins(flags, flags.pop("config", None)).settings
    if not (found.server and found.email):
        raise SettingsError("Nothing is forgotten: --server and --email say whose password it is.")
    try:
        removal = asyncio.run(KeptPasswords(found).remove(found.server, found.email))
    except BadAddress as error:
        raise SettingsError(error.words) from None
    if removal.is_kept:
        click.echo(removal.words, err=True)
        return 1
    report(removal.words)
    return 0


def template() -> str:
    """A config file in which every setting is explained and none is set."""
    parts = ["# Settings of tms-chat. A flag or an environment variable wins over what stands here.\n"]
    parts += [_explained(each) for each in settings.declared() if not each.metadata["table"]]
    parts.append("# [attention]\n")
    parts += [_explained(each) for each in settings.declared() if each.metadata["table"] == "attention"]
    return "\n".join([*parts, _TABLES])


def remembered(server: str, email: str, file: Path) -> str:
    """Write down whom an agent signed in as, so that the next start need not ask; what to say about it."""
    from tms_tui import config_file

    try:
        config_file.remember(file, {"server": server, "email": email}, template())
    except config_file.ConfigFileError as error:
        return f"Server and e-mail are not remembered: {error.problem}"
    return f"Server and e-mail are remembered in {file}."


def _explained(setting: Field[Any]) -> str:
    from tms_tui.config_file import quoted

    choices = setting.metadata["choices"]
    words = setting.metadata["help"] + (f" One of {', '.join(choices)}." if choices else "")
    return f"# {words}\n# {setting.name} = {quoted(setting.default)}\n"


def _line(setting: Field[Any], value: object, origin: str) -> str:
    from tms_tui.config_file import quoted

    table = setting.metadata["table"]
    return f"{f'{table}.' if table else ''}{setting.name} = {quoted(value)}  # {origin}"


def _key_lines(found: Loaded) -> list[str]:
    """The agent's own keys, and which of them mean something else already."""
    from tms_tui.config_file import quoted
    from tms_tui.ui.rebinding import rebound

    clashes = rebound(found.settings.keys).clashes
    lines = []
    for action, text in found.settings.keys.items():
        clash = f"  NOT USED: {clashes[action]}" if action in clashes else ""
        lines.append(f"keys.{action} = {quoted(text)}  # {found.origins[f'keys.{action}']}{clash}")
    return lines


def _path(context: click.Context, flags: dict[str, Any]) -> Path:
    config: Path | None = with_flags_before(context, flags).get("config")
    return config or settings.default_file()
