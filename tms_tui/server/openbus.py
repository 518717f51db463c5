"""The bus named by the settings."""

from urllib.parse import urlsplit

from tms_tui.server.bus import Bus, MemoryBus
from tms_tui.server.settings import ServerSettings


def open_bus(settings: ServerSettings, node: str) -> Bus:
    """Raises ValueError for a scheme nobody serves or a password in the URL, OSError for its file."""
    place = urlsplit(settings.bus)
    if place.scheme == "memory":
        return MemoryBus()
    if place.scheme not in ("redis", "rediss"):
        words = f"There is no bus for {place.scheme}:// addresses; memory:// and redis:// are served."
        raise ValueError(words)
    if place.password is not None:
        words = "The bus URL holds a password, which anyone on this machine can read. Put it in a file."
        raise ValueError(words)
    # Deferred: a single node need not load the driver.
    from tms_tui.server.redisbus import RedisBus

    file = settings.bus_password
    return RedisBus(settings.bus, node, None if file is None else file.read_text().strip())
