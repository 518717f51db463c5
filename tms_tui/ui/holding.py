"""Texts held back until the agent decides: one not sent because the talk had moved on, a paste of many lines."""

from tms_tui import wording
from tms_tui.domain.ids import SendId
from tms_tui.domain.model import Draft
from tms_tui.ui.port import Desk
from tms_tui.ui.screens.ask import Ask
from tms_tui.ui.widgets.choices import Choice


def ask_about(desk: Desk, send_id: SendId) -> None:
    """Ask, when the conversation is the one shown; elsewhere its transcript says it. Esc means to edit it."""
    draft = desk.composing.held(send_id)
    if draft is None or draft.session != desk.shown:
        return
    answers = [
        Choice("edit", "Edit", "the text stays in the composer"),
        Choice("send", "Send anyway"),
        Choice("discard", "Discard", "the text is put away"),
    ]
    question = "Nothing was sent: the conversation moved on since you wrote it. The new lines stand above."
    desk.show(Ask(question, answers), lambda answer: _decide(desk, draft, answer or "edit"))


def ask_before_pasting(desk: Desk, text: str) -> None:
    """Ask once for all the lines."""
    lines = wording.plural(text.count("\n") + 1, "line")
    answers = [Choice("paste", "Paste them"), Choice("leave", "Leave them")]
    question = f"{lines} and {wording.plural(len(text), 'character')} were pasted."
    desk.ask(question, answers, lambda answer: desk.composing.insert(text) if answer == "paste" else None)


def _decide(desk: Desk, draft: Draft, answer: str) -> None:
    match answer:
        case "send":
            desk.composing.send_anyway(draft)
        case "discard":
            desk.composing.discard(draft)
        case _:
            desk.composing.edit_again(draft)
