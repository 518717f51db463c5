"""A conversation in the list, on two rows: who and how long they wait; what is new, who holds it, who types."""

from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tms_tui import wording
from tms_tui.core.state import State
from tms_tui.domain.model import Session
from tms_tui.ui.paint.cells import cells, clip, fit
from tms_tui.ui.paint.look import Look
from tms_tui.ui.paint.row import Row
from tms_tui.wording import rows as said


class SessionWords(NamedTuple):
    """What the two rows say; equal words paint equal rows."""

    name: str
    mark: str
    standing: str
    news: str
    holder: str
    typing: str
    online: bool
    waits: bool
    due: bool


def describe(state: State, session: Session, now: float, *, mark: str = "", due_after: float = 0) -> SessionWords:
    """Put a conversation in words.

    `now` in seconds since the epoch; `due_after` seconds of waiting without an answer (0: never) it is due;
    `mark`: what tells it from another of the list whose customer has the same name.
    """
    waited = now - session.waiting_since if session.waiting_since is not None else None
    return SessionWords(
        name=wording.customer(session),
        mark=mark,
        standing=said.standing(session, waited),
        news=said.news(state, session),
        holder=said.holder(state, session),
        typing=said.typing(state, session),
        online=session.customer.online,
        waits=waited is not None,
        due=bool(due_after) and waited is not None and waited >= due_after,
    )


def session_rows(words: SessionWords, width: int, look: Look, *, selected: bool = False) -> tuple[Strip, Strip]:
    """Return the two rows, each exactly `width` cells."""
    if selected:
        head = loud = news = quiet = look.selected
    else:
        head, quiet = look.base, look.dim
        loud = look.alert if words.due else look.customer if words.waits else look.dim
        news = look.customer if words.news else look.you if words.typing else look.dim
    standing = said.due(words.standing) if words.due else words.standing
    online = f"{look.signs.here} {said.ONLINE}" if words.online else ""
    pointer = Segment(f"{look.signs.pointer} " if selected else "  ", head)
    first = _two_ends(words.name, standing, width - 2, head, loud, words.mark)
    second = _two_ends(_second(words), online, width - 2, news, quiet)
    return _strip([pointer, *first], width), _strip([Segment("  ", head), *second], width)


def _second(words: SessionWords) -> str:
    return "  ".join(filter(None, (words.news, words.typing or words.holder)))


def _two_ends(
    left: str, right: str, width: int, left_style: Style, right_style: Style, mark: str = ""
) -> list[Segment]:
    """`mark` stands behind `left`, and is not what is cut off."""
    right = clip(right, max(0, width))
    room = max(0, width - cells(right) - (1 if right else 0))
    gap = " " if right else ""
    if mark:
        left = f"{clip(left, max(0, room - cells(mark) - 1))} {mark}"
    return [Segment(fit(left, room) + gap, left_style), Segment(right, right_style)]


def _strip(segments: list[Segment], width: int) -> Strip:
    row = Row([segment for segment in segments if segment.text])
    return row if row.cell_length == width else row.adjust_cell_length(max(0, width))
