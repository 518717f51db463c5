"""What nodes tell each other: that the log grew, and the little that is never stored."""

from collections.abc import Callable
from typing import Protocol

import msgspec


class LogGrew(msgspec.Struct, tag=True, frozen=True):
    """There are new events in a tenant's log."""

    tenant_id: str


class Whisper(msgspec.Struct, tag=True, frozen=True):
    """A frame for whoever is listening now: typing, presence, an agent's read mark."""

    tenant_id: str
    frame: str
    session_id: str | None = None
    to_agents: bool = True
    to_visitor: bool = False
    except_agent: str | None = None


class LoginEnded(msgspec.Struct, tag=True, frozen=True):
    """The tokens of one sign-in are dead: its sockets close."""

    tenant_id: str
    login_id: str


class MarkMoved(msgspec.Struct, tag=True, frozen=True):
    """An agent read on; whoever keeps read marks in memory forgets those of this session."""

    tenant_id: str
    session_id: str


Notice = LogGrew | Whisper | LoginEnded | MarkMoved
Hear = Callable[[Notice], None]


class Bus(Protocol):
    """At most once: a notice may be lost, so nothing durable rests on it."""

    async def start(self, hear: Hear) -> None: ...

    async def publish(self, notice: Notice) -> None: ...

    async def ping(self) -> None:
        """Raises when the bus cannot be reached."""
        ...

    async def close(self) -> None: ...


class MemoryBus:
    """One process talking to itself."""

    def __init__(self) -> None:
        self._hear: Hear | None = None

    async def start(self, hear: Hear) -> None:
        self._hear = hear

    async def publish(self, notice: Notice) -> None:
        if self._hear is not None:
            self._hear(notice)

    async def ping(self) -> None:
        return

    async def close(self) -> None:
        self._hear = None


def open_bus(url: str) -> Bus:
    """The bus named by a URL; raises ValueError for a scheme nobody serves."""
    scheme = url.partition("://")[0]
    if scheme == "memory":
        return MemoryBus()
    words = f"There is no bus for {scheme}:// addresses; memory:// is the one within this process."
    raise ValueError(words)
