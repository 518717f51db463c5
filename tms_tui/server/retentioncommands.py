"""`tms-chat server prune`, `export-customer`, `erase-customer` and `revoke-visitor-tokens`."""

import signal
from collections.abc import Coroutine
from typing import Any

import click

from tms_tui.server.options import (
    customer_options,
    run,
    store_options,
)
from tms_tui.server.optiontypes import AGE
from tms_tui.server.portions import Gone
from tms_tui.server.settings import ServerSettings
from tms_tui.streams import report

INTERRUPTED = 130


@click.command("prune")
@click.option("--older-than", type=AGE, required=True, help="As in 90d, 12h: what is older goes for good.")
@store_options
def prune(*, older_than: float, **options: Any) -> None:
    """Delete ended conversations, events and sign-ins of long ago."""
    from tms_tui.server import retention

    gone = Gone()
    _delete(retention.prune(ServerSettings(**options), older_than, gone), gone)


@click.command("export-customer")
@customer_options
@store_options
def export_customer(*, email: str | None, customer_id: str | None, **options: Any) -> None:
    """Write everything kept of one customer to standard output, as JSON."""
    from tms_tui.server import retention

    click.echo(run(retention.export(ServerSettings(**options), email=email, customer_id=customer_id)))


@click.command("erase-customer")
@customer_options
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--rewrite",
    is_flag=True,
    help="Also rewrite SQLite's file, where older versions left what they deleted; nobody can write meanwhile.",
)
@store_options
def erase_customer(*, email: str | None, customer_id: str | None, yes: bool, rewrite: bool, **options: Any) -> None:
    """Delete everything kept of one customer, notes about them included; consoles and pages drop it within seconds.

    A block of theirs stands on, without saying why. On PostgreSQL deleted rows leave the disk with VACUUM, and old
    write-ahead files and backups are yours to delete.
    """
    from tms_tui.server import retention

    if not yes:
        click.confirm("Everything kept of this customer will be deleted for good. Go on?", abort=True, err=True)
    gone = Gone()
    wanted = {"email": email, "customer_id": customer_id}
    _delete(retention.erase(ServerSettings(**options), gone, rewrite=rewrite, **wanted), gone)


@click.command("revoke-visitor-tokens")
@customer_options
@store_options
def revoke_visitor_tokens(*, email: str | None, customer_id: str | None, **options: Any) -> None:
    """Close a customer's pages for good: what they have open ends within seconds, and they have to begin anew."""
    from tms_tui.server import retention

    count = run(retention.revoke(ServerSettings(**options), email=email, customer_id=customer_id))
    report(f"The tokens of {count} conversation{'' if count == 1 else 's'} are void")


def _delete(work: Coroutine[Any, Any, Gone], gone: Gone) -> None:
    """Runs it and says what is deleted, also when Ctrl+C, SIGTERM or a failing store ends it half way."""
    from tms_tui.server.retention import RemnantsError

    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        run(work)
    except KeyboardInterrupt:
        click.echo(f"Stopped. {gone} deleted so far. Run it again to go on.", err=True)
        raise SystemExit(INTERRUPTED) from None
    except RemnantsError as left:
        raise click.ClickException(f"{gone} deleted. {left}") from left
    except click.ClickException as failure:
        if not any(gone.counts.values()):
            raise
        raise click.ClickException(f"{failure.message} {gone} deleted so far. Run it again to go on.") from failure
    finally:
        signal.signal(signal.SIGTERM, before)
    report(f"{gone} deleted")


RETENTION_COMMANDS = (prune, export_customer, erase_customer, revoke_visitor_tokens)
