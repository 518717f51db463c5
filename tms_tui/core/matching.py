"""Matches what the socket brings with what the log holds."""

from tms_tui.core import bounds, health
from tms_tui.core.state import Step
from tms_tui.domain.changes import Bound, CountersChanged
from tms_tui.domain.effects import Timer, TimerKind, WakeAt
from tms_tui.domain.events import LogRead, WireEvent
from tms_tui.domain.policy import DEAF_AFTER, UNMATCHED_HELD


def brought(step: Step, event: WireEvent) -> None:
    """The socket brought an event; the log will be asked whether it brought them all."""
    sync, cursor = step.state.sync, getattr(event, "cursor", None)
    if cursor is None:
        return
    if health.brought_twice(step.state.health, cursor):
        step.show(CountersChanged())
    if not sync.joined:
        return
    sync.heard = cursor
    if cursor in sync.unheard:
        sync.unheard.discard(cursor)
    elif len(sync.unread_back) < UNMATCHED_HELD:
        sync.unread_back.add(cursor)
    else:
        _match_anew(step)


def compare(step: Step, event: LogRead) -> None:
    """Match what the log holds with what the socket brought."""
    sync = step.state.sync
    cursors = {cursor for one in event.events if (cursor := getattr(one, "cursor", None)) is not None}
    if not sync.joined:
        return
    sync.unheard |= cursors - sync.unread_back - sync.unread_before
    sync.unread_back -= cursors
    sync.unread_before -= cursors
    if len(sync.unheard) > UNMATCHED_HELD:
        _match_anew(step)
    elif sync.unheard:
        step.do(WakeAt(Timer(TimerKind.DEAF), step.moment.now + DEAF_AFTER))


def _match_anew(step: Step) -> None:
    """Too much came before the log was read to its end: the socket counts as joined again once it is."""
    sync = step.state.sync
    sync.joined, sync.again = False, sync.log is not None
    sync.unread_back.clear()
    sync.unread_before.clear()
    sync.unheard.clear()
    bounds.reached(step, Bound.EVENTS)
