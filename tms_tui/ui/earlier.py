"""The earlier conversations of a customer: chosen from, and opened."""

from tms_tui import wording
from tms_tui.core import finding, select
from tms_tui.domain.ids import SessionId
from tms_tui.ui.port import Desk
from tms_tui.ui.widgets.choices import Choice
from tms_tui.ui.work import target_of


def choose(desk: Desk) -> None:
    """Let the agent choose one to open."""
    session = target_of(desk)
    if session is None:
        return
    found = finding.earlier(desk.state, session)
    if not found:
        unread = "were not read yet" if found is None else "are not known"
        desk.refuse(f"Earlier conversations with {wording.customer(session)} {unread}.")
        return
    now = desk.bridge.moment().wall
    choices = [
        Choice(
            one.id,
            wording.brief(one, select.holder_name(desk.state, one), now),
            one.last_message.text if one.last_message else "",
        )
        for one in found
    ]
    title = f"Earlier with {wording.customer(session)}"
    desk.choose(title, choices, lambda chosen: desk.open_session(SessionId(chosen)))
