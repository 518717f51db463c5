"""What happened on the line so far: its history, its counters, and how long messages took to come here."""

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Collection

from tms_tui.domain.changes import Bound
from tms_tui.domain.errors import Ending, EndingKind, Failure
from tms_tui.domain.ids import Cursor
from tms_tui.domain.policy import DELIVERY_BOUNDS, LATENCIES_KEPT, TURNS_KEPT
from tms_tui.domain.text import CleanText
from tms_tui.domain.value import Record, Value, field

EVENTS_REMEMBERED = 512
"""An event that a socket brings again is known as long as no more than this came in between."""


class Turn(Value):
    """The line came about (`ending` is None), ended, or could not be opened. Times in seconds since the epoch."""

    at: float
    ending: Ending | None
    lasted: float
    """Seconds that were over then: of a line that was up, or of a time without one."""
    was_up: bool = False
    """Whether a line ended that had been up."""
    attempts: int = 1
    """Attempts in a row that failed like this one, the last of them at `until`."""
    until: float | None = None


class Summary(Value):
    """How some durations are spread, in seconds."""

    count: int
    median: float
    p95: float
    p99: float
    longest: float


class Heard(Record):
    """What sockets brought lately, to know what comes twice."""

    order: deque[Cursor] = field(default_factory=deque)
    known: set[Cursor] = field(default_factory=set)


class Health(Record):
    """Counters since the start."""

    connects: int = 0
    failures: int = 0
    reconnects: int = 0
    """Sockets that came about after one was lost."""
    duplicates: int = 0
    """Events that a socket brought a second time."""
    gaps_filled: int = 0
    """What no socket brought, and reading did."""
    deaf: int = 0
    bounds: Counter[Bound] = field(default_factory=Counter)
    """How often something of the server's had no end of its own, and met one here."""
    unread: Counter[str] = field(default_factory=Counter)
    last_unread: deque[str] = field(default_factory=lambda: deque(maxlen=20))
    failures_seen: deque[tuple[float, Failure]] = field(default_factory=lambda: deque(maxlen=20))
    turns: deque[Turn] = field(default_factory=lambda: deque(maxlen=TURNS_KEPT))
    turned: float | None = None
    """When the line last came or went, on the monotonic clock."""
    proxy: CleanText = CleanText("")
    """Through which the server is reached; empty for none."""
    pings: deque[float] = field(default_factory=lambda: deque(maxlen=LATENCIES_KEPT))
    """Seconds from a ping to its pong."""
    deliveries: deque[float] = field(default_factory=lambda: deque(maxlen=LATENCIES_KEPT))
    """Seconds from the server's time of a message to its coming here, see `delivered`."""
    delivery_counts: list[int] = field(default_factory=lambda: [0] * (len(DELIVERY_BOUNDS) + 1))
    """How many deliveries took at most each of DELIVERY_BOUNDS and more than the one before; the last: more."""
    delivery_seconds: float = 0.0
    """All deliveries together."""
    server_clock: float | None = None
    """What to add to the monotonic clock for the server's time, while a socket is up."""
    welcomed_at: float = 0.0
    """When this socket was welcomed, by the server's clock."""
    skew: float | None = None
    """Seconds by which the server's clock was ahead of this computer's, at the last welcome."""
    heard: Heard = field(default_factory=Heard)

    @property
    def endings(self) -> list[tuple[float, Ending]]:
        """How sockets ended and attempts failed, oldest first; equal ones in a row once."""
        return [(turn.at, turn.ending) for turn in self.turns if turn.ending is not None]


def came_up(health: Health, now: float, here: float, server_time: float) -> None:
    """A socket was welcomed at `server_time`, by the server's clock; `here`, by this computer's."""
    _turn(health, now, server_time, None)
    health.server_clock, health.welcomed_at = server_time - now, server_time
    health.skew = server_time - here


def went_down(health: Health, now: float, wall: float, ending: Ending, *, was_live: bool) -> None:
    """A socket ended, or did not come about."""
    health.server_clock = None
    health.failures += ending.kind is not EndingKind.ASKED
    last = health.turns[-1] if health.turns else None
    if was_live:
        _turn(health, now, wall, ending, was_up=True)
    elif last is None or last.ending is None or last.was_up or not _alike(last.ending, ending):
        health.turns.append(Turn(wall, ending, now - health.turned if health.turned is not None else 0.0))
    else:
        health.turns[-1] = Turn(last.at, ending, last.lasted, attempts=last.attempts + 1, until=wall)


def proven(health: Health, latency: float) -> None:
    """A ping was answered: the welcome had been on its way for about half that long."""
    if health.server_clock is not None and not health.pings:
        health.server_clock += latency / 2
    health.pings.append(latency)


def delivered(health: Health, created_at: float, now: float) -> None:
    """A message came for the first time, by the socket or by reading.

    Measured is the time from `created_at`, the server's clock when it stored the message, to `now` on the monotonic
    clock, which the welcome's own time and half a ping tie to the server's: so a wrong or jumping clock here does not
    matter. What was stored before this socket was welcomed waited for the line and is not measured.
    """
    if health.server_clock is None or created_at < health.welcomed_at:
        return
    # None comes before it is stored: if it seems so, the welcome was read late, and its time was old by then.
    health.server_clock = max(health.server_clock, created_at - now)
    took = now + health.server_clock - created_at
    health.deliveries.append(took)
    health.delivery_counts[bisect_left(DELIVERY_BOUNDS, took)] += 1
    health.delivery_seconds += took


def brought_twice(health: Health, cursor: Cursor) -> bool:
    """Whether a socket brought this event before; remembers that it did."""
    heard = health.heard
    if cursor in heard.known:
        health.duplicates += 1
        return True
    heard.known.add(cursor)
    heard.order.append(cursor)
    if len(heard.order) > EVENTS_REMEMBERED:
        heard.known.discard(heard.order.popleft())
    return False


def summary(durations: Collection[float]) -> Summary | None:
    """Percentiles by nearest rank; None without any."""
    if not durations:
        return None
    inside = sorted(durations)

    def rank(share: float) -> float:
        return inside[min(len(inside) - 1, int(share * len(inside)))]

    return Summary(len(inside), rank(0.5), rank(0.95), rank(0.99), inside[-1])


def _turn(health: Health, now: float, wall: float, ending: Ending | None, *, was_up: bool = False) -> None:
    lasted = now - health.turned if health.turned is not None else 0.0
    health.turned = now
    health.turns.append(Turn(wall, ending, lasted, was_up))


def _alike(one: Ending, other: Ending) -> bool:
    return (one.kind, one.code) == (other.kind, other.code)
