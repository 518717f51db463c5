"""Puts on the event line what the engine has to say."""

from tms_tui.core import outbox
from tms_tui.core.state import Moment, State
from tms_tui.ui.routing import Touched
from tms_tui.ui.widgets.event_line import EventLine
from tms_tui.wording.ways import Ways
from tms_tui.wording.work import carried_out, told


def announce(line: EventLine, state: State, found: Touched, moment: Moment, ways: Ways) -> None:
    """Say what happened and what was carried out, and no longer that a message was not sent which is."""
    for notice in found.notices:
        words, offer = told(state, notice, moment.now, ways)
        line.hear(notice.kind, words, offer, notice.session)
    for asked in found.decided:
        line.offer(*carried_out(state, asked, moment, ways))
    for session in line.unsent:
        if not any(send.delivery in outbox.PARKED for send in state.outbox.of(session)):
            line.settle(session)
