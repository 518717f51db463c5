"""What the log says of a day: kinds, codes and durations, never anybody's words, names or addresses."""

import logging
from collections.abc import Callable
from typing import Final, assert_never

from tms_tui.core.state import Moment
from tms_tui.domain import events as on
from tms_tui.domain.errors import EndingKind, Failure
from tms_tui.domain.events import Event

log = logging.getLogger(__name__)

Record = Callable[[Event, Moment], None]

_SYSTEMS_OWN: Final = (EndingKind.UNREACHED, EndingKind.UNTRUSTED, EndingKind.LOST)
"""After these the words are this system's; else the server's, which may repeat what was sent to it."""


def journalled(record: Record | None) -> Record | None:
    """`record`, and the log beside it if one is written."""
    if not log.isEnabledFor(logging.INFO):
        return record
    journal = Journal()
    if record is None:
        return journal

    def both(event: Event, moment: Moment) -> None:
        record(event, moment)
        journal(event, moment)

    return both


class Journal:
    """Writes down how the line fares; of what cannot be read one word for each kind."""

    def __init__(self) -> None:
        self._unread: set[str] = set()

    def __call__(self, event: Event, _moment: Moment) -> None:
        if isinstance(event, on.LineEvent):
            _from_line(event)
        elif isinstance(event, on.AskFailed):
            log.warning("%s failed: %s", type(event.asked).__name__, _failure(event.failure))
        elif isinstance(event, on.Unread):
            self._unreadable(event.kind)
        elif isinstance(event, on.ServerComplained):
            log.warning("the server did not follow a frame")
        elif isinstance(event, on.KeepFailed):
            log.warning("drafts cannot be kept")
        elif isinstance(event, on.Woke):
            log.info("woke after %.0f s", event.gap)
        elif isinstance(event, on.SignedIn | on.Leaving):
            log.info("signed in" if isinstance(event, on.SignedIn) else "leaving")

    def _unreadable(self, kind: str) -> None:
        if kind not in self._unread:
            self._unread.add(kind)
            log.warning("something unreadable came: %s; not said again", kind)


def _from_line(event: on.LineEvent) -> None:
    match event:
        case on.LinkRouted():
            log.info("a proxy is used")
        case on.LinkWelcomed(resumed=resumed):
            log.info("line is up, %s", "resumed" if resumed else "from anew")
        case on.LinkProven(latency):
            log.info("ping answered after %.0f ms", latency * 1000)
        case on.LinkLost(ending):
            words = f" ({ending.words})" if ending.words and ending.kind in _SYSTEMS_OWN else ""
            log.warning("line ended: %s%s%s", ending.kind, _code(ending.code), words)
        case on.LinkNotReplaced(ending):
            log.info("line not replaced: %s%s", ending.kind, _code(ending.code))
        case on.TokenRenewed(lifetime):
            log.info("token renewed for %.0f s", lifetime)
        case on.RenewFailed(failure):
            log.warning("token not renewed: %s", _failure(failure))
        case _:
            assert_never(event)


def _failure(failure: Failure) -> str:
    return f"{failure.kind}{_code(failure.status)}"


def _code(code: int | None) -> str:
    return "" if code is None else f" {code}"
