"""Takes erased conversations off the desk: out of the talk, the composer and what stands behind both."""

from collections.abc import Collection
from typing import Final

from tms_tui.domain.ids import SessionId
from tms_tui.ui.composing import Composing
from tms_tui.ui.dropping import Dropping
from tms_tui.ui.keys import Pane
from tms_tui.ui.routing import Part
from tms_tui.ui.widgets.body import Body

_WHY: Final = "The conversation you were in was removed from the server."


def remove(erased: Collection[SessionId], body: Body, composing: Composing, dropping: Dropping, now: float) -> bool:
    """Whether the conversation shown was among them; `now` in seconds since the epoch.

    Who was writing in it writes on for a moment: those keys are dropped, for in the list they are commands.
    """
    composing.forget(erased)
    if body.transcript.session_id not in erased:
        return False
    was_in_list = body.pane is Pane.LIST
    body.show_nothing()
    body.look_again(tuple(Part), now)
    if not was_in_list:
        body.go(Pane.LIST)
        dropping.begin(_WHY)
    return True
