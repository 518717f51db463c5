"""What is done with any program, and the samples it yields: milliseconds, seconds, bytes or per cent, by name."""

import math
import random
from collections.abc import Callable
from typing import Final

from tests.bench.feeding import sentence, token
from tests.bench.processes import cpu_seconds
from tests.bench.seat import COLS, ROWS, Seat
from tests.bench.sightings import Wanted, latencies
from tests.bench.typing_load import type_keys
from tests.terminal.pty_driver import now
from tests.terminal.vt_screen import VtScreen

Samples = dict[str, list[float]]
Scenario = Callable[[Seat], Samples]

KEYS: Final = 200
MESSAGES: Final = 100
BUSY_RATE: Final = 200
BURST: Final = 10_000
MARK_EVERY: Final = 8
IDLE_SECONDS: Final = 30.0
BURST_TIMEOUT: Final = 120.0
BURST_PATIENCE: Final = 4.0


def start(seat: Seat) -> Samples:
    """From the spawn to the first text on the screen, and to all that tells a usable program."""
    usable = seat.wait_ready()
    terminal = seat.terminal
    screen = VtScreen(ROWS, COLS)
    first = usable
    for chunk in terminal.chunks:
        screen.feed(chunk.data)
        if screen.text().strip():
            first = chunk.at
            break
    return {
        "first_frame_ms": [(first - terminal.started) * 1000],
        "usable_ms": [(usable - terminal.started) * 1000],
    }


def echo(seat: Seat) -> Samples:
    """A key to its letter on the screen, nothing else going on."""
    return {"echo_ms": latencies(seat.terminal, type_keys(seat, KEYS))}


def busy_echo(seat: Seat) -> Samples:
    """The same while messages arrive in the open conversation."""
    _begin_stream(seat, seconds=60)
    wanted = type_keys(seat, KEYS)
    seat.feeder.ask("finish", now=True)
    seat.terminal.rest(0.3, 5.0)
    return {"busy_echo_ms": latencies(seat.terminal, wanted)}


def message(seat: Seat) -> Samples:
    """A message leaving the server to its text on the screen, one at a time."""
    return {"message_ms": message_latencies(seat, 1, MESSAGES)}


def busy_message(seat: Seat) -> Samples:
    """The same for marked messages of a steady stream."""
    seconds = 8
    _begin_stream(seat, seconds)
    seat.terminal.record(now() + seconds)
    marks = seat.feeder.ask("finish", now=False)["marks"]
    seat.terminal.rest(0.3, 5.0)
    return {"busy_message_ms": latencies(seat.terminal, [Wanted(mark, at) for mark, at in marks])}


def burst(seat: Seat) -> Samples:
    """Ten thousand messages at once, until the last one stands on the screen."""
    return {"burst_s": [fill(seat, 1, BURST)]}


def idle(seat: Seat) -> Samples:
    """Nobody types, nobody writes: bytes sent to the terminal and CPU used."""
    terminal = seat.terminal
    terminal.rest(1.0, 3.0)
    chunks, cpu, begin = len(terminal.chunks), cpu_seconds(terminal.pid), now()
    terminal.record(begin + IDLE_SECONDS)
    used = (cpu_seconds(terminal.pid) - cpu) / (now() - begin)
    written = sum(len(chunk.data) for chunk in terminal.chunks[chunks:])
    return {"idle_bytes": [float(written)], "idle_cpu_percent": [used * 100]}


def message_latencies(seat: Seat, conversation: int, count: int) -> list[float]:
    """Send `count` single messages, about ten a second, and time each."""
    wanted = []
    for _ in range(count):
        mark = token()
        text = f"{mark} {sentence(random.Random())}"
        wanted.append(Wanted(mark, seat.feeder.ask("send", text=text, to=conversation)["at"]))
        seat.terminal.record(now() + random.uniform(0.06, 0.14))
    seat.terminal.rest(0.3, 5.0)
    return latencies(seat.terminal, wanted)


def fill(seat: Seat, conversation: int, count: int) -> float:
    """Send `count` messages at once; seconds until the last one stands on the screen, infinite for never."""
    last = token()
    seat.feeder.ask("prepare", count=count, last=last, to=conversation)
    wanted = Wanted(last, seat.feeder.ask("release")["at"])
    while now() < wanted.since + BURST_TIMEOUT:
        seat.terminal.rest(1.0, BURST_PATIENCE)
        seconds = latencies(seat.terminal, [wanted])[0] / 1000
        if math.isfinite(seconds):
            return seconds
    return math.inf


def _begin_stream(seat: Seat, seconds: int) -> None:
    seat.feeder.ask("stream", rate=BUSY_RATE, count=BUSY_RATE * seconds, mark=MARK_EVERY, to=1)


SCENARIOS: Final[dict[str, Scenario]] = {
    "start": start,
    "idle": idle,
    "echo": echo,
    "message": message,
    "busy_echo": busy_echo,
    "busy_message": busy_message,
    "burst": burst,
}
