"""Changes -> the parts of the desk that have to look again; pure."""

from collections.abc import Iterable
from enum import Enum, auto
from typing import Final, assert_never

from tms_tui.domain.changes import (
    Announced,
    CannedChanged,
    Change,
    CountersChanged,
    CustomerWrote,
    Decided,
    LinkChanged,
    ListingRead,
    Notice,
    NoticeKind,
    PeopleChanged,
    SendHeld,
    SendTaken,
    SessionErased,
    SessionMoved,
    SignInNeeded,
    TranscriptChanged,
    TranscriptGrew,
    TypingChanged,
)
from tms_tui.domain.errors import Failure
from tms_tui.domain.events import Decide
from tms_tui.domain.ids import SendId, SessionId
from tms_tui.domain.value import Record, field


class Part(Enum):
    """Something on the desk that is drawn on its own."""

    BADGE = auto()
    HEADER = auto()
    LIST = auto()
    TRANSCRIPT = auto()
    TYPING = auto()
    PANEL = auto()


class Touched(Record):
    """What a frame's changes mean for the desk."""

    parts: set[Part] = field(default_factory=set)
    moved: set[SessionId] = field(default_factory=set)
    """Conversations whose row in the list may look different."""
    erased: set[SessionId] = field(default_factory=set)
    taken: list[SendId] = field(default_factory=list)
    held: list[SendId] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    decided: list[Decide] = field(default_factory=list)
    """What the agent decided, and the server has carried out."""
    sign_in: Failure | None = None
    calls: bool = False
    """A customer wrote something that the agent does not see."""


_WIDE: Final = {
    PeopleChanged: {Part.HEADER, Part.PANEL, Part.LIST},
    ListingRead: {Part.LIST, Part.PANEL},
    CannedChanged: set[Part](),  # nothing that stands on the desk shows them
    CountersChanged: set[Part](),
}


COSTS_WORK: Final = frozenset({NoticeKind.DAMAGED, NoticeKind.NOT_KEPT, NoticeKind.BOUNDED, NoticeKind.SEND_REFUSED})
"""Work is lost, or will be, unless the agent does something: what follows within a blink must not wipe it away."""
SEEN_ELSEWHERE: Final = frozenset(
    {
        NoticeKind.LIVE,
        NoticeKind.CAUGHT_UP,
        NoticeKind.NEW_CONVERSATION,
        NoticeKind.WOKE,
        NoticeKind.COLLEAGUE,
        NoticeKind.AVAILABILITY,
    }
)
"""By the badge, in the header, in the list or in the panel as well."""


def touched(changes: Iterable[Change], shown: SessionId | None) -> Touched:
    """Gather what `changes` touch while the conversation `shown` stands on the screen."""
    found = Touched()
    for change in changes:
        _gather(found, change, shown)
    return found


def _gather(found: Touched, change: Change, shown: SessionId | None) -> None:
    match change:
        case SessionErased(session):
            found.erased.add(session)
        case SendTaken() | SendHeld():
            (found.taken if isinstance(change, SendTaken) else found.held).append(change.send_id)
        case CustomerWrote():
            found.calls = True
        case Announced(notice):
            found.notices.append(notice)
        case Decided(asked):
            found.decided.append(asked)
        case SignInNeeded(failure):
            found.sign_in = failure
        case LinkChanged():
            found.parts |= {Part.BADGE, Part.TRANSCRIPT}
        case PeopleChanged() | ListingRead() | CannedChanged() | CountersChanged():
            found.parts |= _WIDE[type(change)]
        case SessionMoved() | TypingChanged() | TranscriptGrew() | TranscriptChanged():
            _gather_session(found, change, here=change.session == shown)
        case _:
            assert_never(change)


def _gather_session(
    found: Touched, change: SessionMoved | TypingChanged | TranscriptGrew | TranscriptChanged, *, here: bool
) -> None:
    match change:
        case SessionMoved(session):
            found.moved.add(session)
            found.parts |= {Part.HEADER, Part.LIST}
            parts = {Part.PANEL}
        case TypingChanged(session):
            found.moved.add(session)
            found.parts.add(Part.LIST)
            parts = {Part.TYPING}
        case TranscriptGrew() | TranscriptChanged():
            parts = {Part.TRANSCRIPT}
        case _:
            assert_never(change)
    if here:
        found.parts |= parts
