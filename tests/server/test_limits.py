"""Token buckets and outboxes on their own."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from tests.server.hand_clock import HandClock
from tms_tui.server.limits import MAX_NAMES, Limiter
from tms_tui.server.outbox import Outbox
from tms_tui.server.settings import Rate


@given(
    st.lists(st.floats(min_value=0, max_value=30, allow_nan=False), max_size=60),
    st.integers(min_value=1, max_value=10),
    st.floats(min_value=0.1, max_value=5),
)
def test_no_more_is_let_through_than_the_rate_allows(pauses: list[float], burst: int, rate: float) -> None:
    clock = HandClock()
    limiter = Limiter(Rate(rate, burst), clock)
    passed = 0
    for pause in pauses:
        clock.advance(pause)
        wait = limiter.take("one")
        passed += wait == 0
        if wait:
            clock.advance(wait + 1e-6)
            assert limiter.take("one") == 0, "the wait told was enough"
            passed += 1
    elapsed = clock.now() - 1_800_000_000
    assert passed <= burst + elapsed * rate + 1e-3


def test_names_do_not_share_a_bucket_and_are_forgotten_oldest_first() -> None:
    limiter = Limiter(Rate(0.001, 1), HandClock())
    assert limiter.take("a") == 0
    assert limiter.take("a") > 0
    assert limiter.take("b") == 0
    for number in range(MAX_NAMES):
        limiter.take(f"{number}")
    assert limiter.take("a") == 0


async def test_an_outbox_gives_back_in_order_and_ends_when_full() -> None:
    outbox = Outbox(2, 2)
    outbox.offer("1")
    outbox.offer("2")
    assert [(await outbox.next())[0] for _ in range(2)] == ["1", "2"]
    waiting = asyncio.create_task(outbox.next())
    outbox.offer("3", 5.0)
    assert await waiting == ("3", 5.0)
    for frame in ("4", "5", "6"):
        outbox.offer(frame)
    await outbox.ended()
    assert outbox.ending is not None
    assert outbox.ending.code == 4413
    outbox.cut(4401, "too late")
    assert outbox.ending.code == 4413, "the first reason stands"


Offer = tuple[str, str | None]
"""A frame and, if it is a whisper, its key."""

offers = st.lists(st.tuples(st.sampled_from(["offer", "whisper", "take"]), st.sampled_from("abc")), max_size=80)


@given(offers)
async def test_whispers_are_folded_without_moving_a_frame_or_each_other(steps: list[tuple[str, str]]) -> None:
    outbox = Outbox(100, 100)
    offered: list[Offer] = []
    told: list[str] = []
    for number, (step, key) in enumerate(steps):
        if step == "take":
            told += await taken(outbox)
        elif step == "offer":
            outbox.offer(f"{number}")
            offered.append((f"{number}", None))
        else:
            outbox.whisper(key, f"{number}")
            offered.append((f"{number}", key))
    told += await taken(outbox)
    frames = [frame for frame, _ in offered]
    assert told == [frame for frame in frames if frame in set(told)], "in the order of the offers, each once"
    assert [frame for frame, key in offered if key is None and frame not in told] == []
    latest = {key: frame for frame, key in offered if key is not None}
    assert set(latest.values()) <= set(told), "of each key the latest was told"


async def taken(outbox: Outbox) -> list[str]:
    """All that waits."""
    outbox.offer("end")
    frames: list[str] = []
    while (frame := (await outbox.next())[0]) != "end":
        frames.append(frame)
    return frames


async def test_whispers_never_end_a_socket_and_take_no_room_from_what_counts() -> None:
    outbox = Outbox(2, 3)
    for number in range(1000):
        outbox.whisper("typing", f"typing {number}")
    for key in "abc":
        outbox.whisper(key, key)
    outbox.offer("1")
    outbox.offer("2")
    assert [(await outbox.next())[0] for _ in range(5)] == ["a", "b", "c", "1", "2"], "the oldest whisper was dropped"


async def test_frames_that_count_end_a_socket_whatever_is_whispered() -> None:
    outbox = Outbox(2, 3)
    outbox.whisper("typing", "typing")
    for frame in ("3", "4", "5"):
        outbox.offer(frame)
    assert outbox.ending is not None, "frames that count still do"
    assert outbox.dropped == 2
