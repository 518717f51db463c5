"""The command line: arguments to settings to a face, and what came of it to an exit code."""

import importlib
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import click

from tms_tui import narrow_help
from tms_tui.command_table import COMMANDS, Command
from tms_tui.first_frame import FirstFrame, no_desk_because
from tms_tui.options import console_options, loaded, settings_options, typed, with_flags_before
from tms_tui.settings import Settings, SettingsError, default_file

INSTALL_SERVER: Final = "uv tool install 'tms-tui[server]'"


def run(arguments: list[str], frame: FirstFrame | None = None) -> int:
    """Do what the arguments ask for; the exit code. `frame` is what stands on the screen meanwhile."""
    narrow_help.use()
    try:
        code = tms_chat.main(arguments, prog_name="tms-chat", standalone_mode=False, obj=frame)
    except click.ClickException as error:
        _clear(frame)
        error.show()
        return error.exit_code
    except SettingsError as error:
        _clear(frame)
        click.echo("\n".join(error.problems), err=True)
        return 2
    except (click.Abort, KeyboardInterrupt) as error:
        _clear(frame)
        if isinstance(error.__context__, EOFError):
            click.echo("\nNot done: standard input ends where an answer is asked for.", err=True)  # below the question
            return 1
        click.echo("Interrupted.", err=True)
        return 130
    return code if isinstance(code, int) else 0


def _clear(frame: FirstFrame | None) -> None:
    if frame is not None:
        frame.leave()


class Forwarded(click.Command):
    """A command of the server extra: known by name here, imported when it is called."""

    def __init__(self, name: str, entry: Command) -> None:
        super().__init__(
            name,
            context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []},
            short_help=entry.extra,
            add_help_option=False,
        )
        self._entry = entry

    def invoke(self, context: click.Context) -> Any:
        try:
            command = _built(self._entry)
            return command.main(context.args, prog_name=context.command_path, standalone_mode=False)
        except ModuleNotFoundError as error:
            raise _without_extra(error) from None


def _without_extra(error: ModuleNotFoundError) -> Exception:
    if (error.name or "").startswith("tms_tui"):
        return error
    return click.ClickException(f"The server is not installed here ({error.name}). Install it: {INSTALL_SERVER}")


def _built(entry: Command) -> click.Command:
    command: click.Command = getattr(importlib.import_module(entry.module), entry.attribute)
    return command


class Commands(click.Group):
    """The commands of the table, each built when it, or the help, is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's own
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        return Forwarded(cmd_name, entry) if entry.extra else _built(entry)


@click.group(cls=Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tms-tui", prog_name="tms-chat")
@click.option("--plain", is_flag=True, help="Use the line face, as `tms-chat plain` does.")
@console_options
@click.pass_context
def tms_chat(context: click.Context, /, *, plain: bool, **flags: Any) -> int | None:
    """Answer your customers from the terminal.

    Without a command the desk opens, on which you sign in. The password is never an argument.
    """
    if context.invoked_subcommand is not None:
        context.meta["flags"] = typed(flags)
        context.meta["plain"] = plain
        return None
    return _console(context.obj, "plain was asked for" if plain else None, **flags)


@click.command("plain")
@console_options
@click.pass_context
def plain_command(context: click.Context, /, **flags: Any) -> int:
    """The desk as labelled lines, for screen readers and pipes."""
    return _console(context.obj, "plain was asked for", **with_flags_before(context, flags))


@click.command("demo")
@click.option("--seed", default=1, show_default=True, help="Another number, other customers.")
@click.option("--agents", type=click.IntRange(1, 2), default=1, help="2 shows how a second console signs in.")
@click.option("--plain", is_flag=True, help="Show it as lines.")
@settings_options
@click.pass_context
def demo_command(context: click.Context, /, *, seed: int, agents: int, plain: bool, **flags: Any) -> int:
    """A desk with customers to try it on; nothing is kept."""
    flags = with_flags_before(context, flags)
    plain = plain or context.meta.get("plain", False)
    settings = loaded(flags)
    _prepare(settings)
    why = "plain was asked for" if plain else no_desk_because(password_from_stdin=True)
    return _demo(context.obj, why, settings, seed=seed, agents=agents)


def _console(
    frame: FirstFrame | None,
    plain_because: str | None,
    *,
    password_stdin: bool = False,
    record: Path | None = None,
    config: Path | None = None,
    **flags: Any,
) -> int:
    from tms_tui.start import Wanted, password_from_stdin

    settings = loaded(flags, config)
    password = password_from_stdin() if password_stdin else None
    return _open(frame, plain_because, settings, Wanted(password, record), config)


def _open(
    frame: FirstFrame | None, plain_because: str | None, settings: Settings, wanted: Any, config: Path | None = None
) -> int:
    from tms_tui import start

    _prepare(settings)
    why = plain_because or no_desk_because(password_from_stdin=wanted.password is not None)
    try:
        return _show_face(frame, why, settings, wanted, config or default_file())
    except start.DemoWanted:
        return _demo(None, why, settings)


def _prepare(settings: Settings) -> None:
    from tms_tui import process, start

    process.forbid_dumps()
    start.open_log(settings)


def _show_face(frame: FirstFrame | None, plain_because: str | None, settings: Settings, wanted: Any, file: Path) -> int:
    from tms_tui import start

    if plain_because is None:
        return start.start_desk(settings, frame, wanted, file)
    from tms_tui import start_lines

    _clear(frame)
    return start_lines.start_plain(settings, plain_because, wanted, file)


def _demo(
    frame: FirstFrame | None, plain_because: str | None, settings: Settings, *, seed: int = 1, agents: int = 1
) -> int:
    try:
        from tms_tui.server.demo import DemoFailedError, start_demo
    except ModuleNotFoundError as error:
        raise _without_extra(error) from None
    from tms_tui.domain.secret import Secret
    from tms_tui.start import Wanted

    try:
        with start_demo(seed=seed) as demo:
            if agents == 2:
                _invite(frame, demo.invitation)
            first = demo.agents[0]
            settings = replace(settings, server=demo.url, email=first.email)
            wanted = Wanted(Secret(first.password), welcome=f"customers' page {demo.page_url}", keeps=False)
            return _show_face(frame, plain_because, settings, wanted, default_file())
    except DemoFailedError as error:
        raise click.ClickException(str(error)) from None


def _invite(frame: FirstFrame | None, invitation: str) -> None:
    _clear(frame)
    click.echo(f"In another terminal:\n\n{invitation}\n")
    click.pause("Press a key to open this console.")
