"""What stands in a transcript: stored messages, own sends under way, gaps."""

from enum import StrEnum

from tms_tui.domain.errors import Failure
from tms_tui.domain.model import Draft, Message
from tms_tui.domain.value import Value


class Delivery(StrEnum):
    """How far an own message has got."""

    QUEUED = "queued"
    SENDING = "sending"
    DOUBTFUL = "doubtful"
    """It may have arrived: being checked by reading."""
    REFUSED = "refused"
    """Not sent; the failure says why."""
    HELD = "held"
    """Not sent: the conversation moved on since the agent looked."""
    SENT = "sent"
    SEEN = "seen"


class PendingSend(Value):
    """An own message that the server has not confirmed yet. `since` and `doubted_at` are on the monotonic clock."""

    draft: Draft
    delivery: Delivery
    since: float
    tries: int = 0
    doubts: int = 0
    """Tries that may have arrived."""
    doubted_at: float | None = None
    """When the first of them ended."""
    failure: Failure | None = None
    kept: bool = True
    """Whether it would survive a crash; it does not leave before."""


class GapMark(Value):
    """The line was down here. Times are seconds since the epoch; `confirmed` once the history was read again."""

    after_seq: int
    began_at: float
    ended_at: float
    recovered: int = 0
    confirmed: bool = False


Entry = Message | PendingSend | GapMark
