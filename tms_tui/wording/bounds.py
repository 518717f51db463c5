"""What a server had no end of, in words: what is done about it, and how often it was."""

from collections.abc import Mapping
from typing import Final

from tms_tui.domain import policy
from tms_tui.domain.changes import Bound

_SENTENCES: Final = {
    Bound.RENEWALS: (
        f"The server ends sign-ins at once: they are renewed every {policy.RENEW_SOONEST:.0f} s. Tell whoever runs it."
    ),
    Bound.READS: "The server has no end of what is to be read: it is read slowly now, and the screen may be behind.",
    Bound.SESSIONS: (
        f"More than {policy.SESSIONS_HELD:,} conversations: the quiet ones are left out. A search finds them."
    ),
    Bound.AGENTS: f"More than {policy.AGENTS_HELD:,} colleagues: the others are not shown.",
    Bound.CANNED: f"More than {policy.CANNED_HELD:,} canned responses: the others are left out.",
    Bound.TYPING: "More people type at once than are shown.",
    Bound.HISTORY: f"More than {policy.OPENED_HELD:,} messages in this conversation: the oldest are not shown.",
    Bound.EVENTS: "More happens at once than can be checked: whether all of it came is known only later.",
}
_LABELS: Final = {
    Bound.RENEWALS: "renewals",
    Bound.READS: "reads",
    Bound.SESSIONS: "conversations",
    Bound.AGENTS: "colleagues",
    Bound.CANNED: "canned responses",
    Bound.TYPING: "people typing",
    Bound.HISTORY: "messages of one conversation",
    Bound.EVENTS: "events",
}


def bounded(bound: Bound) -> str:
    """What is done about it, said once."""
    return _SENTENCES[bound]


def bounds_met(counted: Mapping[Bound, int]) -> str:
    """How often each was met, for the page of diagnostics."""
    met = [f"{_LABELS[bound]} {count}" for bound, count in sorted(counted.items()) if count]
    return f"{', '.join(met)} (times)" if met else "none"
