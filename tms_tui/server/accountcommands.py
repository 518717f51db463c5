"""`tms-chat server add-agent`, and what else is done to agents' accounts."""

import sys
from collections.abc import Callable
from typing import Any, Final

import click

from tms_tui.server.options import data_option, database_option, database_password_option, run, tenant_option
from tms_tui.server.settings import ServerSettings
from tms_tui.streams import report

Command = Callable[..., None]

password_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from the first line of standard input."
)


def of_agent(command: Command) -> Command:
    """The options by which an agent is named, and their store."""
    for option in (tenant_option, database_password_option, database_option, data_option):
        command = option(command)
    return click.option("--email", required=True)(command)


@click.command("add-agent")
@click.option("--name", required=True)
@password_option
@of_agent
def add_agent(*, email: str, name: str, password_stdin: bool, **options: Any) -> None:
    """Add an agent; asks for the password."""
    from tms_tui.server import admin

    password = _password(from_stdin=password_stdin)
    user = run(admin.add_agent(ServerSettings(**options), email=email, name=name, password=password))
    report(f"Added {user.name} <{user.email}>, {user.role}, {user.id}")


@click.command("list-agents")
@data_option
@database_option
@database_password_option
@tenant_option
def list_agents(**options: Any) -> None:
    """List the agents, one a line: id, role, e-mail, name, and of one who is disabled since when."""
    from tms_tui.domain.text import clean_line
    from tms_tui.server import admin

    for agent in run(admin.list_agents(ServerSettings(**options))):
        # Cleaned, for a name with a tab or a line end in it would be a column or a line too many.
        fields = [clean_line(field) for field in (agent.id, agent.role, agent.email, agent.name)]
        state = [f"disabled since {agent.disabled_at}"] if agent.disabled_at else []
        click.echo("\t".join([*fields, *state]))


@click.command("set-password")
@password_option
@of_agent
def set_password(*, email: str, password_stdin: bool, **options: Any) -> None:
    """Give an agent another password; asks for it. Whatever they are signed in with ends within seconds."""
    from tms_tui.server import accounts

    password = _password(from_stdin=password_stdin)
    ended = run(accounts.set_password(ServerSettings(**options), email=email, password=password))
    report(f"Set the password of {email}; {_sign_ins(ended)} ended")


@click.command("sign-out")
@of_agent
def sign_out(*, email: str, **options: Any) -> None:
    """Sign an agent out everywhere, within seconds. They can sign in again."""
    from tms_tui.server import accounts

    ended = run(accounts.sign_out(ServerSettings(**options), email=email))
    report(f"Signed {email} out; {_sign_ins(ended)} ended")


@click.command("disable-agent")
@of_agent
def disable_agent(*, email: str, **options: Any) -> None:
    """Keep an agent out. What they have open closes within seconds, and nobody holds their conversations."""
    from tms_tui.server import accounts

    freed = run(accounts.disable_agent(ServerSettings(**options), email=email))
    held = f"{freed} conversation{'' if freed == 1 else 's'}"
    report(f"Disabled {email}; nobody holds {held} of theirs any more" if freed else f"Disabled {email}")


@click.command("enable-agent")
@of_agent
def enable_agent(*, email: str, **options: Any) -> None:
    """Let an agent who was disabled sign in again, with the password they had."""
    from tms_tui.server import accounts

    run(accounts.enable_agent(ServerSettings(**options), email=email))
    report(f"Enabled {email}")


@click.command("erase-agent")
@click.option("--yes", is_flag=True, help="Do not ask.")
@of_agent
def erase_agent(*, email: str, yes: bool, **options: Any) -> None:
    """Delete the account of an agent who is disabled. What they wrote stays, under their name."""
    from tms_tui.server import accounts

    if not yes:
        click.confirm(f"The account {email} will be deleted for good. Go on?", abort=True, err=True)
    run(accounts.erase_agent(ServerSettings(**options), email=email))
    report(f"Erased the account {email}")


def _sign_ins(count: int) -> str:
    return "1 sign-in" if count == 1 else f"{count} sign-ins"


def _password(*, from_stdin: bool) -> str:
    if not from_stdin:
        entered: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        return entered
    try:
        return sys.stdin.buffer.readline().decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError as unreadable:
        raise click.ClickException("The password on standard input is not UTF-8 text.") from unreadable


ACCOUNT_COMMANDS: Final = (
    add_agent,
    list_agents,
    set_password,
    sign_out,
    disable_agent,
    enable_agent,
    erase_agent,
)
