"""What time it is by the server's clock, as far as the server said, whatever this computer's own clock says.

Moments of conversations are the server's, so whatever is compared with them, counted from now on, or shown beside them
goes by its clock: its time is tied to the monotonic clock, which nobody sets.
"""

from tms_tui.core.state import Moment, State
from tms_tui.domain.policy import CLOCK_COARSE


def by_server(state: State, moment: Moment) -> Moment:
    """The moment with its `wall` by the server's clock, once that is known; its own clock's is kept as `here`."""
    if state.server_clock is None or moment.here is not None:
        return moment
    return Moment(moment.now, state.server_clock + moment.now, moment.chance, moment.wall)


def told(state: State, server_time: float, now: float) -> None:
    """The server said what time it is, `now` on the monotonic clock."""
    state.server_clock = server_time - now


def told_roughly(state: State, server_time: float, now: float) -> None:
    """The same, to the second, as an answer's `Date` has it: believed where nothing better is known."""
    known = state.server_clock
    if known is None or abs(server_time - (known + now)) > CLOCK_COARSE:
        state.server_clock = server_time - now


def slept(state: State, seconds: float) -> None:
    """The machine slept so long, and the monotonic clock with it."""
    if state.server_clock is not None:
        state.server_clock += seconds
