"""What catches a wrong client: each checker gives the faults it found, and none of a right client."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from rich.segment import Segment
from textual.strip import Strip

from tests.core.desk import ANA, Desk, Rules
from tests.core.living import passed
from tests.core.model_server import TALKS
from tests.core.world import World
from tests.matrix.judge import STORED, History, Intent, Row, Shown, judge
from tests.ui.paint.scene import message
from tms_tui.core.select import entries
from tms_tui.domain.effects import OpenLink
from tms_tui.domain.entries import GapMark, PendingSend
from tms_tui.domain.errors import Ending, EndingKind
from tms_tui.domain.events import LinkLost, LinkProven, LinkWelcomed
from tms_tui.domain.ids import Cursor, SessionId
from tms_tui.domain.model import Message

SEEDS: Final = range(80)
STEPS: Final = 150
HERD: Final = 200
AWAY: Final = 20.0
AT_ONCE: Final = HERD // 4
"""Attempts within a tenth of a second that a server coming back has to bear."""
WRITTEN: Final = (
    "[bold]is this bold?[/bold]",
    "press [TODO] or [1]",
    "[@click=app.quit]a link[/]",
    "[link='https://bank.example']your bank[/link]",
    "take [reverse]this",
)
"""What customers write, and a parser of markup swallows."""

Paint = Callable[[Message], Sequence[Strip]]


def by_the_judge(rules: Rules) -> tuple[str, ...]:
    """Worlds that lose, double, break and crash, and after the calm the judge of all runs."""
    return tuple(
        finding
        for seed in SEEDS
        for finding in judge(history(passed(seed, STEPS, lossy=True, rules=rules))).words().splitlines()
    )


def by_the_badge(rules: Rules) -> tuple[str, ...]:
    """Worlds whose sockets lose nothing while they live: what is missing while the badge says Live is a lie."""
    lies = []
    for seed in SEEDS:
        try:
            passed(seed, STEPS, lossy=False, rules=rules)
        except AssertionError as error:
            lies.append(f"Live in world {seed}, and missing in conversation {str(error).splitlines()[0]}")
    return tuple(lies)


def by_the_herd(rules: Rules) -> tuple[str, ...]:
    """A server goes away for a while, and everybody wants it back."""
    attempts: Counter[int] = Counter()
    for number in range(HERD):
        attempts.update(int(at * 10) for at in returning(rules, random.Random(number)))
    peak = max(attempts.values())
    return (f"{peak} of {HERD} try within a tenth of a second",) if peak > AT_ONCE else ()


def by_the_eye(paint: Paint) -> tuple[str, ...]:
    """Every character of a text is to be seen."""
    return tuple(f"{text!r} is not seen" for text in WRITTEN if text not in seen(paint(message(1, text))))


def history(world: World) -> History:
    """A world as the judge reads it."""
    rows = [
        Row(one.id, one.session, one.seq, one.text, one.send_id, one.private)
        for talk in TALKS
        for one in world.server.lists[talk]
    ]
    held = tuple(row for row in rows if row.seq >= _first(world, SessionId(row.session)))
    older = {row.send_id for row in rows} - {row.send_id for row in held}
    intents = tuple(
        Intent(one.send_id, one.session, one.text, one.private)
        for one in world.asked.values()
        if one.send_id not in older
    )
    return History(intents, held, tuple(row for talk in TALKS for row in shown(world, talk)))


def _first(world: World, talk: SessionId) -> int:
    """Where the held part of a conversation begins: older pages nobody asked for."""
    return world.desk.state.transcript(talk).oldest_seq or 1


def shown(world: World, talk: SessionId) -> list[Shown]:
    """The rows of one conversation."""
    rows = []
    for entry in entries(world.desk.state, talk):
        if isinstance(entry, PendingSend):
            rows.append(Shown(talk, entry.delivery, entry.draft.text, None, entry.draft.send_id))
        elif not isinstance(entry, GapMark):
            rows.append(Shown(talk, STORED, entry.text, entry.id, entry.send_id))
    return rows


def returning(rules: Rules, chance: random.Random) -> list[float]:
    """When one console tries to connect, in seconds from the moment the server went away, until it is there again."""
    desk = Desk(rules=rules)
    desk.sign_in()
    desk.take(LinkWelcomed(ANA.id, 0.0, resumed=False, cursor=Cursor("0")))
    desk.take(LinkProven(0.01))
    desk.advance(30.0)
    desk.took(OpenLink)
    desk.chance = chance.random()
    desk.take(LinkLost(Ending(EndingKind.LOST)))
    left = desk.now
    tried: list[float] = []
    while not tried or tried[-1] < AWAY:
        desk.chance = chance.random()
        desk.advance(0.05)
        if desk.took(OpenLink):
            tried.append(desk.now - left)
            desk.take(LinkLost(Ending(EndingKind.UNREACHED)))
    return tried


def seen(rows: Sequence[Strip]) -> str:
    """The words of a message as they stand on the screen, joined over its rows."""
    return " ".join("".join(map(_words, row)).rpartition("| ")[2].rstrip() for row in rows)


def _words(segment: Segment) -> str:
    return segment.text
