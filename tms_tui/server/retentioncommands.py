"""`tms-chat server prune`, `export-customer` and `erase-customer`."""

import signal
from collections.abc import Coroutine
from typing import Any

import click

from tms_tui.server.options import (
    customer_options,
    data_option,
    database_option,
    database_password_option,
    run,
    tenant_option,
)
from tms_tui.server.optiontypes import AGE
from tms_tui.server.portions import Gone
from tms_tui.server.settings import ServerSettings
from tms_tui.streams import report

INTERRUPTED = 130


@click.command("prune")
@click.option("--older-than", type=AGE, required=True, help="As in 90d, 12h: what is older goes for good.")
@data_option
@database_option
@database_password_option
@tenant_option
def prune(*, older_than: float, **options: Any) -> None:
    """Delete ended conversations, events and sign-ins of long ago."""
    from tms_tui.server import retention

    gone = Gone()
    _delete(retention.prune(ServerSettings(**options), older_than, gone), gone)


@click.command("export-customer")
@customer_options
@data_option
@database_option
@database_password_option
@tenant_option
def export_customer(*, email: str | None, customer_id: str | None, **options: Any) -> None:
    """Write everything kept of one customer to standard output, as JSON."""
    from tms_tui.server import retention

    click.echo(run(retention.export(ServerSettings(**options), email=email, customer_id=customer_id)))


@click.command("erase-customer")
@customer_options
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_option
@database_option
@database_password_option
@tenant_option
def erase_customer(*, email: str | None, customer_id: str | None, yes: bool, **options: Any) -> None:
    """Delete everything kept of one customer, notes about them included."""
    from tms_tui.server import retention

    if not yes:
        click.confirm("Everything kept of this customer will be deleted for good. Go on?", abort=True)
    gone = Gone()
    _delete(retention.erase(ServerSettings(**options), gone, email=email, customer_id=customer_id), gone)


def _delete(work: Coroutine[Any, Any, Gone], gone: Gone) -> None:
    """Runs it and says what is deleted, also when Ctrl+C, SIGTERM or a failing store ends it half way."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        run(work)
    except KeyboardInterrupt:
        click.echo(f"Stopped. {gone} deleted so far. Run it again to go on.", err=True)
        raise SystemExit(INTERRUPTED) from None
    except click.ClickException as failure:
        if not any(gone.counts.values()):
            raise
        raise click.ClickException(f"{failure.message} {gone} deleted so far. Run it again to go on.") from failure
    finally:
        signal.signal(signal.SIGTERM, before)
    report(f"{gone} deleted")
