"""A stranger's text on a real terminal: wherever it comes from it is seen as text, and never obeyed."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from tests.terminal.escapes import foreign
from tests.terminal.pty_driver import ScreenTimeoutError, Terminal, now
from tests.terminal.stage_server import CORPUS
from tests.terminal.staging import Stage, console, staged
from tests.terminal.vt_screen import VtScreen

BATCH: Final = 10
ROWS, COLS = 144, 130
"""So many rows hold the names of one part."""
LONGEST_COMPARED, MOST_LINES_COMPARED = 900, 150
"""What is longer may be cut for display; its beginning is compared."""


def placeholders(numbers: range) -> str:
    return " ".join(f"@@{number:03d}@@" for number in numbers)


BATCHES: Final = [range(first, min(first + BATCH, len(CORPUS))) for first in range(0, len(CORPUS), BATCH)]
PARTS: Final = (BATCHES[:7], BATCHES[7:13], BATCHES[13:])
"""Each at a desk of its own: a screen with all names on it is slow to draw."""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path / "server", tmp_path / "server.log") as running:
        running.add_agent("Dana", "dana@example.com")
        yield running


def populate(stage: Stage, part: list[range]) -> None:
    """A customer named by each string; the first ones write ten each, on pages named by ten."""
    first = part[0].start
    for number, batch in enumerate(part, first):
        email = f"agent{number}@example.com"
        stage.add_agent(f"g{number} {placeholders(batch)}", email)
        guest = stage.guest(f"c{number:03d} @@{number:03d}@@", page_url=f"p{number} {placeholders(batch)}")
        for each in batch:
            guest.says(f"m{each:03d} @@{each:03d}@@ w{each:03d}")
        body = {"content": "a note", "client_message_id": f"00000000-0000-4000-8000-{number:012d}", "is_private": True}
        headers = stage.sign_in(email)
        stage.http.post(f"/v1/chat/sessions/{guest.session}/messages", json=body, headers=headers).raise_for_status()
    for number in range(first + len(part), part[-1].stop):
        stage.guest(f"c{number:03d} @@{number:03d}@@")


class Seen:
    """What stands on the screen, pane by pane."""

    def __init__(self, screen: VtScreen) -> None:
        self._cells = screen._cells
        ends = [col for col, char in enumerate(self._cells[1]) if char in "\u256e\u2513"]
        self._ends = ends if len(ends) == 3 else [0, 0, 0]  # half drawn, as after a resize

    def names(self) -> str:
        """The list of conversations."""
        return self._pane(0, self._ends[0])

    def title(self) -> str:
        """Whose conversation is open, and who holds it."""
        return "".join(self._cells[1][self._ends[0] : self._ends[1]])

    def panel(self) -> str:
        """All about the customer."""
        return self._pane(self._ends[1] + 1, self._ends[2])

    def transcript(self) -> str:
        """The words of all messages, one after the other, without times, authors and remarks."""
        rows = [row[self._ends[0] + 1 : self._ends[1]] for row in self._cells[2:]]
        gutter = next(row.index("\u2502", 1) for row in rows if "m" in row and "\u2502" in row[1:])
        return "".join("".join(row[gutter + 2 :]) for row in rows if row[gutter] == "\u2502")

    def remarks(self) -> str:
        """What the desk says beneath messages."""
        rows = [row[self._ends[0] + 1 : self._ends[1]] for row in self._cells[2:]]
        return " ".join("".join(row).partition("\u00b7 ")[2].strip() for row in rows if "\u00b7" in row)

    def focused(self) -> int:
        """Which pane has the heavy border: 0 the list, 1 the conversation; another number for none."""
        return "".join(self._cells[1]).partition("\u250f")[0].count("\u256d")

    def all(self) -> str:
        """Everything."""
        return "\n".join("".join(row) for row in self._cells)

    def _pane(self, start: int, end: int) -> str:
        return "\n".join("".join(row[start + 1 : end]) for row in self._cells[2:])


def letters(text: str) -> str:
    """What no cleaning may take away."""
    return re.sub("[^A-Za-z0-9]", "", text)


def rows_of(text: str) -> int:
    """About how many rows a message takes, remark included."""
    return 3 + min(len(text.expandtabs(4)), 4000) // 60 + min(text.count("\n"), 200)


def missing(seen: str, batch: range) -> list[int]:
    """The strings of which something that is no control character cannot be read between their marks."""
    flat = letters(seen)
    lost = []
    for each in batch:
        wanted = letters("".join(CORPUS[each].splitlines()[:MOST_LINES_COMPARED])[:LONGEST_COMPARED])
        after = flat.partition(f"m{each:03d}")[2]
        is_whole = rows_of(CORPUS[each]) < MOST_LINES_COMPARED // 10
        end = f"w{each:03d}" if is_whole else ""
        if not after.startswith(wanted + end):
            lost.append(each)
    return lost


@pytest.mark.parametrize("part", PARTS, ids=["first", "second", "third"])
def test_every_string_is_seen_as_text_and_none_is_obeyed(stage: Stage, tmp_path: Path, part: list[range]) -> None:
    populate(stage, part)
    numbers = range(part[0].start, part[-1].stop)
    with console(stage, tmp_path / "home", rows=ROWS, cols=COLS) as terminal:
        terminal.wait_for("Live")
        names = when(terminal, lambda seen: f"  c{numbers[len(part)]:03d} " in seen.names(), "all are listed").names()
        began = len(terminal.output)
        assert [number for number in numbers if f"c{number:03d}" not in names] == []
        terminal.send("g")
        for number, batch in zip(numbers, part, strict=False):
            terminal.resize(40 + sum(rows_of(CORPUS[each]) for each in batch), COLS)
            look_at(terminal, number, batch)
        drawn = terminal.output[began:]
        terminal.send("\x11")
        terminal.wait_for("Quit all the same")
        terminal.send("2")
        assert terminal.wait_exit() == 0
        assert list(foreign(drawn, drawing=True)) == []
        assert list(foreign(terminal.output[:began] + terminal.output[began + len(drawn) :])) == []
        assert terminal.screen.modes == {7, 25}
    assert stage.process.is_alive()


def when(terminal: Terminal, holds: Callable[[Seen], bool], what: str) -> Seen:
    """What is seen once it is so, looked at only when the program rests: so large a screen is slow to read."""
    end = now() + 60
    while now() < end:
        terminal.rest(0.06)
        seen = Seen(terminal.screen)
        if holds(seen):
            return seen
    raise ScreenTimeoutError(f"{what}\n{terminal.screen.text()}")


def is_focused(seen: Seen, pane: int) -> bool:
    return seen.focused() == pane


def is_open(seen: Seen, number: int, batch: range) -> bool:
    """Whether the conversation stands there, and all that was written in it."""
    is_there = f"c{number:03d}" in seen.title() and "(note)" in seen.all()
    return is_there and not missing(seen.transcript(), batch)


def look_at(terminal: Terminal, number: int, batch: range) -> None:
    """Open the next conversation, read it, and be refused in the same words."""
    terminal.send("\r")
    seen = when(terminal, lambda seen: is_open(seen, number, batch), f"all of {number}")
    assert f"p{number}" in seen.panel()
    first = letters(CORPUS[batch[0]])[:20]
    assert first in letters(seen.panel())
    terminal.send(f"refuse {placeholders(batch)}\r")
    seen = when(terminal, lambda seen: "not accept the content" in seen.remarks(), f"refused {number}")
    assert first in letters(seen.remarks())
    for pane in (1, 0):
        terminal.send("\x1b")
        when(terminal, partial(is_focused, pane=pane), f"pane {pane}")
    terminal.send("j")
