"""Whether a new password can be asked for, before the server is."""

from enum import StrEnum

from tms_tui.domain.secret import Secret


class Unfit(StrEnum):
    """What is wrong with what was typed; the server judges the rest."""

    NO_CURRENT = "no_current"
    NO_NEW = "no_new"
    DIFFER = "differ"
    """The new one was not typed the same twice."""
    SAME = "same"
    """It is the current one."""


def unfit(current: Secret, new: Secret, again: Secret) -> Unfit | None:
    """None when there is nothing to say against it here."""
    if not current.reveal():
        return Unfit.NO_CURRENT
    if not new.reveal().strip():
        return Unfit.NO_NEW
    if new.reveal() != again.reveal():
        return Unfit.DIFFER
    return Unfit.SAME if new.reveal() == current.reveal() else None
