"""The limits of one socket."""

from tms_tui.domain import policy
from tms_tui.domain.value import Value


class Timings(Value):
    """Durations in seconds, sizes in bytes."""

    open_within: float = policy.CONNECT_WITHIN
    ping_every: float = policy.PING_EVERY
    pong_within: float = policy.PONG_WITHIN
    close_within: float = policy.CLOSE_WITHIN
    hang_up_within: float = policy.CLOSE_WITHIN / 2
    """How long an own close waits for the other side's before the line is cut."""
    frame_largest: int = policy.FRAME_LARGEST
    slice: float = policy.SLICE
