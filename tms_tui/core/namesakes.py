"""Customers of one name in one list, and what tells their conversations apart."""

from collections import Counter
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Final

from tms_tui.domain.folding import folded
from tms_tui.domain.model import Session

_TAIL: Final = 4


def shared_names(sessions: Iterable[Session]) -> AbstractSet[str]:
    """Names, folded, that stand on more than one of the conversations, however they are spelt."""
    names = Counter(folded(session.customer.name) for session in sessions)
    return {name for name, count in names.items() if count > 1}


def mark(session: Session, shared: AbstractSet[str]) -> str:
    """The end of the conversation's id, where its customer has one of the `shared` names."""
    return f"#{session.id[-_TAIL:]}" if folded(session.customer.name) in shared else ""
