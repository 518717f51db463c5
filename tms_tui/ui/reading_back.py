"""Goes to the first message of a conversation, however much has to be read for that."""

from tms_tui.core import select
from tms_tui.domain.ids import SessionId
from tms_tui.ui.port import Desk
from tms_tui.ui.widgets.transcript import TranscriptPane
from tms_tui.wording import rows


def to_first(desk: Desk, pane: TranscriptPane, session: SessionId) -> None:
    """Read the conversation shown back to its first message and go there, unless the agent goes elsewhere meanwhile."""

    def then() -> None:
        held = select.transcript(desk.state, session)
        if held is None or not pane.seeks_first:
            desk.say(rows.READ_BACK_LEFT)
            return
        if held.top_reached:  # else the reader stays: at the top, the next read would begin at once
            pane.show_first()
        desk.say(rows.read_back(len(held), whole=held.top_reached, ways=desk.ways))

    desk.gather(session, lambda: not pane.seeks_first, then, rows.reading_back)
