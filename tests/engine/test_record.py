"""What was recorded is what happened: every kind of event comes back equal, and replays to the same state."""

import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.desk import ANA, JONAS, TALK, conversation, message
from tests.engine.fakes import empty, running, stand
from tms_tui.core.apply import apply
from tms_tui.core.state import Moment, State
from tms_tui.domain import events
from tms_tui.domain.events import Event, LogRead, MessageArrived, SendAsked, SignedIn
from tms_tui.domain.ids import Cursor
from tms_tui.domain.model import Draft
from tms_tui.domain.value import Value, fields
from tms_tui.engine.record import Recorder, replay

MOMENT = Moment(1.0, 2.0, 0.25)
# Not-a-number is equal to nothing, itself included, and no clock shows it.
st.register_type_strategy(float, st.floats(allow_nan=False))
ANY_EVENT: st.SearchStrategy[Event] = st.from_type(Event)  # type: ignore[arg-type]  # a union of types is one


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(ANY_EVENT, min_size=1, max_size=3))
def test_any_events_come_back_equal(tmp_path: Path, happened: list[Event]) -> None:
    file = tmp_path / "events"
    with Recorder(file) as record:
        for event in happened:
            record(event, MOMENT)
    # By their words: a number that is none is not even equal to itself.
    assert repr(list(replay(file))) == repr([(event, MOMENT) for event in happened])


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "events"
    file.write_text("old")
    file.chmod(0o644)
    with Recorder(file) as record:
        record(MessageArrived(message(1)), MOMENT)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "old" not in file.read_text()


def test_no_event_has_a_field_for_a_secret() -> None:
    kinds = [kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, Value)]
    assert SignedIn in kinds
    names = {each.name for kind in kinds for each in fields(kind)}
    assert not names & {"password", "token", "access_token", "refresh_token"}


async def test_a_recorded_day_replays_to_the_same_state(tmp_path: Path) -> None:
    at = stand(empty)
    with Recorder(tmp_path / "day") as record:
        at.engine._record = record
        async with running(at.engine):
            at.engine.take(SignedIn(ANA, 900.0))
            await at.engine.settled()
            at.link.welcome(ANA.id)
            at.link.bring(events.SessionChanged(conversation(), Cursor("1")))
            at.link.bring(LogRead(Cursor("1"), (MessageArrived(message(1, JONAS), Cursor("2")),), Cursor("2"), False))
            at.engine.take(SendAsked(Draft(at.engine.new_send_id(), TALK, "h\u00e9llo", private=False, asked_at=3.0)))
            await at.engine.settled()
            at.clock.advance(30)
            await at.engine.settled()
    state = State(can=at.engine.state.can)
    for event, moment in replay(tmp_path / "day"):
        apply(state, event, moment)
    assert state == at.engine.state
    assert state.transcripts[TALK].entries


@pytest.mark.parametrize("text", ['{"event": {"is": "Nothing"}, "moment": {}}', "{", '{"a": 1}'])
def test_what_is_no_recording_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "other"
    file.write_text(text)
    with pytest.raises((ValueError, KeyError)):
        list(replay(file))
