"""What the operator's options may be: nonsense is refused when it is typed, by the option's name."""

import math
import socket
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, ClassVar, Final

import click

LONGEST_DRAIN: Final = 3600
"""Seconds; whoever wants a longer one has mistaken the unit."""
OLDEST_DAYS: Final = 36_500


class Checked(click.ParamType[str]):
    """A text that `check` gives back as it is to be used, or raises ValueError with a sentence for."""

    def __init__(self, name: str, check: Callable[[str], str]) -> None:
        self.name = name
        self._check = check

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return self._check(str(value))
        except ValueError as wrong:
            self.fail(str(wrong), param, ctx)


class Seconds(click.FloatRange):
    """A span that ends: neither infinite nor no number at all."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        seconds = float(super().convert(value, param, ctx))
        if not math.isfinite(seconds):
            self.fail(f"{value} is not a number of seconds", param, ctx)
        return seconds


class Age(click.ParamType[float]):
    """A number of days or hours, in seconds."""

    name = "age"
    _UNITS: ClassVar = {"d": 86_400, "h": 3_600}

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number, unit = str(value)[:-1], str(value)[-1:]
        if not number.isdecimal() or len(number) > 9 or unit not in self._UNITS:
            self.fail("say days or hours, as in 90d or 12h", param, ctx)
        seconds = int(number) * self._UNITS[unit]
        if seconds > OLDEST_DAYS * self._UNITS["d"]:
            self.fail(f"{OLDEST_DAYS}d is the most", param, ctx)
        return float(seconds)


def host(typed: str) -> str:
    """An address of this machine or a name that leads to one, IPv6 without brackets; raises ValueError."""
    name = typed.strip().removeprefix("[").removesuffix("]")
    try:
        return str(ip_address(name))
    except ValueError:
        pass
    try:
        if not name:
            raise OSError
        socket.getaddrinfo(name, None, socket.AF_INET)
    except (OSError, UnicodeError):
        words = f"{typed!r} is neither an address nor the name of one. Give one like 127.0.0.1, 0.0.0.0 or ::"
        raise ValueError(words) from None
    return name


def hop(typed: str) -> str:
    """The address or the network of a proxy; raises ValueError."""
    try:
        return str(ip_network(typed.strip().strip("[]"), strict=False)) if "/" in typed else str(ip_address(typed))
    except ValueError:
        raise ValueError(f"{typed!r} is no address and no network. Give one like 10.0.0.7 or 10.0.0.0/24") from None


def tenant(typed: str) -> str:
    """A name that is not blank; raises ValueError."""
    if not typed.strip() or not typed.isprintable() or len(typed) > 200:
        raise ValueError("a tenant's name is one to 200 letters, none of them invisible")
    return typed


def bus(typed: str) -> str:
    """The URL of a bus that is served; raises ValueError."""
    from tms_tui.server.openbus import served

    served(typed)
    return typed


def database(typed: str) -> str:
    """The URL of a store that is served; raises ValueError."""
    from sqlalchemy.exc import ArgumentError

    from tms_tui.server.store.database import resolved

    try:
        resolved(typed)
    except ArgumentError:
        raise ValueError("this is no database URL. Give one like postgresql://user@host/name") from None
    return typed


def key(_context: click.Context, _option: click.Parameter, file: Path | None) -> Path | None:
    """The file of a signing key that is strong enough."""
    from tms_tui.server.keys import WeakKeyError, signing_key

    if file is not None:
        try:
            signing_key(file.parent, file)
        except WeakKeyError as weak:
            raise click.BadParameter(str(weak)) from None
        except OSError as error:
            raise click.BadParameter(f"{file} cannot be read: {error.strerror}.") from None
    return file


def writable(_context: click.Context, _option: click.Parameter, file: Path | None) -> Path | None:
    """A file whose folder is there."""
    if file is not None and not file.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder {file.absolute().parent}")
    return file


HOST: Final = Checked("address", host)
HOP: Final = Checked("address", hop)
BUS: Final = Checked("url", bus)
DATABASE: Final = Checked("url", database)
TENANT: Final = Checked("name", tenant)
AGE: Final = Age()
DRAIN: Final = Seconds(0, LONGEST_DRAIN)
