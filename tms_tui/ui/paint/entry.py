"""An entry of a transcript as rows of a given width: time, who, a gutter, the text, its state."""

from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tms_tui import wording
from tms_tui.domain.entries import Delivery, Entry, GapMark, PendingSend
from tms_tui.domain.errors import Failure
from tms_tui.domain.model import AuthorType, Message, MessageKind
from tms_tui.domain.text import clean
from tms_tui.ui.paint.cells import cells, clip, fit, wrap
from tms_tui.ui.paint.excerpt import excerpt
from tms_tui.ui.paint.look import Look
from tms_tui.ui.paint.row import Row
from tms_tui.wording import rows as said

_NARROWEST_NAME = 6
"""Fewer cells tell nothing of a longer name, so that the role stands alone."""


class Columns(NamedTuple):
    """Cells for the time (0: none), the author and the text."""

    time: int
    author: int
    text: int


class Face(NamedTuple):
    """What is not in the text: who wrote it when, and how it has gone."""

    at: float
    role: str
    name: str
    head: Style
    body: Style
    gutter: str
    delivery: Delivery | None
    failure: Failure | None = None
    tampered: int = 0
    account: str = ""
    """What tells an agent apart from another one of that name."""


def columns(width: int) -> Columns:
    """Divide a row of `width` cells; the text always gets two or more."""
    time = 6 if width >= 34 else 0
    author = 0 if width < 24 else min(24, max(9, width // 5)) + 1
    return Columns(time, author, max(2, width - 3 - time - author))


def entry_rows(
    entry: Entry,
    delivery: Delivery | None,
    width: int,
    look: Look,
    *,
    mine: bool = False,
    selected: bool = False,
    account: str = "",
) -> list[Strip]:
    """Return the rows of one entry, each exactly `width` cells; at least one row.

    `account` tells its author apart from another agent of that name.
    """
    if isinstance(entry, GapMark):
        words = wording.gap(entry, entry.ended_at)
        return [ruled(words, width, look.alert, look.signs.pointer if selected else " ")]
    if isinstance(entry, PendingSend):
        return _rows(_pending_face(entry, look), clean(entry.draft.text), width, look, selected=selected)
    face = _message_face(entry, delivery, look, mine=mine)
    if account and not mine:
        face = face._replace(name=f"{face.name} ({account})", account=account)
    return _rows(face, entry.text, width, look, selected=selected)


def ruled(words: str, width: int, style: Style, pointer: str = " ") -> Strip:
    """Return one row with words in its middle, as no message has them: it begins left of every gutter."""
    stated = clip(f"-- {words} --", max(0, width - 1))
    left = (width - cells(stated)) // 2
    return _strip(
        [Segment(pointer, style), Segment(fit(" " * max(0, left - 1) + stated, max(0, width - 1)), style)], width
    )


def _pending_face(send: PendingSend, look: Look) -> Face:
    private = send.draft.private
    body, gutter = (look.note, look.signs.note) if private else (look.base, look.signs.public)
    return Face(send.draft.asked_at, "you", "", look.you, body, gutter, send.delivery, send.failure)


def _message_face(message: Message, delivery: Delivery | None, look: Look, *, mine: bool) -> Face:
    author = message.author
    role, name, head = wording.role(author), str(author.name), look.agent
    body, gutter = look.base, look.signs.public
    if message.kind is MessageKind.SYSTEM or author.type is AuthorType.SYSTEM:
        role, name, head, body, gutter = "system", "", look.system, look.system, look.signs.system
    elif mine:
        role, name, head = "you", "", look.you
    elif author.type is AuthorType.VISITOR:
        head = look.customer
    if message.private:
        body, gutter = look.note, look.signs.note
    return Face(message.created_at, role, name, head, body, gutter, delivery, None, message.tampered)


def _rows(face: Face, text: str, width: int, look: Look, *, selected: bool) -> list[Strip]:
    cut = excerpt(text)
    room = columns(width).text
    is_note = face.gutter == look.signs.note
    lines = [f"{said.NOTE} {cut.lines[0]}", *cut.lines[1:]] if is_note else cut.lines
    rows = [Part(face.gutter, row, face.body) for line in lines for row in wrap(line, room)]
    rows += [
        Part(look.signs.system, row, look.dim)
        for row in _remarks(face, said.left_out(cut.lines_left, cut.characters_left), room)
    ]
    return _with_head(_with_state(rows, face, room, look), face, width, look, selected=selected)


class Part(NamedTuple):
    """One row right of the author column; `state` stands at its right end."""

    gutter: str
    text: str
    style: Style
    state: str = ""


def _remarks(face: Face, cut: str, room: int) -> list[str]:
    remarks = wrap(cut, room) if cut else []
    if face.tampered:
        remarks += wrap(said.tampered(face.tampered), room)
    return remarks


def _with_state(rows: list[Part], face: Face, room: int, look: Look) -> list[Part]:
    if face.delivery is None:
        return rows
    words = clip(wording.delivery(face.delivery, face.failure, look.ways), 1_000)
    last = rows[-1]
    if cells(last.text) + 2 + cells(words) <= room:
        rows[-1] = last._replace(state=words)
    elif cells(words) <= room:
        rows.append(Part(look.signs.system, "", look.base, words))
    else:
        rows += [Part(look.signs.system, row, look.alert) for row in wrap(words, room)]
    return rows


def _with_head(rows: list[Part], face: Face, width: int, look: Look, *, selected: bool) -> list[Strip]:
    space = columns(width)
    is_bad = face.delivery in {Delivery.REFUSED, Delivery.HELD, Delivery.DOUBTFUL}
    state_style = look.alert if is_bad else look.dim
    head = _head(face, space, look, selected=selected)
    blank = [Segment(" " * (1 + space.time + space.author), face.head)]
    strips: list[Strip] = []
    for row in rows:
        text = Segment(fit(row.text, space.text - cells(row.state)), row.style)
        state = [Segment(row.state, state_style)] if row.state else []
        strips.append(_strip([*(blank if strips else head), Segment(f"{row.gutter} ", face.head), text, *state], width))
    return strips


def _head(face: Face, space: Columns, look: Look, *, selected: bool) -> list[Segment]:
    pointer = look.signs.pointer if selected else " "
    head = [Segment(pointer, look.selected if selected else look.dim)]
    if space.time:
        head.append(Segment(fit(wording.clock(face.at, face.at), space.time), look.selected if selected else look.dim))
    if space.author:
        author = _author(face, space.author - 1)
        head += (
            [Segment(author, look.selected), Segment(" ", face.head)]
            if selected
            else [Segment(f"{author} ", face.head)]
        )
    return head


def _author(face: Face, width: int) -> str:
    room = width - len(face.role) - 1
    if face.account and room < cells(face.name):
        return fit(face.account, width)
    if not face.name or room < min(_NARROWEST_NAME, cells(face.name)):
        return fit(face.role, width)
    return fit(f"{face.role} {face.name}", width)


def _strip(segments: list[Segment], width: int) -> Strip:
    strip = Row(segments)
    return strip if strip.cell_length == width else strip.crop(0, width)
