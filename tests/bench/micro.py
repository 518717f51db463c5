"""The console's innermost paths, timed: `pytest -n 0 tests/bench/micro.py --benchmark-only`."""

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tests.bench.tms_desk import CONVERSATIONS, Desk, customer_name, session_id
from tms_tui.core.apply import apply
from tms_tui.core.state import Moment, State
from tms_tui.domain.effects import SessionQuery
from tms_tui.domain.events import MessageArrived, SessionOpened, SessionsRead
from tms_tui.domain.ids import Cursor, SessionId
from tms_tui.domain.model import SessionStatus
from tms_tui.domain.text import clean
from tms_tui.protocol import shapes
from tms_tui.protocol.decode import decode_frame

TALK = SessionId(session_id(1))
NOW = Moment(now=100.0, wall=1_790_000_000.0)
SENTENCE = "Good morning, my parcel never came and the shop says it was handed over on Friday."
AROUND_THE_WORLD = (
    "Grüße aus Köln \U0001f469\u200d\U0001f4bb, 早上好, \u0645\u0631\u062d\u0628\u0627 \x1b[31mred\x1b[0m"
)


def heard(desk: Desk) -> MessageArrived:
    event = decode_frame(desk.hear(1, SENTENCE))
    assert isinstance(event, MessageArrived)
    return event


def listed(desk: Desk) -> State:
    state = State()
    sessions = tuple(shapes.session(desk.session(number)) for number in range(1, CONVERSATIONS + 1))
    query = SessionQuery(SessionStatus.ACTIVE)
    apply(state, SessionsRead(query, sessions, None, Cursor(desk.cursor)), NOW)
    return state


def test_decode_a_frame(benchmark: BenchmarkFixture) -> None:
    frame = Desk().hear(1, SENTENCE)
    event = benchmark(decode_frame, frame)
    assert isinstance(event, MessageArrived)
    assert (event.message.text, event.message.author.name) == (SENTENCE, customer_name(1))


@pytest.mark.parametrize("text", [SENTENCE, AROUND_THE_WORLD], ids=["plain", "around the world"])
def test_clean_a_text(benchmark: BenchmarkFixture, text: str) -> None:
    assert "\x1b" not in benchmark(clean, text)


@pytest.mark.parametrize("held", [100, 100_000])
def test_one_more_message_in(benchmark: BenchmarkFixture, held: int) -> None:
    desk = Desk()
    state = listed(desk)
    apply(state, SessionOpened(TALK), NOW)  # of others no more than the newest messages are kept
    for _ in range(held):
        apply(state, heard(desk), NOW)

    def fresh() -> tuple[tuple[State, MessageArrived, Moment], dict[str, object]]:
        return (state, heard(desk), NOW), {}

    outcome = benchmark.pedantic(apply, setup=fresh, rounds=500)  # type: ignore[no-untyped-call]  # it has no types
    assert outcome.changes
    assert len(state.transcript(TALK).entries) >= held + 500
