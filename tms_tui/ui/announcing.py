"""Puts on the event line what the engine has to say."""

from collections.abc import Iterable

from tms_tui.core import outbox
from tms_tui.core.state import State
from tms_tui.domain.changes import Notice
from tms_tui.ui.widgets.event_line import EventLine
from tms_tui.wording.ways import Ways
from tms_tui.wording.work import told


def announce(line: EventLine, state: State, notices: Iterable[Notice], now: float, ways: Ways) -> None:
    """Say what each notice says, and no longer that a message was not sent which is; `now` is monotonic seconds."""
    for notice in notices:
        words, offer = told(state, notice, now, ways)
        line.hear(notice.kind, words, offer, notice.session)
    for session in line.unsent:
        if not any(send.delivery in outbox.PARKED for send in state.outbox.of(session)):
            line.settle(session)
