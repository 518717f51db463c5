"""`tms-chat serve` and `tms-chat server ...`: options in, one sentence out."""

import asyncio
import gc
from pathlib import Path
from typing import Any, Final

import click

from tms_tui.server.accountcommands import ACCOUNT_COMMANDS
from tms_tui.server.descriptors import allow_files, needed
from tms_tui.server.logs import to_stderr
from tms_tui.server.options import (
    CANNOT_RUN,
    ORIGIN,
    bus_option,
    bus_password_option,
    data_option,
    database_option,
    database_password_option,
    run,
    tenant_option,
    why,
)
from tms_tui.server.optiontypes import DRAIN, HOP, HOST, key, writable
from tms_tui.server.retentioncommands import RETENTION_COMMANDS
from tms_tui.server.settings import ServerSettings
from tms_tui.streams import report

GARBAGE: Final = (5_000, 10, 40)
"""After how many new objects Python looks through the newest, and at each how many of these looks through more."""


@click.command()
@click.option(
    "--host",
    envvar="TMS_SERVER_HOST",
    show_envvar=True,
    type=HOST,
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on.",
)
@click.option(
    "--port",
    envvar="TMS_SERVER_PORT",
    show_envvar=True,
    type=click.IntRange(0, 65_535),
    default=8765,
    show_default=True,
    help="Port to listen on; 0 picks a free one.",
)
@click.option(
    "--port-file",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=writable,
    help="File to write the bound port to, once the server answers.",
)
@click.option(
    "--metrics-host",
    envvar="TMS_SERVER_METRICS_HOST",
    show_envvar=True,
    type=HOST,
    default="127.0.0.1",
    show_default=True,
    help="Address of --metrics-port.",
)
@click.option(
    "--metrics-port",
    envvar="TMS_SERVER_METRICS_PORT",
    show_envvar=True,
    type=click.IntRange(0, 65_535),
    help="Port for /metrics alone, which --port then does not serve; without it, --port does.",
)
@data_option
@database_option
@database_password_option
@bus_option
@bus_password_option
@click.option(
    "--origin",
    "origins",
    envvar="TMS_SERVER_ORIGIN",
    show_envvar=True,
    type=ORIGIN,
    multiple=True,
    help="Origin browsers may call and connect from, as in https://www.example.com; may be repeated.",
)
@click.option(
    "--signing-key",
    envvar="TMS_SERVER_SIGNING_KEY",
    show_envvar=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    callback=key,
    help="File of at least 32 random bytes; without it, one is made in --data.",
)
@click.option(
    "--previous-signing-key",
    envvar="TMS_SERVER_PREVIOUS_SIGNING_KEY",
    show_envvar=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    callback=key,
    help="The key that --signing-key replaced; what it signed stays good.",
)
@click.option(
    "--trusted-proxy",
    "trusted_proxies",
    envvar="TMS_SERVER_TRUSTED_PROXY",
    show_envvar=True,
    type=HOP,
    multiple=True,
    help="Address or network whose X-Forwarded-For counts; may be repeated.",
)
@click.option(
    "--drain",
    envvar="TMS_SERVER_DRAIN",
    show_envvar=True,
    type=DRAIN,
    default=5.0,
    show_default=True,
    help="Over how many seconds a stopping server sends its sockets elsewhere.",
)
@click.option(
    "--max-sockets",
    "sockets_per_node",
    envvar="TMS_SERVER_MAX_SOCKETS",
    show_envvar=True,
    type=click.IntRange(1, 1_000_000),
    default=1000,
    show_default=True,
    help="How many sockets this node holds; the next ones are sent to another.",
)
@click.option(
    "--log-json", envvar="TMS_SERVER_LOG_JSON", show_envvar=True, is_flag=True, help="Log one JSON object a line."
)
@tenant_option
def serve(
    *,
    port_file: Path | None,
    log_json: bool,
    origins: tuple[str, ...],
    trusted_proxies: tuple[str, ...],
    **options: Any,
) -> None:
    """Run the reference server until SIGTERM or SIGINT: it sends its sockets elsewhere, closes, and exits with 0."""
    settings = ServerSettings(origins=origins, trusted_proxies=trusted_proxies, **options)
    to_stderr(json=log_json)
    allow_files(needed(settings))
    try:
        asyncio.run(_serve(settings, port_file))
    except KeyboardInterrupt:
        return
    except CANNOT_RUN as error:
        raise click.ClickException(why(error)) from error


async def _serve(settings: ServerSettings, port_file: Path | None) -> None:
    from tms_tui.server.signals import end_asked

    with end_asked() as asked:
        from tms_tui.server.run import Running  # takes a while, in which nobody should ask in vain

        async with Running(settings) as running:
            _collect_garbage_seldom()
            if port_file is not None:
                _write_whole(port_file, f"{running.port}\n")
            click.echo(f"Serving on {running.url}", err=True)
            if running.metrics_url is not None:
                click.echo(f"Metrics on {running.metrics_url}", err=True)
            await running.until(asked)


def _collect_garbage_seldom() -> None:
    """A full collection stops every socket; here it leaves out what was loaded, and comes a thirtieth as often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


def _write_whole(path: Path, words: str) -> None:
    # Whoever waits for the file must never read half a port.
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_text(words)
    unfinished.replace(path)


@click.group("server")
def server_group() -> None:
    """Manage the reference server's agents and texts."""


@server_group.command("add-canned")
@click.option("--shortcut", required=True, help="What agents type to find it.")
@click.option("--title", required=True)
@click.option("--content", required=True, help="May hold {{customer.name}} and {{agent.name}}.")
@data_option
@database_option
@database_password_option
@tenant_option
def add_canned(*, shortcut: str, title: str, content: str, **options: Any) -> None:
    """Add a text for reuse, or replace the one of the same shortcut."""
    from tms_tui.server import admin

    run(admin.add_canned(ServerSettings(**options), shortcut=shortcut, title=title, content=content))
    report(f"Kept {shortcut}")


@server_group.command("migrate")
@data_option
@database_option
@database_password_option
def migrate(**options: Any) -> None:
    """Bring the database's tables up to date. Run it before the servers of a new version start."""
    from tms_tui.server import admin

    before, after = run(admin.migrate(ServerSettings(**options)))
    report(f"The database stands at revision {after}" + (" already" if before == after else ""))


@server_group.command("forget-signing-key")
@data_option
@database_option
@database_password_option
def forget_signing_key(**options: Any) -> None:
    """Let the next server to start sign with another key; who is signed in by the old one signs in anew."""
    from tms_tui.server import admin

    run(admin.forget_signing_key(ServerSettings(**options)))
    report("Forgotten. Stop all servers of this database, then start them with the new key.")


@server_group.command("openapi")
def openapi() -> None:
    """Print the OpenAPI document of the server's HTTP interface."""
    import msgspec

    from tms_tui.server.openapi import document
    from tms_tui.server.routes import ROUTES

    click.echo(msgspec.json.format(msgspec.json.encode(document(ROUTES)), indent=2))


for one in (*ACCOUNT_COMMANDS, *RETENTION_COMMANDS):
    server_group.add_command(one)
