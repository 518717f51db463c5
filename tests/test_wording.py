"""Every state has words, and the words say what is so."""

import os
import time
from collections.abc import Callable, Iterator
from enum import Enum

import pytest

from tests.ui.desk_world import ANA
from tms_tui import wording
from tms_tui.core.select import Badge, BadgeKind, Filter
from tms_tui.core.state import State
from tms_tui.domain.changes import Bound, Notice, NoticeKind
from tms_tui.domain.entries import Delivery, GapMark
from tms_tui.domain.errors import Ending, EndingKind, Failure, FailureKind
from tms_tui.domain.ids import Cursor
from tms_tui.domain.model import Author, AuthorType, Availability, Priority, SessionStatus
from tms_tui.domain.text import CleanText

NOON = 1_795_348_800.0
"""Sunday 22 November 2026, 12:00 UTC."""
SOMEBODY = Failure(FailureKind.NOT_REACHED)

SPOKEN: dict[type[Enum], Callable[..., str]] = {
    Availability: wording.availability,
    SessionStatus: wording.status,
    Priority: wording.priority,
    Delivery: lambda state: wording.delivery(state, SOMEBODY),
    Filter: wording.filter_title,
    AuthorType: lambda kind: wording.role(Author(kind, None, CleanText("Eva"))),
    FailureKind: lambda kind: wording.reason(Failure(kind)),
    EndingKind: lambda kind: wording.ending(Ending(kind)),
    Bound: lambda bound: wording.notice(Notice(NoticeKind.BOUNDED, NOON, bound=bound)),
    NoticeKind: lambda kind: wording.notice(Notice(kind, NOON)),
    BadgeKind: lambda kind: wording.badge(Badge(kind))[1],
}
EVERY_MEMBER = [pytest.param(member, id=str(member)) for kind in SPOKEN for member in kind]


@pytest.fixture(autouse=True)
def _in_greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("member", EVERY_MEMBER)
def test_every_state_has_words_of_its_own(member: Enum) -> None:
    say = SPOKEN[type(member)]
    words = say(member)
    assert words.strip() == words != ""
    assert "{" not in words
    assert [other for other in type(member) if say(other) == words] == [member]


@pytest.mark.parametrize("kind", FailureKind)
def test_every_failed_sign_in_says_what_is_wrong(kind: FailureKind) -> None:
    words = wording.sign_in_failed(Failure(kind))
    assert words.startswith("Not signed in: ")
    assert words.endswith(".")


@pytest.mark.parametrize("wanted", Filter)
def test_every_empty_list_says_what_to_do(wanted: Filter) -> None:
    read = State()
    read.sync.cursor = Cursor("1")
    assert wording.empty_list(read, wanted).count(".") >= 2
    unread = State()
    assert wording.empty_list(unread, wanted).startswith("Not signed in")
    unread.me = ANA
    assert "being read" in wording.empty_list(unread, wanted)
    unread.sync.failure = Failure(FailureKind.UNREADABLE, 404)
    assert "is not a chat server" in wording.empty_list(unread, wanted)
    unread.sync.failure = Failure(FailureKind.NOT_REACHED)
    assert "cannot be reached" in wording.empty_list(unread, wanted)


@pytest.mark.parametrize("kind", NoticeKind)
def test_a_notice_uses_all_it_carries(kind: NoticeKind) -> None:
    full = Notice(kind, NOON, name=CleanText("Jonas"), other=CleanText("Eva"), count=3, failure=SOMEBODY)
    assert "{" not in wording.notice(full)


def test_a_notice_of_strange_names_is_not_a_template() -> None:
    strange = Notice(NoticeKind.TAKEN_BY, NOON, name=CleanText("{other} {0}"), other=CleanText("{name}"))
    assert wording.notice(strange) == "{name} took {other} {0}"


def test_a_refused_message_says_why_and_what_to_press() -> None:
    words = wording.delivery(Delivery.REFUSED, Failure(FailureKind.ENDED))
    assert words == "not sent: the conversation is resolved (R retry, D to draft)"


def test_the_server_says_how_long_to_wait() -> None:
    busy = Failure(FailureKind.TOO_MANY, retry_after=12.0)
    assert "wait 12 s" in wording.reason(busy)
    assert "Wait 12 s" in wording.sign_in_failed(busy)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (Badge(BadgeKind.LIVE), "Live"),
        (Badge(BadgeKind.LIVE, unsent=2), "Live, 2 unsent"),
        (Badge(BadgeKind.CONNECTING), "Connecting"),
        (Badge(BadgeKind.CONNECTING, tries=2), "Connecting (try 3)"),
        (Badge(BadgeKind.OFFLINE, polling=True, read_at=NOON + 126), "Offline, polling, read 12:02:06"),
        (Badge(BadgeKind.OFFLINE, read_at=NOON, unsent=2), "Offline, read 12:00:00, 2 unsent"),
        (Badge(BadgeKind.OFFLINE, stopped=True), "Offline, stopped, F5 connects"),
    ],
)
def test_the_badge(state: Badge, words: str) -> None:
    assert wording.badge(state)[1] == words


def test_the_badges_signs_differ_without_colour() -> None:
    assert len({wording.badge(Badge(kind))[0] for kind in BadgeKind}) == len(BadgeKind)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "now"),
        (0, "now"),
        (59.9, "now"),
        (60, "1m"),
        (3599, "59m"),
        (3600, "1h"),
        (86399, "23h"),
        (86400 * 3, "3d"),
    ],
)
def test_waits(seconds: float, words: str) -> None:
    assert wording.wait(seconds) == words


@pytest.mark.parametrize(
    ("before", "words"),
    [(0, "12:00"), (43200, "00:00"), (43201, "Sat 23:59"), (86400 * 5, "Tue 12:00"), (86400 * 7, "2026-11-15")],
)
def test_times_of_day(before: float, words: str) -> None:
    assert wording.clock(NOON - before, NOON) == words


def test_a_time_still_to_come_is_not_last_week() -> None:
    assert wording.clock(NOON + 86400, NOON) == "2026-11-23"


def test_days() -> None:
    assert wording.day(NOON) == "Sunday 22 November"


def test_times_are_local(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "TZ", "Asia/Kathmandu")
    time.tzset()
    assert wording.clock(NOON, NOON) == "17:45"


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        (GapMark(4, NOON, NOON), "offline since 12:00, history not confirmed"),
        (GapMark(4, NOON, NOON + 60, recovered=2, confirmed=True), "offline 12:00-12:01, 2 recovered"),
        (GapMark(4, NOON, NOON + 1, confirmed=True), "offline 12:00, nothing missed"),
    ],
)
def test_gaps(mark: GapMark, words: str) -> None:
    assert wording.gap(mark, NOON) == words


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], ""),
        (["Jonas"], "Jonas is typing"),
        (["Jonas", "Eva"], "Jonas and Eva are typing"),
        (["Jonas", "Eva", "Li"], "Jonas, Eva and Li are typing"),
    ],
)
def test_who_types(names: list[str], words: str) -> None:
    assert wording.typing(names) == words
