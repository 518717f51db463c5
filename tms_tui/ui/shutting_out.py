"""Keeps a customer out, once the agent has said whom, why and for how long; and lets them write again."""

from functools import partial
from typing import Final

from tms_tui import wording
from tms_tui.core import later
from tms_tui.domain.events import BlockAsked, UnblockAsked
from tms_tui.domain.model import BlockScope, Session
from tms_tui.ui.port import Desk
from tms_tui.ui.widgets.choices import Choice
from tms_tui.ui.work import decide, target_of
from tms_tui.wording import blocked as said

_SPANS: Final = {"hour": later.HOUR, "day": 24 * later.HOUR, "week": 7 * 24 * later.HOUR}
_NAMES: Final = {"hour": "For an hour", "day": "For a day", "week": "For a week"}
_FOR_GOOD: Final = "good"


def block(desk: Desk) -> None:
    """Ask whom, why and for how long."""
    session = target_of(desk)
    if session is None:
        return
    choices = [
        Choice(scope.value, said.reach(scope).capitalize(), said.consequence(scope, session.customer))
        for scope in BlockScope
    ]
    question = f"Block {wording.customer(session)}: {said.WHOM}"
    desk.ask(question, choices, lambda scope: _ask_why(desk, session, BlockScope(scope)))


def _ask_why(desk: Desk, session: Session, scope: BlockScope) -> None:
    question = f"Why is {wording.customer(session)} blocked? {said.WHY.capitalize()}."
    keys = "Enter goes on, without words too. Esc leaves everything as it is."
    desk.prompt(question, keys, partial(_ask_how_long, desk, session, scope))


def _ask_how_long(desk: Desk, session: Session, scope: BlockScope, reason: str) -> None:
    now = desk.bridge.moment().wall
    answers = [Choice(one, _NAMES[one], said.until(now + span, now)) for one, span in _SPANS.items()]
    if scope is not BlockScope.ADDRESS:
        answers.append(Choice(_FOR_GOOD, "For good", "until somebody lifts it"))

    def chosen(answer: str) -> None:
        until = None if answer == _FOR_GOOD else desk.bridge.moment().wall + _SPANS[answer]
        decide(desk, BlockAsked(session.id, scope, reason, until))

    desk.ask(f"Block {wording.customer(session)}, {said.reach(scope)}: for how long?", answers, chosen)


def unblock(desk: Desk) -> None:
    """Ask, for it may let others in as well."""
    session = target_of(desk)
    if session is None:
        return
    name, blocked = wording.customer(session), session.blocked
    if blocked is None:
        desk.say(f"{name} is not blocked.")
        return
    answers = [Choice("lift", "Let them write again", said.relief(blocked.scope)), Choice("leave", "Leave it")]
    question = f"{name} is blocked: {said.details(desk.state, blocked, desk.bridge.moment().wall)}"
    asked = UnblockAsked(session.id)
    desk.ask(question, answers, lambda answer: decide(desk, asked) if answer == "lift" else None)
