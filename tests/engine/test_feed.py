"""Changes are folded: the first at once, the rest once a frame, none lost, none twice."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from tests.engine.hand_clock import HandClock
from tms_tui.domain.changes import (
    CannedChanged,
    Change,
    LinkChanged,
    SendTaken,
    SessionMoved,
    TranscriptGrew,
    TypingChanged,
)
from tms_tui.domain.ids import SendId, SessionId
from tms_tui.domain.policy import BURST, BURST_FRAME, FRAME, LIST_WITHIN
from tms_tui.engine.feed import Feed

ONE, TWO = SessionId("one"), SessionId("two")


async def test_the_first_change_is_delivered_in_the_loops_next_turn() -> None:
    clock, delivered = HandClock(), list[tuple[Change, ...]]()
    feed = Feed(clock, delivered.append)
    feed.put([LinkChanged()])
    assert delivered == []
    await asyncio.sleep(0)
    assert delivered == [(LinkChanged(),)]


async def test_what_follows_waits_for_the_frame_and_comes_folded() -> None:
    clock, delivered = HandClock(), list[tuple[Change, ...]]()
    feed = Feed(clock, delivered.append)
    feed.put([LinkChanged()])
    await asyncio.sleep(0)
    feed.put([TranscriptGrew(ONE), TypingChanged(ONE)])
    feed.put([TranscriptGrew(TWO), TranscriptGrew(ONE)])
    await asyncio.sleep(0)
    assert len(delivered) == 1
    clock.advance(FRAME)
    assert delivered[1:] == [(TranscriptGrew(ONE), TypingChanged(ONE), TranscriptGrew(TWO))]


async def test_what_messages_change_in_the_list_follows_them_once() -> None:
    clock, delivered = HandClock(), list[tuple[Change, ...]]()
    feed = Feed(clock, delivered.append)
    feed.put([TranscriptGrew(ONE), SessionMoved(ONE)])
    await asyncio.sleep(0)
    feed.put([SessionMoved(ONE), SessionMoved(TWO)])
    assert delivered == [(TranscriptGrew(ONE),)]
    clock.advance(LIST_WITHIN)
    assert delivered[1:] == [(SessionMoved(ONE), SessionMoved(TWO))]
    assert not feed.holds


async def test_what_changes_in_the_list_alone_waits_for_nothing() -> None:
    clock, delivered = HandClock(), list[tuple[Change, ...]]()
    feed = Feed(clock, delivered.append)
    feed.put([SessionMoved(ONE)])
    await asyncio.sleep(0)
    assert delivered == [(SessionMoved(ONE),)]


async def test_what_the_agents_own_key_brought_about_waits_for_nothing() -> None:
    clock, delivered = HandClock(), list[tuple[Change, ...]]()
    feed = Feed(clock, delivered.append)
    feed.put([LinkChanged()])
    await asyncio.sleep(0)
    feed.put([TranscriptGrew(ONE)])
    feed.put([SendTaken(SendId("send"), ONE), TranscriptGrew(ONE)])
    assert delivered[1:] == [(TranscriptGrew(ONE), SendTaken(SendId("send"), ONE))]


async def test_a_burst_is_handed_on_less_often_together_with_the_list_and_its_end_soon() -> None:
    clock, delivered = HandClock(), list[tuple[Change, ...]]()
    feed = Feed(clock, delivered.append)
    feed.put([TranscriptGrew(ONE)])
    await asyncio.sleep(0)
    begun = clock.now()
    while clock.now() < begun + BURST_FRAME:
        assert len(delivered) == 1
        for _ in range(BURST + 1):
            feed.put([TranscriptGrew(ONE), SessionMoved(ONE)])
        clock.advance(FRAME)
    assert delivered[1:] == [(TranscriptGrew(ONE), SessionMoved(ONE))]
    feed.put([TranscriptGrew(ONE), SessionMoved(ONE)])
    clock.advance(FRAME)
    assert delivered[2:] == [(TranscriptGrew(ONE), SessionMoved(ONE))]
    assert not feed.holds


async def test_after_a_quiet_frame_a_change_is_the_first_again() -> None:
    clock, delivered = HandClock(), list[tuple[Change, ...]]()
    feed = Feed(clock, delivered.append)
    for expected in (1, 2):
        feed.put([CannedChanged()])
        await asyncio.sleep(0)
        assert len(delivered) == expected
        clock.advance(2 * FRAME)


async def test_nothing_is_scheduled_for_nothing() -> None:
    clock = HandClock()
    feed = Feed(clock, lambda _: None)
    feed.put([])
    assert not feed.holds
    assert clock.next_alarm() is None


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.floats(0, 3 * FRAME))))
def test_every_change_is_delivered_after_it_was_put(puts: list[tuple[str, float]]) -> None:
    async def scenario() -> None:
        clock, told = HandClock(), set[str]()
        feed = Feed(clock, lambda changes: told.update(c.session for c in changes if isinstance(c, TranscriptGrew)))
        for name, pause in puts:
            told.discard(name)
            feed.put([TranscriptGrew(SessionId(name))])
            await asyncio.sleep(0)
            clock.advance(pause)
        clock.advance(2 * FRAME)
        await asyncio.sleep(0)
        assert told == {name for name, _ in puts}
        assert not feed.holds

    asyncio.run(scenario())
