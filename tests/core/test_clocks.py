"""Two clocks: moments and spans go by the server's, whatever this computer's own says."""

import re
from pathlib import Path
from typing import Final

import pytest

from tests.core.desk import ANA, EPOCH, TALK, Desk, conversation
from tests.engine.fakes import running, stand
from tms_tui.core import clocks
from tms_tui.core.state import Moment
from tms_tui.domain.changes import Announced, NoticeKind
from tms_tui.domain.effects import RenewToken
from tms_tui.domain.entries import GapMark
from tms_tui.domain.errors import Ending, EndingKind
from tms_tui.domain.events import (
    LinkLost,
    LinkWelcomed,
    LogRead,
    PageRead,
    SessionChanged,
    SessionOpened,
    SignedIn,
    Woke,
)
from tms_tui.domain.ids import Cursor
from tms_tui.domain.model import SessionStatus
from tms_tui.domain.value import replace

AHEAD: Final = 11 * 60.0
BEHIND: Final = -2 * 3600.0
each_wrong_clock: Final = pytest.mark.parametrize("wrong", [AHEAD, BEHIND, 0.0])
PACKAGE: Final = Path(clocks.__file__).parents[1]


def welcome(server_time: float) -> LinkWelcomed:
    return LinkWelcomed(ANA.id, server_time, False, Cursor("0"))


def wall(desk: Desk) -> float:
    """What time it is to the desk."""
    return clocks.by_server(desk.state, Moment(desk.now, EPOCH + desk.now)).wall


@each_wrong_clock
def test_the_time_is_the_servers_from_its_welcome_on_and_after_the_line_broke(wrong: float) -> None:
    desk = Desk()
    desk.sign_in()
    true = EPOCH + desk.now - wrong
    desk.take(welcome(true))
    assert wall(desk) == true
    desk.advance(30)
    desk.take(LinkLost(Ending(EndingKind.LOST)))
    desk.advance(30)
    assert wall(desk) == true + 60


@each_wrong_clock
def test_the_date_of_the_sign_in_is_believed_until_the_welcome_says_it_better(wrong: float) -> None:
    desk = Desk()
    true = EPOCH + desk.now - wrong
    desk.take(SignedIn(ANA, 900.0, true))
    assert wall(desk) == true
    desk.take(welcome(true + 0.7))
    assert wall(desk) == true + 0.7
    desk.take(SignedIn(ANA, 900.0, true))
    assert wall(desk) == true + 0.7, "a date to the second corrects nothing that is better known"
    desk.take(SignedIn(ANA, 900.0, true + 60))
    assert wall(desk) == true + 60, "the server's clock was set"


def test_what_the_machine_slept_through_is_added_and_what_it_counted_is_not() -> None:
    desk = Desk()
    desk.sign_in()
    desk.take(welcome(EPOCH))
    desk.take(Woke(300.0))
    assert wall(desk) == EPOCH
    desk.take(Woke(300.0, uncounted=300.0))
    assert wall(desk) == EPOCH + 300


@each_wrong_clock
def test_marks_and_notices_bear_the_servers_time(wrong: float) -> None:
    desk = Desk()
    desk.sign_in(lifetime=10.0**6)
    true = EPOCH + desk.now - wrong
    desk.take(welcome(true), SessionChanged(conversation()), SessionOpened(TALK))
    desk.take(PageRead(TALK, (), has_more=False))
    desk.advance(10)
    desk.take(LinkLost(Ending(EndingKind.LOST)))
    [mark] = [one for one in desk.state.transcripts[TALK].entries if isinstance(one, GapMark)]
    assert mark.began_at == true + 10
    assert desk.state.notices[-1].kind is NoticeKind.LINE_LOST
    assert desk.state.notices[-1].at == true + 10


@each_wrong_clock
def test_that_a_conversation_woke_by_its_time_is_told_by_the_servers_clock(wrong: float) -> None:
    desk = Desk()
    desk.sign_in()
    true = EPOCH + desk.now - wrong
    aside = replace(conversation(status=SessionStatus.PENDING), pending_until=true + 1800)
    desk.take(welcome(true), SessionChanged(aside), SessionChanged(conversation(version=2)))
    assert [one.kind for one in desk.state.notices][-1:] == [NoticeKind.REOPENED], "half an hour before its time"
    aside = replace(aside, version=3, pending_until=true + 5)
    desk.take(SessionChanged(aside), SessionChanged(conversation(version=4)))
    assert [one.kind for one in desk.state.notices][-1:] == [NoticeKind.WOKE]


@pytest.mark.parametrize(("wrong", "kind"), [(AHEAD, NoticeKind.CLOCK_AHEAD), (BEHIND, NoticeKind.CLOCK_BEHIND)])
def test_a_wrong_clock_is_still_said_once_when_the_date_told_it_first(wrong: float, kind: NoticeKind) -> None:
    desk = Desk()
    true = EPOCH + desk.now - wrong
    desk.take(SignedIn(ANA, 900.0, true), welcome(true), welcome(true))
    said = [one.notice for one in desk.saw(Announced) if one.notice.kind is kind]
    assert [notice.count for notice in said] == [round(abs(wrong) / 60)]


@each_wrong_clock
def test_no_wait_of_the_console_goes_by_a_clock_that_can_be_set(wrong: float) -> None:
    desk = Desk()
    desk.sign_in(lifetime=900.0)
    desk.take(welcome(EPOCH + desk.now - wrong), LogRead(Cursor("0"), (), Cursor("0"), has_more=False))
    desk.advance(800)
    assert not desk.took(RenewToken)
    desk.advance(100)
    assert len(desk.took(RenewToken)) == 1


@each_wrong_clock
async def test_the_faces_are_told_the_servers_time_by_the_engine(wrong: float) -> None:
    at = stand()
    at.clock.ahead = wrong
    async with running(at.engine):
        at.engine.take(SignedIn(ANA, 900.0))
        await at.engine.settled()
        assert at.engine.moment().wall == at.clock.wall()
        at.link.welcome(ANA.id)
        assert at.engine.moment().wall == at.clock.true()


_ASKS_THE_COMPUTER: Final = re.compile(
    r"time\.time\(|datetime\.(now|today|utcnow)\(|localtime\(\)|gmtime\(\)|strftime\([^,]*\)$"
)


def test_nobody_but_the_engines_clock_asks_this_computer_what_time_it_is() -> None:
    rooms = ("core", "domain", "plain", "ui", "wording", "engine")
    asking = {
        path.relative_to(PACKAGE).as_posix()
        for room in rooms
        for path in (PACKAGE / room).rglob("*.py")
        if _ASKS_THE_COMPUTER.search(path.read_text(encoding="utf-8"))
    }
    assert asking == {"engine/clock.py"}
