"""The joint: owns the state, the tasks, the clock, chance and ids; `take` is its one door."""

import asyncio
import contextlib
import logging
import random
import traceback
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tms_tui.core import clocks
from tms_tui.core.apply import apply
from tms_tui.core.state import Moment, State, SyncState
from tms_tui.domain.changes import Change
from tms_tui.domain.events import Event, Leaving, LogRead, Woke
from tms_tui.domain.ids import Cursor, SendId
from tms_tui.domain.model import Capabilities
from tms_tui.engine.clock import Clock
from tms_tui.engine.feed import Feed, Subscriber
from tms_tui.engine.pauses import Pauses
from tms_tui.engine.perform import Performer
from tms_tui.engine.watch import Watch
from tms_tui.transport.ports import Link, Rest, Tokens

if TYPE_CHECKING:  # SQLite takes longer to load than a first frame may
    from tms_tui.engine.keep import Keep

Record = Callable[[Event, Moment], None]
"""Told of every event before it is applied."""
Close = Callable[[], Awaitable[None]]
"""Closes what link and REST keep open, once `run` ends."""

log = logging.getLogger(__name__)


class EngineFailedError(Exception):
    """A fault of the console's own: it cannot go on. `where` names the place, never its data."""

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


class Engine:
    """One desk at work. Events go in by `take`, changes come out to the subscribers."""

    def __init__(  # noqa: PLR0913 - all it is joined to, named
        self,
        link: Link,
        rest: Rest,
        tokens: Tokens,
        *,
        clock: Clock,
        chance: random.Random,
        new_id: Callable[[], str],
        capabilities: Capabilities,
        record: Record | None = None,
        close: Close | None = None,
        keep: "Keep | None" = None,
        pauses: Pauses | None = None,
        watch: Watch | None = None,
        after: Cursor | None = None,
    ) -> None:
        """`after`: read the log from there on, instead of everything that is open."""
        self.state = State(can=capabilities, keeps=keep is not None, sync=SyncState(cursor=after))
        self._keep = keep
        self._pauses = pauses
        self._watch = watch
        self._clock = clock
        self._chance = chance
        self._new_id = new_id
        self._record = record
        self._close = close
        self._feed = Feed(clock, self._deliver)
        self._performer = Performer(link, rest, tokens, clock, self.take, self._outermost, keep)
        self._subscribers: list[Subscriber] = []
        self._inside: deque[Event] | None = None
        self._over = asyncio.Event()
        self._failure: Exception | None = None

    def take(self, event: Event) -> None:
        """Apply one event, feed its changes to the faces and begin its effects.

        An event that comes while another is being taken waits for that one's effects, so that effects
        keep the order of events. After a failure of the engine nothing is taken any more.
        """
        if self._inside is not None:
            self._inside.append(event)
            return
        if self._watch is not None:
            self._watch.look()
        self._inside = deque((event,))
        try:
            while self._inside and self._failure is None:
                self._take_one(self._inside.popleft())
        finally:
            self._inside = None

    async def run(self) -> None:
        """Do all background work until `stop` or cancellation.

        Raises `EngineFailedError` when a fault of the console's own leaves it unable to go on.
        """
        try:
            async with asyncio.TaskGroup() as group:
                self._performer.begin(group)
                try:
                    if self._watch is not None:
                        self._watch.begin(self._woke)
                    await self._restore()
                    await self._over.wait()
                finally:
                    if self._watch is not None:
                        self._watch.end()
                    self.take(Leaving())
                    self._performer.end()
        finally:
            self._feed.close()
            if self._keep is not None:
                self._keep.close()
            if self._close is not None:
                await self._close()
        self.check()

    def stop(self) -> None:
        """Let `run` come to its end."""
        self._over.set()

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Hand every delivery of changes to `callback`; returns what ends that."""
        self._subscribers.append(callback)
        return lambda: self._subscribers.remove(callback)

    def new_send_id(self) -> SendId:
        """A name for one intent to send."""
        return SendId(self._new_id())

    def moment(self) -> Moment:
        """Now, by the monotonic clock and the server's (until that is known, this computer's); and some chance."""
        return clocks.by_server(self.state, self._moment())

    async def settled(self) -> None:
        """Return when no task but the open socket's, no alarm that is due and no undelivered change is left.

        Raises `EngineFailedError` when that never comes.
        """
        while self._failure is None:
            busy = self._performer.busy()
            if busy:
                await asyncio.wait(busy, return_when=asyncio.FIRST_COMPLETED)
            elif self._performer.pending():
                await asyncio.sleep(0)
            elif self._feed.holds:
                self._feed.flush()
            else:
                return
        self.check()

    def check(self) -> None:
        """Raise `EngineFailedError` when a fault of the console's own ended all work."""
        if self._failure is not None:
            raise EngineFailedError(_where(self._failure)) from self._failure

    def _moment(self) -> Moment:
        return Moment(self._clock.now(), self._clock.wall(), self._chance.random())

    def _woke(self, gap: float) -> None:
        self.take(Woke(gap, uncounted=gap))

    async def _restore(self) -> None:
        """Take what an earlier run left on the disk."""
        if self._keep is None:
            return
        self.take(await self._keep.load())

    def _take_one(self, event: Event) -> None:
        try:  # not `_outermost`: entering it takes a third as long as applying a message
            moment = self._moment()
            if self._record is not None:
                self._record(event, moment)
            outcome = apply(self.state, event, moment)
            if outcome.changes:
                self._feed.put(outcome.changes)
            if self._pauses is not None and isinstance(event, LogRead):
                self._pauses.between(moment.now, busy=bool(event.events))
            for effect in outcome.effects:
                self._performer.perform(effect)
        except Exception as error:  # noqa: BLE001 - the engine's outermost
            self._fail(f"taking {type(event).__name__}", error)

    def _deliver(self, changes: tuple[Change, ...]) -> None:
        with self._outermost("showing changes"):
            for subscriber in tuple(self._subscribers):
                subscriber(changes)

    @contextlib.contextmanager
    def _outermost(self, doing: str) -> Iterator[None]:
        """Report what nobody else caught, by its place alone (its words may hold a customer's), and end the engine."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - the engine's outermost
            self._fail(doing, error)

    def _fail(self, doing: str, error: Exception) -> None:
        log.critical("stopped while %s: %s", doing, _where(error))
        self._failure = self._failure or error
        self._over.set()


def _where(error: Exception) -> str:
    """The kind and the innermost place of an error, without words or values."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
