"""Every attack, in the order they are made; `python -m tests.load.attacks` is the process that makes them.

It reads an `Order` a line, makes ready, says so, waits for the word and strikes; then it writes its `Tally`.
"""

import asyncio
import os
import ssl
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from tests.load import http_attacks, socket_attacks, work_attacks
from tests.load.door import Door
from tests.load.raid import GO, LINE, READY, Attack, Order, Raid
from tests.load.stranger import Tally
from tests.server.balancers import CERTIFICATE


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table. `least`: what must have been made for the attack to count as made, at full strength."""

    name: str
    attack: Attack
    least: Mapping[str, int]
    seconds: float = 1.0
    """How long it takes, as a multiple of the others' time."""
    kept: int = 0
    """Conversations of former years that the store must hold."""
    ended: bool = False
    """Those have ended."""
    hashes: bool = False
    """It makes the server check passwords, whose memory is then not the attack's."""
    on_nothing: bool = True
    """It can be made on a server that does nothing, which shows what making it costs."""

    def least_at(self, share: float) -> dict[str, int]:
        """The same at that share of the full strength."""
        return {kind: max(1, int(count * share)) for kind, count in self.least.items()}

    @property
    def words(self) -> str:
        return (self.attack.__doc__ or self.name).strip().rstrip(".")


ROWS: Final = (
    Row("whispers", socket_attacks.whispers_in_bursts, {"frames": 275, "sockets": 5}),
    Row("wide-whispers", socket_attacks.whispers_on_many_sockets, {"frames": 300, "sockets": 15}),
    Row("many-whispers", socket_attacks.whispers_in_many_conversations, {"frames": 300, "sockets": 12}),
    Row("sockets", socket_attacks.sockets_of_one_token, {"sockets": 1009}),
    Row("silent-sockets", socket_attacks.sockets_never_introduced, {"sockets": 1000}),
    Row("churn", socket_attacks.churn, {"sockets": 300}),
    Row("pings", socket_attacks.pings, {"frames": 1000}),
    Row("pongs", socket_attacks.pongs, {"frames": 1000}),
    Row("empty-fragments", socket_attacks.empty_fragments, {"frames": 64}),
    Row("tiny-fragments", socket_attacks.tiny_fragments, {"frames": 64}),
    Row("unread-pongs", socket_attacks.pongs_unread, {"frames": 1000}),
    Row("unread-sockets", socket_attacks.sockets_unread, {"calls": 20}),
    Row("receipts", socket_attacks.receipts, {"frames": 500, "sockets": 4}),
    Row("half-connections", http_attacks.half_connections, {"connections": 200}),
    Row("half-heads", http_attacks.half_heads, {"connections": 200}),
    Row("half-bodies", http_attacks.half_bodies, {"connections": 200}),
    Row("wrong-passwords", http_attacks.wrong_passwords, {"calls": 50}, hashes=True),
    Row("sign-ins", http_attacks.sign_ins_at_once, {"calls": 200}, hashes=True),
    Row("right-sign-ins", http_attacks.right_sign_ins, {"calls": 16}, hashes=True, on_nothing=False),
    Row("starts", http_attacks.starts, {"calls": 300}),
    Row("long-messages", http_attacks.long_messages, {"calls": 300}),
    Row("info", http_attacks.big_info, {"calls": 50}),
    Row("unread-answers", http_attacks.answers_unread, {"connections": 50, "calls": 20}),
    Row("upgrades", http_attacks.upgrades_of_calls, {"connections": 300}),
    Row("pages", http_attacks.public_pages, {"calls": 300}),
    Row("abuser", work_attacks.goes_on, {"calls": 20}, on_nothing=False),
    Row("searches", work_attacks.searches, {"calls": 6}, kept=20_000, on_nothing=False),
    Row("prune", work_attacks.prune, {"conversations": 20_000}, kept=20_000, ended=True, on_nothing=False),
    Row("office", work_attacks.office, {"sockets": 300, "messages": 600}, seconds=6.0, on_nothing=False),
)
ATTACKS: Final[Mapping[str, Row]] = {row.name: row for row in ROWS}


async def _strike(order: Order, words: asyncio.StreamReader) -> Tally:
    trust = ssl.create_default_context(cafile=str(CERTIFICATE)) if order.tls else None

    async def until_told() -> None:
        _say(READY)
        assert await words.readline() == GO

    raid = Raid(order, Door(order.port, trust), until_told)
    try:
        await ATTACKS[order.attack].attack(raid)
    finally:
        raid.leave()
    return raid.tally


def _say(words: bytes) -> None:
    sys.stdout.buffer.write(words)
    sys.stdout.buffer.flush()


async def _serve() -> None:
    words = asyncio.StreamReader(limit=LINE)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(words), sys.stdin)
    while line := await words.readline():
        tally = await _strike(msgspec.json.decode(line, type=Order), words)
        _say(msgspec.json.encode(tally) + b"\n")


def _leave_processors_to_others() -> None:
    """Strangers have machines of their own; here they take what the server and whoever measures leave idle.

    A kernel that weighs sessions against each other (autogroup) gives their session what is due to all others in it.
    """
    if sys.platform == "linux":
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        os.setsid()
        own = Path("/proc/self/autogroup")
        if own.exists():
            own.write_text("19")


if __name__ == "__main__":
    _leave_processors_to_others()
    asyncio.run(_serve())
