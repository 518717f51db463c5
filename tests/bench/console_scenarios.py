"""What only the console is asked to do: pending rows, keys during a burst, conversations held in memory."""

from typing import Final

from tests.bench.console import NEXT_CONVERSATION, PREVIOUS_CONVERSATION
from tests.bench.feeding import token
from tests.bench.processes import resident_mib
from tests.bench.scenarios import BURST, Samples, Scenario, fill, message_latencies
from tests.bench.seat import Seat
from tests.bench.sightings import Wanted, latencies
from tests.bench.tms_desk import FIRST_MESSAGES
from tests.bench.typing_load import letters, type_run
from tests.terminal.pty_driver import now

SENDS: Final = 40
BURSTS: Final = 4
LAPS: Final = 8
MORE: Final = 30
SMALL, MIDDLE, LARGE = 100, 10_000, 100_000


def enter(seat: Seat) -> Samples:
    """Enter to the message's row in the transcript, above the composer, long before the server answers."""
    return {"enter_ms": [_send_one(seat) for _ in range(SENDS)]}


def _send_one(seat: Seat) -> float:
    terminal, text = seat.terminal, letters(12)
    for letter in text:
        terminal.send(letter)
        terminal.record(now() + 0.02)
    terminal.wait_for(text)
    terminal.rest(0.1, 1.0)
    row, col = terminal.screen.find(text) or (0, 0)
    wanted = Wanted(text, terminal.send("\r"), above=row, from_col=col - 1)
    terminal.record(now() + 0.3)
    return latencies(terminal, [wanted])[0]


def burst_echo(seat: Seat) -> Samples:
    """Keys typed while ten thousand messages come in at once; those that fell into the burst count."""
    found: list[float] = []
    for _ in range(BURSTS):
        found += _type_through_burst(seat)
    return {"burst_echo_ms": found}


def _type_through_burst(seat: Seat) -> list[float]:
    last, released = token(), list[float]()
    seat.feeder.ask("prepare", count=BURST, last=last, to=1)
    keys = type_run(seat, 60, 0.012, at_key=10, action=lambda: released.append(seat.feeder.ask("release")["at"]))
    seat.terminal.rest(1.0, 4.0)
    *echoes, shown = latencies(seat.terminal, [*keys, Wanted(last, released[0])])
    end = released[0] + shown / 1000
    return [ms for key, ms in zip(keys, echoes, strict=True) if released[0] <= key.since <= end]


def held(seat: Seat) -> Samples:
    """Three conversations of 100, 10,000 and 100,000 messages in memory: what opening and one more cost."""
    terminal = seat.terminal
    fill(seat, 1, SMALL - FIRST_MESSAGES)
    more_small = message_latencies(seat, 1, MORE)
    _step(seat, NEXT_CONVERSATION)
    _step(seat, NEXT_CONVERSATION)
    fill(seat, 3, LARGE - FIRST_MESSAGES)
    memory = resident_mib(terminal.pid)
    more_large = message_latencies(seat, 3, MORE)
    _step(seat, PREVIOUS_CONVERSATION)
    fill(seat, 2, MIDDLE - FIRST_MESSAGES)
    return {
        "more_100_ms": more_small,
        "more_100000_ms": more_large,
        "memory_mib": [memory],
        **_lap_samples(seat),
    }


def _lap_samples(seat: Seat) -> Samples:
    """Walk up and down between the three; each is known by its message before the last."""
    marks = {number: _mark(seat, number) for number in (1, 2, 3)}
    samples: Samples = {"open_100_ms": [], "open_10000_ms": [], "open_100000_ms": []}
    small, middle, large = samples.values()
    for _ in range(LAPS):
        small.append(_open(seat, PREVIOUS_CONVERSATION, marks[1]))
        middle.append(_open(seat, NEXT_CONVERSATION, marks[2]))
        large.append(_open(seat, NEXT_CONVERSATION, marks[3]))
        middle.append(_open(seat, PREVIOUS_CONVERSATION, marks[2]))
    return samples


def _mark(seat: Seat, conversation: int) -> str:
    mark = token()
    seat.feeder.ask("send", text=f"{mark} so that this place is known", to=conversation)
    seat.feeder.ask("send", text="and one after it", to=conversation)
    seat.terminal.rest(0.3, 5.0)
    return mark


def _open(seat: Seat, key: str, mark: str) -> float:
    if seat.terminal.screen.find(mark):
        raise AssertionError("the conversation to open stands on the screen already")
    wanted = Wanted(mark, _step(seat, key))
    return latencies(seat.terminal, [wanted])[0]


def _step(seat: Seat, key: str) -> float:
    at = seat.terminal.send(key)
    seat.terminal.record(now() + 0.05)
    seat.terminal.rest(0.25, 1.0)
    return at


CONSOLE_SCENARIOS: Final[dict[str, Scenario]] = {"enter": enter, "burst_echo": burst_echo, "held": held}
