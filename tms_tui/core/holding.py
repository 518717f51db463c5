"""A server that asks for fewer requests gets them: until then nothing is read and nothing sent, whoever was refused."""

from tms_tui.core.state import Step
from tms_tui.domain.changes import Notice, NoticeKind
from tms_tui.domain.policy import HOLD_WORTH_A_WORD, RATE_LIMITED_FOR


def hold(step: Step, retry_after: float | None) -> None:
    """The server wants `retry_after` seconds of rest; when it does not say how many, the usual."""
    state, moment = step.state, step.moment
    seconds = RATE_LIMITED_FOR if retry_after is None else retry_after
    if seconds <= left(step):
        return
    if seconds >= HOLD_WORTH_A_WORD and not left(step):
        step.announce(Notice(NoticeKind.HELD_BACK, moment.wall, since=moment.wall + seconds))
    state.held_until = moment.now + seconds


def left(step: Step) -> float:
    """Seconds of rest that are left; 0 when none is."""
    return max(0.0, step.state.held_until - step.moment.now)
