"""`tms-chat keys`: the actions and their keys, what this terminal delivers of them, and what a multiplexer takes."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from tms_tui.first_frame import is_dumb
from tms_tui.options import config_option, loaded


@click.command("keys")
@config_option
@click.pass_context
def keys(_context: click.Context, /, *, config: Path | None, **flags: Any) -> int:
    """Name the actions and their keys; at a terminal, say of each key pressed how it arrives and what it does."""
    from tms_tui.ui import multiplexer
    from tms_tui.ui.keys import key_names, where
    from tms_tui.ui.rebinding import rebound

    settings = loaded(flags, config)
    found = rebound(settings.keys, single_keys=settings.single_keys)
    for action in found.actions:
        names = ", ".join(key_names(action)) or "no key"
        click.echo(f"{action.id}: {names}; {where(action).replace('`', '')}. {action.help}")
    for line in [*found.clashes.values(), *multiplexer.findings(os.environ, found.actions)]:
        click.echo(line)
    if is_dumb() or not (sys.stdin.isatty() and sys.stdout.isatty()):
        click.echo("At a terminal that has a name (TERM), this command also says how each key you press arrives.")
        return 0
    from tms_tui.ui.key_check import check

    check(found.actions, click.echo)
    return 0
