"""Opens one cell and says what is wrong there; nothing, when all is as it has to be."""

import re
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tests.doors.axes import Cell
from tests.doors.house import House, Place
from tests.doors.rows import AWAY, FIRST_RUN, FOREIGN, LOADS_DESK, ROWS, Kind, Row
from tests.doors.visit import StuckError, Visit
from tests.server.running import PASSWORD
from tests.terminal.staging import PROGRAM

AS_IT_WAS: Final = ({25}, {7, 25})
"""The modes of a terminal that nobody changed, and of one that was told to wrap, as it does anyway."""
LOST: Final = "Standard output takes nothing: "
REFUSED: Final = {AWAY: "cannot be reached", FOREIGN: "no chat server answers at this address"}
"""Who signs nobody in, and how that is told."""
NO_PASSWORD: Final = "there is no password"
_GIVEN_BACK: Final = "\x1b[?1049l"
"""What ends the drawing on the whole screen."""
_COLOURS: Final = re.compile(r"\x1b\[([0-9;:]*)m")
_QUIT: Final = "\x11"
_TAIL: Final = 20


@dataclass(frozen=True)
class End:
    """How a visit has to end: the exit code, and words that are said."""

    code: int
    says: str = ""
    drawn: bool = False
    """Whether the whole screen was drawn on."""
    done: bool = True


def judge(cell: Cell, house: House, program: Sequence[str] = PROGRAM) -> list[str]:
    """What is wrong, in words; with another `program` than ours, that it is found."""
    row = ROWS[cell.command]
    with house.place() as place:
        row.before(place)
        with Visit(cell, _arguments(row, place), place.home, program) as visit:
            try:
                end = _play(visit, row, place)
                code = visit.ends()
            except StuckError as stuck:
                return [f"{stuck}; said: {visit.said[-300:]!r}; shown:\n{visit.terminal.screen.text()}"]
            return _wrong(visit, row, place, end, code)


def _arguments(row: Row, place: Place) -> list[str]:
    return [place.filled(one) for one in row.arguments]


def _wrong(visit: Visit, row: Row, place: Place, end: End, code: int) -> list[str]:
    said, words = visit.said, place.filled(end.says)
    left = _left(visit, end)
    findings = {
        f"ended with {code}, not {end.code}": code != end.code,
        f"did not say {words!r}": words not in (visit.plain(left) if end.drawn else said),
        "a traceback": "Traceback" in said or "Exception ignored" in said or "a fault of its own" in said,
        "was not done": end.done and not row.done(place),
        f"terminal modes are {visit.terminal.screen.modes}": visit.terminal.screen.modes not in AS_IT_WAS,
        "the terminal's line is not set as it was": not visit.is_as_it_was,
        "keyboard or title were not given back": not visit.is_given_back,
        "colours were left on": not _is_colourless(visit.written),
        "escape sequences": not end.drawn and "\x1b" in visit.written,
        "what it printed is gone from the screen": not _is_kept(visit, left),
    }
    wrong = [what for what, is_so in findings.items() if is_so]
    return [f"{'; '.join(wrong)}; said: {said[-300:]!r}"] if wrong else []


def _left(visit: Visit, end: End) -> str:
    """What went to the terminal to stay there: all, or what came after the drawing on the whole screen."""
    written = visit.terminal.output.decode(errors="replace")
    return written.rpartition(_GIVEN_BACK)[2] if end.drawn else written


def _is_kept(visit: Visit, left: str) -> bool:
    """Whether the last line of what was to stay on the terminal stands on it."""
    printed = "".join(visit.plain(left).split())
    screen = visit.terminal.screen
    shown = "".join("".join(screen.line(row) for row in range(screen.rows)).split())
    return printed[-_TAIL:] in shown


def _is_colourless(written: str) -> bool:
    """Whether what is printed next has the terminal's own colours."""
    return ["", *_COLOURS.findall(written)][-1] in {"", "0"}


def _play(visit: Visit, row: Row, place: Place) -> End:
    match row.kind:
        case Kind.FACE:
            return _face(visit)
        case Kind.KEYS:
            return _keys(visit)
        case Kind.SERVICE:
            return _service(visit, row, place)
        case Kind.STREAM:
            return _stream(visit, row)
        case _:
            return _line(visit, row)


def _line(visit: Visit, row: Row) -> End:
    """A command that does one thing and ends."""
    cell = visit.cell
    if row.signs_in and not _signed_in(visit):
        return End(3, NO_PASSWORD, done=False)
    for _ in range(row.asks):
        visit.hides()
        visit.types(f"{PASSWORD}\n")
        visit.rests()
    if row.kind is Kind.DATA and cell.loses_output:
        return End(1, LOST)
    said_on_error = row.kind in {Kind.DEED, Kind.TALK}
    first_frame = cell.command in LOADS_DESK and cell.draws and cell.reads_terminal
    return End(row.code, "" if said_on_error and cell.loses_talk else row.says, drawn=first_frame)


def _signed_in(visit: Visit) -> bool:
    """Type the password when it can be asked for; whether it was."""
    if visit.cell.reads_terminal:
        visit.says("Password of")
        visit.types(f"{PASSWORD}\n")
    return visit.cell.reads_terminal


def _stream(visit: Visit, row: Row) -> End:
    if not _signed_in(visit):
        return End(3, NO_PASSWORD)
    if visit.cell.loses_output:
        return End(1, LOST)
    visit.says(row.says)
    visit.terminal.signal(signal.SIGTERM)
    return End(row.code, row.says)


def _service(visit: Visit, row: Row, place: Place) -> End:
    """Its port file tells that it serves, whatever becomes of what it says."""
    visit.finds(place.home / "port")
    visit.terminal.signal(signal.SIGTERM)
    return End(0, "" if visit.cell.loses_talk else row.says)


def _keys(visit: Visit) -> End:
    cell = visit.cell
    if cell.loses_output:
        return End(1, LOST)
    if not (cell.reads_terminal and cell.stream != "a pipe" and cell.term not in {"dumb", "none"}):
        return End(0, "this command also says how each key you press arrives.")
    visit.says("Press keys to see how they arrive.")
    visit.types(_QUIT)
    return End(0, "Not pressed, or eaten on the way", drawn=True)


def _face(visit: Visit) -> End:
    cell = visit.cell
    reads = cell.reads_terminal or cell.command == "demo"
    if cell.draws and reads and cell.command != "plain":
        return _desk(visit)
    if cell.loses_output:
        return End(1, LOST)
    return _line_face(visit)


def _desk(visit: Visit) -> End:
    if visit.cell.command == "demo":
        visit.shows("waits")
    else:
        visit.shows("sign in")
        visit.rests()
    if visit.cell.command not in {"demo", FIRST_RUN}:
        visit.types(f"{PASSWORD}\r")
        visit.shows("Not signed in:" if visit.cell.command in REFUSED else "Live")
    visit.types(_QUIT)
    return End(0, drawn=True)


def _line_face(visit: Visit) -> End:
    command, reads = visit.cell.command, visit.cell.reads_terminal
    if command == FIRST_RUN:
        if reads:
            visit.says("Server, like https://")
            visit.types("\n")
        return End(2, "must be given")
    if command != "demo" and not _signed_in(visit):
        return End(2, NO_PASSWORD)
    if command in REFUSED:
        return End(1, REFUSED[command])
    visit.says("Signed in to http://")
    if reads:
        visit.rests()
        visit.types("/quit\n")
    return End(0, "Signed in to http://")
