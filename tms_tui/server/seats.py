"""The sockets of this node: how many there may be of a network, of a conversation, and of customers altogether."""

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final, TypeVar

from tms_tui.server.clock import Clock
from tms_tui.server.errors import Refusal, too_many
from tms_tui.server.limits import Limiter
from tms_tui.server.settings import ServerSettings

AGENT: Final = "agent"
VISITOR: Final = "visitor"
CODE: Final = "too_many_sockets"
WORDS: Final = "Your network has too many connections open. Close some, then come back."
Key = TypeVar("Key", bound=Hashable)


@dataclass(eq=False, slots=True)
class Seat:
    """One socket's place, held from before its upgrade until it is closed."""

    kind: str
    network: str
    introduced: bool


class Seats:
    """Counts sockets by kind and network; customers never take the room that is kept for agents."""

    def __init__(self, settings: ServerSettings, clock: Clock) -> None:
        self._most = settings.sockets_per_node
        self._most_of_visitors = max(1, int(settings.sockets_per_node * settings.visitors_share))
        self._most_of_network = settings.sockets_per_network
        self._most_unintroduced = settings.unintroduced_per_network
        self._opens = Limiter(settings.network_open_rate, clock)
        self._of_conversation = Limiter(settings.conversation_open_rate, clock)
        self._held: Counter[str] = Counter()
        self._networks: Counter[tuple[str, str]] = Counter()
        self._unintroduced: Counter[str] = Counter()

    def __len__(self) -> int:
        return self._held.total()

    @property
    def full(self) -> bool:
        """Whether not even an agent gets in."""
        return len(self) >= self._most

    def take(self, kind: str, network: str) -> Seat:
        """Raises 503 `node_full`, and 429 `too_many_sockets` for a network that has, or opens, too many."""
        if self.full or (kind == VISITOR and self._held[VISITOR] >= self._most_of_visitors):
            raise Refusal(503, "node_full", "This server is full. Come back.", retry_after=5)
        wait = self._opens.take(f"{kind} {network}")
        if wait > 0:
            raise too_many(wait, CODE)
        unintroduced = kind == VISITOR
        if self._networks[kind, network] >= self._most_of_network or (
            unintroduced and self._unintroduced[network] >= self._most_unintroduced
        ):
            raise Refusal(429, CODE, WORDS, retry_after=5)
        self._held[kind] += 1
        self._networks[kind, network] += 1
        self._unintroduced[network] += unintroduced
        return Seat(kind, network, introduced=not unintroduced)

    def introduce(self, seat: Seat, session_id: str) -> float:
        """Notes whose socket it is; 0.0, or the seconds until this conversation may open another one."""
        if not seat.introduced:
            seat.introduced = True
            _release(self._unintroduced, seat.network)
        return self._of_conversation.take(session_id)

    def leave(self, seat: Seat) -> None:
        _release(self._held, seat.kind)
        _release(self._networks, (seat.kind, seat.network))
        if not seat.introduced:
            seat.introduced = True
            _release(self._unintroduced, seat.network)


def _release(counts: Counter[Key], key: Key) -> None:
    counts[key] -= 1
    if counts[key] <= 0:
        del counts[key]
