"""Customers who are kept out, in words: how far, for how long, by whom and why."""

from typing import Final

from tms_tui.core import select
from tms_tui.core.state import State
from tms_tui.domain.model import Blocked, BlockScope, Customer
from tms_tui.domain.policy import ADDRESS_BLOCKED_LONGEST
from tms_tui.wording.times import to_come

BLOCKED: Final = "blocked"
WHOM: Final = "who is kept out?"
WHY: Final = "colleagues see it, the customer never does"
_SCOPES: Final = {
    BlockScope.CONVERSATION: "this conversation",
    BlockScope.CUSTOMER: "the customer",
    BlockScope.ADDRESS: "the address",
}
_DAYS: Final = int(ADDRESS_BLOCKED_LONGEST // 86_400)


def reach(scope: BlockScope) -> str:
    """What is blocked."""
    return _SCOPES[scope]


def until(blocked_until: float | None, now: float) -> str:
    """How long; both in seconds since the epoch."""
    return f"until {to_come(blocked_until, now)}" if blocked_until is not None else "for good"


def details(state: State, blocked: Blocked, now: float) -> str:
    """All there is to say of a block; `now` in seconds since the epoch."""
    mine = state.me is not None and blocked.by == state.me.id
    by = "you" if mine else blocked.by_name or select.agent_name(state, blocked.by) or "a colleague"
    why = f": {blocked.reason}" if blocked.reason else ""
    return f"{reach(blocked.scope)}, {until(blocked.until, now)}, by {by}{why}"


def consequence(scope: BlockScope, customer: Customer) -> str:
    """Whom a block of this customer hits, said before it is decided on."""
    match scope:
        case BlockScope.CONVERSATION:
            return "nobody writes in it; they can begin another one"
        case BlockScope.CUSTOMER if customer.email:
            return f"everywhere, and whoever else gives {customer.email}"
        case BlockScope.CUSTOMER:
            return "no e-mail was given: under another name they can begin again"
        case BlockScope.ADDRESS:
            return f"all who come from there, perhaps an office; {_DAYS} days at most"


def relief(scope: BlockScope) -> str:
    """Who can write again once a block is lifted."""
    return {
        BlockScope.CONVERSATION: "in this conversation",
        BlockScope.CUSTOMER: "in all conversations of the customer",
        BlockScope.ADDRESS: "and everybody else at the address",
    }[scope]
