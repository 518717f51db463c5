"""What nodes tell each other: that the log grew, who is there, and the little that is never stored."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from tms_tui.server.settings import Rate


class LogGrew(msgspec.Struct, tag=True, frozen=True):
    """There are new events in a tenant's log, from cursor `first` to `last`, committed at this moment."""

    tenant_id: str
    first: int
    last: int
    committed_at: float


class Whisper(msgspec.Struct, tag=True, frozen=True):
    """A frame for whoever is listening now: typing, presence, an agent's read mark.

    `key`: what it is about; of those with the same key only the latest counts.
    """

    tenant_id: str
    frame: str
    session_id: str | None = None
    to_agents: bool = True
    to_visitor: bool = False
    except_agent: str | None = None
    key: str = ""


class LoginEnded(msgspec.Struct, tag=True, frozen=True):
    """The tokens of one sign-in are dead: its sockets close."""

    tenant_id: str
    login_id: str


class MarkMoved(msgspec.Struct, tag=True, frozen=True):
    """An agent read on; whoever keeps read marks in memory forgets those of this session."""

    tenant_id: str
    session_id: str


class Missed(msgspec.Struct, tag=True, frozen=True):
    """Notices may have been lost: whatever is remembered on their word is to be asked for again."""


class Roster(msgspec.Struct, tag=True, frozen=True):
    """Everybody connected to one node: its lease, renewed by saying it again."""

    node: str
    agents: dict[str, dict[str, str | None]] = {}
    """Tenant -> agent -> the session that agent looks at."""
    visitors: dict[str, list[str]] = {}
    """Tenant -> the sessions whose customer is there."""
    leaving: bool = False
    """The node's last words: its customers are somebody else's to look after."""


@dataclass(frozen=True, slots=True)
class Draw:
    """So many to be taken from one bucket; never more than it holds when full."""

    bucket: str
    rate: Rate
    many: int = 1


Notice = LogGrew | Whisper | LoginEnded | MarkMoved | Missed | Roster
Hear = Callable[[Notice], None]


class Bus(Protocol):
    """At most once: a notice may be lost, so nothing durable rests on it."""

    @property
    def reachable(self) -> bool:
        """Whether other nodes can be heard now."""
        ...

    async def start(self, hear: Hear, installation: str) -> None:
        """Hears and tells the nodes of this installation alone, whoever else uses the same exchange."""
        ...

    async def publish(self, notice: Notice) -> None:
        """To every node, this one included; never waits for the others."""
        ...

    async def register(self, roster: Roster, lease: float) -> None:
        """To every other node, and to those that start within `lease` seconds."""
        ...

    async def take(self, bucket: str, rate: Rate, many: int = 1) -> float | None:
        """Takes from a bucket shared by all nodes, or gives back a negative number.

        The seconds to wait until there are so many, or None where no bucket is shared.
        """
        ...

    async def take_all(self, draws: Sequence[Draw]) -> list[float] | None:
        """The same from several, all or nothing: of each the seconds to wait, and what was taken if all are 0."""
        ...

    async def ping(self) -> None:
        """Raises OSError when the bus cannot be reached."""
        ...

    async def close(self) -> None: ...


class Exchange:
    """Where the memory buses of one process meet."""

    def __init__(self) -> None:
        self.hears: list[Hear] = []
        self.rosters: dict[str, Roster] = {}


class MemoryBus:
    """One process talking to itself; nodes that share an exchange hear each other."""

    reachable = True

    def __init__(self, exchange: Exchange | None = None) -> None:
        self._exchange = exchange or Exchange()
        self._hear: Hear | None = None

    async def start(self, hear: Hear, installation: str) -> None:  # noqa: ARG002 - an exchange is of one installation
        self._hear = hear
        self._exchange.hears.append(hear)
        for roster in self._exchange.rosters.values():
            hear(roster)

    async def publish(self, notice: Notice) -> None:
        for hear in list(self._exchange.hears):
            hear(notice)

    async def register(self, roster: Roster, lease: float) -> None:  # noqa: ARG002 - hearers keep the lease
        self._exchange.rosters[roster.node] = roster
        for hear in list(self._exchange.hears):
            if hear is not self._hear:
                hear(roster)

    async def take(self, bucket: str, rate: Rate, many: int = 1) -> float | None:  # noqa: ARG002 - nothing is shared
        return None

    async def take_all(self, draws: Sequence[Draw]) -> list[float] | None:  # noqa: ARG002 - nothing is shared here
        return None

    async def ping(self) -> None:
        return

    async def close(self) -> None:
        if self._hear in self._exchange.hears:
            self._exchange.hears.remove(self._hear)
        self._hear = None
