"""What is wrong at a door is found, and no command is without one; `python -m tests.doors` opens them all."""

import sys
from collections.abc import Iterator

import pytest

from tests.doors.axes import LOOKS, SIZES, STREAMS, TERMS, Cell
from tests.doors.covering import covering, uncovered
from tests.doors.house import House, house
from tests.doors.judging import judge
from tests.doors.rows import DESK_SET_WRONG, FIRST_SCREENS, MISTAKE, ROWS, Kind, every_command
from tms_tui.settings import declared

NAMES = tuple(ROWS)
PLAIN = Cell("(version)", "xterm-256color", "dark", "80x24", "a terminal")


FOUND = (
    Cell("demo", "xterm-256color", "high-contrast", "60x20", "<&-"),
    Cell("(no server)", "tmux-256color", "ansi", "40x10", "a terminal"),
)
"""Wrong once, and among no two values."""


@pytest.fixture(scope="session")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("doors")) as one:
        yield one


@pytest.mark.parametrize("cell", FOUND, ids=str)
def test_a_door_opens(cell: Cell, opened: House) -> None:
    assert judge(cell, opened) == []


def test_every_command_has_a_row_and_every_row_a_command() -> None:
    assert set(every_command()) == set(ROWS) - set(FIRST_SCREENS)


def test_every_theme_is_a_look() -> None:
    [theme] = [each for each in declared() if each.name == "theme"]
    assert set(theme.metadata["choices"]) <= set(LOOKS)


@pytest.mark.parametrize("ways", [2, 3])
def test_any_values_stand_together(ways: int) -> None:
    sizes = [len(axis) for axis in (NAMES, TERMS, LOOKS, SIZES, STREAMS)]
    rows = covering(sizes, ways)
    assert uncovered(rows, sizes, ways) == set()
    assert len(rows) < 1.2 * len(NAMES) * len(STREAMS) * (len(TERMS) if ways == 3 else 1)


def test_what_stands_together_in_no_row_is_found() -> None:
    assert uncovered([(0, 0), (1, 1)], [2, 2], 2) == {((0, 0), (1, 1)), ((0, 1), (1, 0))}


VERSION = "print('tms-chat, version 1')"
FAULTS = {
    "ended with 3, not 0": f"{VERSION}; raise SystemExit(3)",
    "did not say 'tms-chat, version'": "print('hello')",
    "a traceback": f"{VERSION}; print('Traceback (most recent call last):')",
    "escape sequences": f"{VERSION}; print('\\x1b[1mbold\\x1b[0m')",
    "what it printed is gone from the screen": f"print('\\x1b[?1049h'); {VERSION}; print('\\x1b[?1049l', end='')",
    "terminal modes are {25, 2004}": f"{VERSION}; print('\\x1b[?2004h')",
    "keyboard or title were not given back": f"{VERSION}; print('\\x1b[>25u')",
    "terminal modes are {25, 1049}": f"{VERSION}; print('\\x1b[?1049h')",
    "terminal modes are set()": f"{VERSION}; print('\\x1b[?25l')",
    "colours were left on": f"{VERSION}; print('\\x1b[31m')",
    "the terminal's line is not set as it was": f"{VERSION}; import tty; tty.setraw(0)",
}


@pytest.mark.parametrize("found", FAULTS)
def test_what_is_wrong_at_a_door_is_found(found: str, opened: House) -> None:
    [wrong] = judge(PLAIN, opened, (sys.executable, "-c", FAULTS[found]))
    assert found in wrong


def test_a_deed_that_was_not_done_is_found(opened: House) -> None:
    asks = "import getpass; getpass.getpass('Password of x: '); print('sent')"
    [wrong] = judge(PLAIN._replace(command="send"), opened, (sys.executable, "-c", asks))
    assert "was not done" in wrong


OURS = "runpy.run_module('tms_tui', run_name='__main__', alter_sys=True)"
LEFT_SO = f"""
import os, runpy, tty
try:
    {OURS}
finally:
    tty.setraw(os.open('/dev/tty', os.O_RDWR))
    os.write(os.open('/dev/tty', os.O_WRONLY), b'\\x1b[?1049h\\x1b[?25l\\x1b[31m')
    raise RuntimeError('planted')
"""
DOOR_OF = {
    Kind.DATA: "ls",
    Kind.DEED: "send",
    Kind.REPORT: "config init",
    Kind.TALK: MISTAKE,
    Kind.FACE: "demo",
    Kind.KEYS: "keys",
    Kind.SERVICE: "serve",
    Kind.STREAM: "follow",
}


@pytest.mark.parametrize("kind", Kind, ids=str)
def test_a_crash_and_a_terminal_left_raw_are_found_at_a_door_of_every_kind(kind: Kind, opened: House) -> None:
    [wrong] = judge(PLAIN._replace(command=DOOR_OF[kind]), opened, (sys.executable, "-c", LEFT_SO))
    for found in (
        "ended with 1, not",
        "a traceback",
        "terminal modes are {7, 1049}" if kind is Kind.FACE else "terminal modes are {1049}",
        "the terminal's line is not set as it was",
        "colours were left on",
    ):
        assert found in wrong


NEVER_LEFT = f"""
import os, runpy
from tms_tui.first_frame import FirstFrame
leave, FirstFrame.leave = FirstFrame.leave, lambda self: frames.append(self)
frames = []
try:
    {OURS}
finally:
    for frame in frames[:1]:
        leave(frame)
"""
DRAWN_OVER = f"""
import os, runpy
os.write(2, b'\\x1b[?1049h')
try:
    {OURS}
finally:
    os.write(2, b'\\x1b[?1049l')
"""
SAID_TO_NOBODY = f"""
import os, runpy
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
{OURS}
"""
GONE, UNSAID = "what it printed is gone from the screen", "did not say"
LOST = {
    (MISTAKE, NEVER_LEFT): UNSAID,
    (DESK_SET_WRONG, NEVER_LEFT): UNSAID,
    **{(command, DRAWN_OVER): GONE for command in ("ls", "next", "send", "config init")},
    **{(command, SAID_TO_NOBODY): UNSAID for command in ("ls", "send", "config init")},
}


@pytest.mark.parametrize(("command", "program"), LOST, ids=range(len(LOST)))
def test_a_print_that_is_lost_is_found(command: str, program: str, opened: House) -> None:
    [wrong] = judge(PLAIN._replace(command=command), opened, (sys.executable, "-c", program))
    assert LOST[command, program] in wrong
