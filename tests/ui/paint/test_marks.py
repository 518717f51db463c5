"""An entry is found again after whatever happened to the transcript."""

from hypothesis import given
from hypothesis import strategies as st

from tests.ui.paint.scene import NOON, TALK, hold, message, pending, signed_in
from tms_tui.core import select
from tms_tui.core.outbox import put, take_out
from tms_tui.core.transcript import merge
from tms_tui.domain.entries import GapMark
from tms_tui.domain.ids import SendId
from tms_tui.domain.value import replace
from tms_tui.ui.paint.marks import find


@given(st.integers(1, 60), st.integers(0, 200))
def test_a_message_is_found_after_older_ones_came(seq: int, hint: int) -> None:
    state = signed_in()
    hold(state, 41, 100)
    mark = select.entries(state, TALK)[seq - 1]
    hold(state, 1, 40)
    entries = select.entries(state, TALK)
    assert entries[find(entries, mark, hint)] is mark


def test_a_send_is_found_as_the_message_it_became() -> None:
    state = signed_in()
    hold(state, 1, 10)
    send = pending("hello")
    put(state.outbox, send)
    assert find(select.entries(state, TALK), send) == 10
    take_out(state.outbox, send.draft.send_id)
    stored = replace(message(11, "hello"), send_id=SendId("send-1"))
    merge(state.transcript(TALK), [stored, message(12)])
    assert find(select.entries(state, TALK), send) == 10


def test_what_is_gone_leaves_its_place() -> None:
    state = signed_in()
    hold(state, 1, 10)
    entries = select.entries(state, TALK)
    assert find(entries, GapMark(5, NOON, NOON)) == 5
    assert find(entries, message(99)) == 9
    assert find(entries, pending("never sent")) == 9
