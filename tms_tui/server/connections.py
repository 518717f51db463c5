"""The HTTP connections of this node: how many a network may hold, and which are cut for keeping it waiting."""

import asyncio
import itertools
from typing import Final, Protocol

from tms_tui.server.clock import Clock
from tms_tui.server.metrics import Metrics
from tms_tui.server.networks import UNKNOWN, network
from tms_tui.server.proxies import Proxies
from tms_tui.server.settings import HttpPatience, ServerSettings

EVERY: Final = 1.0
"""Seconds between two looks at the connections."""


class Held(Protocol):
    """A connection as it is counted here."""

    @property
    def host(self) -> str | None:
        """Its peer's address."""
        ...

    def waiting(self) -> bool:
        """Whether no request of it is under way: it is idle, or its headers are not complete."""
        ...

    def arriving(self) -> bool:
        """Whether the body of its request is still under way: nobody works on an answer yet."""
        ...

    def unsent(self) -> int:
        """Bytes of answers that the peer has not taken yet."""
        ...

    def overdue(self, now: float) -> bool:
        """Whether its peer takes too long over what it sends or reads; `now` by the clock of these connections."""
        ...

    def give_up(self) -> None:
        """Says that it took too long, where that can be said, and closes."""
        ...

    def abort(self) -> None:
        """Closes at once."""
        ...


class Connections:
    """Sockets are counted elsewhere: an upgraded connection leaves. A trusted proxy may hold any number."""

    def __init__(self, settings: ServerSettings, proxies: Proxies, clock: Clock, metrics: Metrics) -> None:
        self.patience: HttpPatience = settings.http_patience
        self.clock = clock
        self._most_of_network = settings.connections_per_network
        self._most = settings.connections_per_node
        self._most_unsent = settings.unsent_per_network
        self._proxies = proxies
        self._cut = metrics.cut
        self._of_proxies: dict[Held, None] = {}
        self.groups: dict[str, dict[Held, None]] = {}
        """By network, oldest first."""
        self._count = 0

    def __len__(self) -> int:
        return self._count + len(self._of_proxies)

    def entered(self, one: Held) -> bool:
        """Counts it in, or is False: there is no room.

        When there are too many, one goes that waits for its next request, else the oldest whose body has not arrived;
        never one whose request is being answered.
        """
        if one.host is not None and self._proxies.trusts(one.host):
            self._of_proxies[one] = None
            return True
        name = _network(one)
        if not self._has_room(name):
            self._cut.labels("no room").inc()
            return False
        self.groups.setdefault(name, {})[one] = None
        self._count += 1
        return True

    def left(self, one: Held) -> None:
        """Counts it out; may be said again."""
        self._of_proxies.pop(one, None)
        name = _network(one)
        group = self.groups.get(name, {})
        if one in group:
            del group[one]
            self._count -= 1
            if not group:
                del self.groups[name]

    async def watch(self) -> None:
        """Cuts whoever keeps this node waiting, for ever."""
        while True:
            await asyncio.sleep(EVERY)
            self.look_round()

    def look_round(self) -> None:
        """Cuts whoever keeps this node waiting now."""
        now = self.clock.monotonic()
        for one in [*self._of_proxies, *itertools.chain.from_iterable(self.groups.values())]:
            if one.overdue(now):
                self._cut.labels("too slow").inc()
                one.give_up()
        for group in self.groups.values():
            self._cut_unread(group)

    def _has_room(self, name: str) -> bool:
        group = self.groups.get(name, {})
        if len(group) >= self._most_of_network and not self._make_room(group):
            return False
        return self._count < self._most or self._make_room_on_the_node(len(group))

    def _make_room_on_the_node(self, own: int) -> bool:
        """The largest network gives way. `own`: how many the newcomer's holds; a larger one loses a body on its way."""
        for group in sorted(self.groups.values(), key=len, reverse=True):
            if len(group) < own:
                return False
            if self._make_room(group, arriving=len(group) > own):
                return True
        return False

    def _make_room(self, group: dict[Held, None], *, arriving: bool = False) -> bool:
        oldest = next((one for one in group if one.waiting()), None)
        if oldest is None and arriving:
            oldest = next((one for one in group if one.arriving()), None)
        if oldest is None:
            return False
        self._cut.labels("made room").inc()
        self.left(oldest)
        oldest.abort()
        return True

    def _cut_unread(self, group: dict[Held, None]) -> None:
        """Answers that nobody takes lie in memory: of one network no more than so many bytes."""
        unsent = {one: one.unsent() for one in group}
        total = sum(unsent.values())
        for one, size in sorted(unsent.items(), key=lambda item: -item[1]):
            if total <= self._most_unsent:
                return
            total -= size
            self._cut.labels("unread answers").inc()
            one.abort()


def _network(one: Held) -> str:
    return UNKNOWN if one.host is None else network(one.host)
