"""Long work on the store in short transactions, with a pause after each in which the servers write."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.server.store.database import Database
from tms_tui.server.store.old import Sized

PORTION_ROWS: Final = 500
"""About so many rows go in one transaction: some ten milliseconds, which nobody at a console notices."""
PORTION_SESSIONS: Final = 100
SHORTEST_PAUSE: Final = 0.02
"""Seconds; SQLite's waiting writers look again within 25 ms at first."""

Result = TypeVar("Result")


@dataclass(slots=True)
class Gone:
    """What is deleted so far; grows while the work goes on, so that an interrupted one can say how far it got."""

    counts: dict[str, int] = field(default_factory=dict)

    def add(self, what: str, count: int) -> None:
        self.counts[what] = self.counts.get(what, 0) + count

    def __str__(self) -> str:
        return ", ".join(f"{count} {what}" for what, count in self.counts.items()) or "nothing"


class Portions:
    """One transaction after the other; the pause is at least as long as the transaction was."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def each(self, work: Callable[[AsyncConnection], Awaitable[Result]]) -> Result:
        started = time.monotonic()
        async with self.database.write() as connection:
            result = await work(connection)
        await asyncio.sleep(max(SHORTEST_PAUSE, time.monotonic() - started))
        return result


def sized(found: Iterable[Sized]) -> Iterator[list[Sized]]:
    """In groups that hold no more messages than a portion; what is larger stands alone."""
    group: list[Sized] = []
    held = 0
    for one in found:
        if group and (held + one.messages > PORTION_ROWS or len(group) == PORTION_SESSIONS):
            yield group
            group, held = [], 0
        group.append(one)
        held += one.messages
    if group:
        yield group
