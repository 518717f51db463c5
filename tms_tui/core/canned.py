"""Canned responses: found by shortcut, filled for a conversation, and what was left unfilled."""

import re
from collections.abc import Sequence
from typing import Final

from tms_tui.core.state import State
from tms_tui.domain.ids import SessionId
from tms_tui.domain.model import CannedResponse

_PLACEHOLDER: Final = re.compile(r"\{\{\s*([a-z_]+\.[a-z_]+)\s*\}\}")


def available(state: State, own: Sequence[CannedResponse]) -> list[CannedResponse]:
    """The server's and the agent's own, by shortcut; an own one stands for the server's of the same shortcut."""
    found = {one.shortcut: one for one in (*state.canned, *own)}
    return [found[shortcut] for shortcut in sorted(found)]


def filled(state: State, session_id: SessionId, response: CannedResponse) -> str:
    """The text for one conversation; a placeholder stays as it is where nothing is known for it."""
    session = state.sessions.get(session_id)
    known = {
        "customer.name": session.customer.name if session else "",
        "customer.email": (session.customer.email or "") if session else "",
        "agent.name": state.me.name if state.me else "",
        "agent.email": state.me.email if state.me else "",
    }
    return _PLACEHOLDER.sub(lambda found: known.get(found[1]) or found[0], response.content)


def unfilled(text: str) -> list[str]:
    """The placeholders that stand in a text, which no customer should see."""
    return [found[0] for found in _PLACEHOLDER.finditer(text)]
