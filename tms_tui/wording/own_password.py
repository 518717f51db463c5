"""What became of a new password, in words."""

from typing import Final

from tms_tui.core.new_password import Unfit
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.wording.failures import reason

WRONG_CURRENT: Final = "wrong_password"
"""The server's code for it."""
CURRENT: Final = "Current password"
NEW: Final = "New password"
AGAIN: Final = "New password again"
ASKING: Final = "Changing the password ..."
CHANGED: Final = "The password is changed. You stay signed in here; everywhere else you are signed out."

_UNFIT: Final = {
    Unfit.NO_CURRENT: "Not changed: the current password is missing.",
    Unfit.NO_NEW: "Not changed: the new password is missing.",
    Unfit.DIFFER: "Not changed: the new password was not typed the same twice.",
    Unfit.SAME: "Not changed: this is the password you have already.",
}
_IN_DOUBT: Final = (FailureKind.NO_ANSWER, FailureKind.UNREADABLE, FailureKind.SERVER_ERROR)


def unfit(problem: Unfit) -> str:
    """Why the server is not asked."""
    return _UNFIT[problem]


def not_changed(failure: Failure) -> str:
    """What the server said, and what to do."""
    if failure.code == WRONG_CURRENT:
        return "Not changed: the current password is not right."
    if failure.kind in _IN_DOUBT and failure.retry_after is None:
        why = reason(failure)
        return f"Changed or not, that is not known: {why}. Try again; if the current one is not right, the new one is."
    if failure.kind is FailureKind.INVALID and failure.words:
        return f"Not changed: {failure.words}"
    if failure.kind is FailureKind.MISSING:
        return "Not changed: this server lets nobody change a password. Ask whoever runs it."
    if failure.kind is FailureKind.TOO_MANY:
        return f"Not changed: too many attempts. Wait {int(failure.retry_after or 60)} s, then try again."
    return f"Not changed: {reason(failure)}."


def broken(fault: str) -> str:
    """The attempt itself ended in a fault of the console's own; `fault` names the kind of error."""
    return f"Changed or not, that is not known: the console failed ({fault}). If it stays so, report it."
