"""A conversation as plain text, for the clipboard and the pager: nothing that depends on a screen."""

import time
from collections.abc import Iterator
from typing import Final, assert_never

from tms_tui.core import select
from tms_tui.core.state import State
from tms_tui.domain.entries import Entry, GapMark, PendingSend
from tms_tui.domain.ids import SessionId
from tms_tui.domain.model import Author, AuthorType, Message
from tms_tui.domain.text import clean
from tms_tui.wording import delivery, role
from tms_tui.wording.times import clock, day, gap

_INDENT: Final = " " * 7


def text_of(entry: Entry | None) -> str | None:
    """The words of one entry alone, clean; None when it has none."""
    match entry:
        case Message():
            return entry.text
        case PendingSend():
            return clean(entry.draft.text)
        case _:
            return None


def transcript(state: State, session: SessionId) -> list[str]:
    """Every entry that was read, oldest first, each with the line of its day before it where that is a new one."""
    parts: list[str] = []
    today: time.struct_time | None = None
    for entry in select.entries(state, session):
        at = _at(entry)
        if at is not None and (today is None or time.localtime(at)[:3] != today[:3]):
            today = time.localtime(at)
            parts.append(f"-- {day(at)} --\n{_written(state, entry)}")
        else:
            parts.append(_written(state, entry))
    return parts


def newest_that_fit(parts: list[str], room: int) -> list[str]:
    """The last of `parts` that make at most `room` bytes when joined by line ends; at least the last one."""
    used = 0
    for number, part in enumerate(_reversed(parts)):
        used += len(part.encode()) + 1
        if used > room + 1 and number:
            return parts[len(parts) - number :]
    return parts


def _reversed(parts: list[str]) -> Iterator[str]:
    return reversed(parts)


def _written(state: State, entry: Entry) -> str:
    match entry:
        case Message():
            who = "You" if select.is_mine(state, entry) else _author(entry.author)
            note, text = entry.private, entry.text
        case PendingSend():
            who, note, text = "You", entry.draft.private, clean(entry.draft.text)
        case GapMark():
            return f"-- {gap(entry, entry.ended_at)} --"
        case _:
            assert_never(entry)
    at = _at(entry) or 0.0
    state_of = select.delivery(state, entry)
    failure = entry.failure if isinstance(entry, PendingSend) else None
    ends = f"  [{delivery(state_of, failure)}]" if state_of is not None else ""
    head = f"{clock(at, at)}  {who}{' (note)' if note else ''}: "
    return head + text.replace("\n", f"\n{_INDENT}") + ends


def _author(author: Author) -> str:
    return role(author) if author.type is AuthorType.SYSTEM or not author.name else author.name


def _at(entry: Entry) -> float | None:
    match entry:
        case Message():
            return entry.created_at
        case PendingSend():
            return entry.draft.asked_at
        case GapMark():
            return None
