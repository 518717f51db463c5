"""This node among the others: says who is here, hears who is there, and notices who died."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Final

from tms_tui.server.bus import Bus, Roster
from tms_tui.server.elsewhere import Elsewhere

GATHER: Final = 0.1
"""Changes within so many seconds go out as one roster."""

Moved = Callable[[Roster, Roster], None]


class Nodes:
    """`moved` is told what changed at another node: its roster before and now."""

    def __init__(self, bus: Bus, heartbeat: float, now: Callable[[], float] = time.monotonic) -> None:
        self._bus = bus
        self._heartbeat = heartbeat
        self._lease = 3 * heartbeat
        self.elsewhere = Elsewhere(self._lease, now)
        self._changed = asyncio.Event()
        self.moved: list[Moved] = []

    def changed(self) -> None:
        """Somebody came, went or looks elsewhere."""
        self._changed.set()

    def heard(self, roster: Roster) -> None:
        self._tell(self.elsewhere.heard(roster), roster)

    def deaf_until_now(self) -> None:
        self.elsewhere.renew()
        self.changed()

    async def run(self, roll: Callable[[], Roster]) -> None:
        """Renews the lease for ever; `roll` tells who is here."""
        while True:
            await self._bus.register(roll(), self._lease)
            if self._bus.reachable:
                for dead in self.elsewhere.expired():
                    self._tell(dead, Roster(dead.node, leaving=True))
            with contextlib.suppress(TimeoutError):  # the time-out is the heartbeat
                async with asyncio.timeout(self._heartbeat):
                    await self._changed.wait()
                    await asyncio.sleep(GATHER)
            self._changed.clear()

    async def leave(self, roster: Roster) -> None:
        """Last words. The agents stay on it for the lease: within seconds they are back at another node."""
        await self._bus.register(Roster(roster.node, roster.agents, leaving=True), self._lease)

    def _tell(self, before: Roster, now: Roster) -> None:
        for moved in self.moved:
            moved(before, now)
