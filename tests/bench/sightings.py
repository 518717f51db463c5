"""When did a text first stand on the screen? Asked of the recording, after the fact."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tests.terminal.pty_driver import Terminal
from tests.terminal.vt_screen import VtScreen


@dataclass(frozen=True, slots=True)
class Wanted:
    """A text that nothing but the thing measured can show, looked for in what came from `since` on.

    `above` and `from_col` narrow the search to rows higher up and to columns from there on.
    """

    text: str
    since: float
    above: int = 1 << 16
    from_col: int = 0


def latencies(terminal: Terminal, wanted: Sequence[Wanted]) -> list[float]:
    """Milliseconds from `since` to the read that showed the text, in the order asked; infinite: never shown.

    Draws all that the terminal has recorded and not drawn yet.
    """
    coming = sorted(wanted, key=lambda want: want.since, reverse=True)
    live: list[Wanted] = []
    seen: dict[Wanted, float] = {}
    screen = terminal.drawn
    screen.take_touched()
    while chunk := terminal.draw_next():
        while coming and coming[-1].since <= chunk.at:
            live.append(coming.pop())
        touched = screen.take_touched()
        for want in [want for want in live if _stands(want, screen, touched)]:
            seen[want] = (chunk.at - want.since) * 1000
            live.remove(want)
    return [seen.get(want, math.inf) for want in wanted]


def _stands(want: Wanted, screen: VtScreen, rows: set[int]) -> bool:
    return any(screen.line(row).find(want.text, want.from_col) >= 0 for row in rows if row < want.above)
