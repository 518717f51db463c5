"""Canned responses: found by shortcut, filled for a conversation, and what was left unfilled."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from tms_tui.core.state import State
from tms_tui.domain.ids import SessionId
from tms_tui.domain.model import CannedResponse
from tms_tui.domain.value import Value

_PLACEHOLDER: Final = re.compile(r"\{\{\s*([a-z_]+\.[a-z_]+)\s*\}\}")


class Filled(Value):
    """A canned response as one customer gets it, and which of its own placeholders nothing is known for."""

    text: str
    unfilled: tuple[str, ...]


def available(state: State, own: Sequence[CannedResponse]) -> list[CannedResponse]:
    """The server's and the agent's own, by shortcut; an own one stands for the server's of the same shortcut."""
    found = {one.shortcut: one for one in (*state.canned, *own)}
    return [found[shortcut] for shortcut in sorted(found)]


def filled(state: State, session_id: SessionId, response: CannedResponse) -> Filled:
    """Fill a response for one conversation; a placeholder stays as it is where nothing is known for it.

    What is filled in is never searched: a customer may be called `{{agent.name}}`.
    """
    session = state.sessions.get(session_id)
    known = {
        "customer.name": session.customer.name if session else "",
        "customer.email": (session.customer.email or "") if session else "",
        "agent.name": state.me.name if state.me else "",
        "agent.email": state.me.email if state.me else "",
    }
    text = _PLACEHOLDER.sub(lambda found: known.get(found[1]) or found[0], response.content)
    left = (found[0] for found in _PLACEHOLDER.finditer(response.content) if not known.get(found[1]))
    return Filled(text, tuple(dict.fromkeys(left)))


def still_in(text: str, unfilled: Iterable[str]) -> tuple[str, ...]:
    """Which of the placeholders that canned responses left, each once, still stand in what the agent made of them."""
    return tuple(one for one in dict.fromkeys(unfilled) if one in text)
