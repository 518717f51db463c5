"""The bus named by the settings."""

from typing import Final
from urllib.parse import SplitResult, urlsplit

from tms_tui.server.bus import Bus, MemoryBus
from tms_tui.server.settings import ServerSettings, password_in

_NO_SERVER: Final = "The bus URL names no server. Give one like redis://127.0.0.1:6379"


def open_bus(settings: ServerSettings, node: str) -> Bus:
    """Raises ValueError for a URL that is not served and for what is no text in its file, OSError for the file."""
    if served(settings.bus).scheme == "memory":
        return MemoryBus()
    # Deferred: a single node need not load the driver.
    from tms_tui.server.redisbus import RedisBus

    file = settings.bus_password
    return RedisBus(settings.bus, node, None if file is None else password_in(file))


def served(url: str) -> SplitResult:
    """A bus's URL in its parts; raises ValueError for a scheme nobody serves, a password in it, or no server."""
    place = _split(url)
    if place.scheme not in ("memory", "redis", "rediss"):
        words = f"There is no bus for {place.scheme}:// addresses; memory:// and redis:// are served."
        raise ValueError(words)
    if place.password is not None:
        words = "The bus URL holds a password, which anyone on this machine can read. Put it in a file."
        raise ValueError(words)
    if place.scheme != "memory" and not place.hostname:
        raise ValueError(_NO_SERVER)
    return place


def _split(url: str) -> SplitResult:
    try:
        place = urlsplit(url)
        has_port = place.port != 0
    except ValueError:  # brackets without an address, or a port that is none
        has_port = False
    if not has_port:
        raise ValueError(_NO_SERVER)
    return place
