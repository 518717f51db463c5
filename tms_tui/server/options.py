"""What the operator's commands share: the options that name a store, and failures in one sentence."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlalchemy.exc import SQLAlchemyError

from tms_tui.server.errors import Refusal
from tms_tui.server.keys import StrangeKeyError, WeakKeyError
from tms_tui.server.optiontypes import BUS, DATABASE, TENANT, Checked
from tms_tui.server.origins import normalised
from tms_tui.server.store.schema import OutdatedSchemaError

Result = TypeVar("Result")
DEFAULT_DATA = Path("tms-chat-data")
CANNOT_RUN = (OSError, ValueError, WeakKeyError, StrangeKeyError, OutdatedSchemaError, SQLAlchemyError)

data_option = click.option(
    "--data",
    envvar="TMS_SERVER_DATA",
    show_envvar=True,
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_DATA,
    show_default=True,
    help="Directory of the database file and the signing key.",
)
database_option = click.option(
    "--database",
    envvar="TMS_SERVER_DATABASE",
    show_envvar=True,
    type=DATABASE,
    metavar="URL",
    help="SQLAlchemy URL; without it, SQLite in --data.",
)
database_password_option = click.option(
    "--database-password-file",
    "database_password",
    envvar="TMS_SERVER_DATABASE_PASSWORD_FILE",
    show_envvar=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File that holds the database's password.",
)
bus_option = click.option(
    "--bus",
    envvar="TMS_SERVER_BUS",
    show_envvar=True,
    type=BUS,
    default="memory://",
    show_default=True,
    metavar="URL",
    help="How nodes tell each other.",
)
bus_password_option = click.option(
    "--bus-password-file",
    "bus_password",
    envvar="TMS_SERVER_BUS_PASSWORD_FILE",
    show_envvar=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File that holds the bus's password.",
)
tenant_option = click.option(
    "--tenant",
    envvar="TMS_SERVER_TENANT",
    show_envvar=True,
    type=TENANT,
    default="default",
    show_default=True,
    help="Whose conversations.",
)


ORIGIN = Checked("origin", normalised)


def customer_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """By which the customer is named: the e-mail they gave, or the id their conversations share."""
    by_id = click.option("--customer-id", help="The id their conversations share.")
    return click.option("--email", help="The e-mail they gave; unproven.")(by_id(command))


def store_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Where the work is done, and how running servers hear of it at once."""
    for option in (
        tenant_option,
        bus_password_option,
        bus_option,
        database_password_option,
        database_option,
        data_option,
    ):
        command = option(command)
    return command


def why(error: Exception) -> str:
    from tms_tui.server.store.database import StoreFailedError, TooLongError

    if isinstance(error, TooLongError):
        return "Reading took too long and was given up. Try again when the database has less to do."
    if isinstance(error, StoreFailedError):
        return (
            "The database was opened, but failed during the work: it is locked by another program, full, or gone. "
            "See what the database says."
        )
    if isinstance(error, SQLAlchemyError):
        return "The database cannot be opened. Check --database and --data."
    return f"The server cannot start: {error}" if isinstance(error, OSError) else str(error)


def run(work: Coroutine[Any, Any, Result]) -> Result:
    try:
        return asyncio.run(work)
    except Refusal as refusal:
        raise click.ClickException(refusal.words) from refusal
    except CANNOT_RUN as error:
        raise click.ClickException(why(error)) from error
