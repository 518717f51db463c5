"""What becomes of a text that was not sent because the talk had moved on: the agent decides."""

from functools import partial

from tms_tui.domain.ids import SendId
from tms_tui.domain.model import Draft
from tms_tui.ui.port import Desk
from tms_tui.ui.widgets.choices import Choice


def ask_about(desk: Desk, send_id: SendId) -> None:
    """Ask, when the conversation is the one shown; elsewhere its transcript says it."""
    draft = desk.composing.held(send_id)
    if draft is None or draft.session != desk.shown:
        return
    answers = [
        Choice("edit", "Edit", "the text stays in the composer"),
        Choice("send", "Send anyway"),
        Choice("discard", "Discard", "the text is put away"),
    ]
    question = "Nothing was sent: the conversation moved on since you looked. The new lines stand above."
    desk.ask(question, answers, partial(_decide, desk, draft))


def _decide(desk: Desk, draft: Draft, answer: str) -> None:
    match answer:
        case "send":
            desk.composing.send_anyway(draft)
        case "discard":
            desk.composing.discard(draft)
        case _:
            desk.composing.edit_again(draft)
