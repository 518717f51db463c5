"""The proxy's own pieces: frames are cut out whole however they come, and each frame fault does what it says."""

import random

from hypothesis import given
from hypothesis import strategies as some
from websockets.frames import Frame, Opcode

from tests.together.faultline.frames import Drop, Duplicate, Reorder, Splitter, payload_of, text_frame

HEAD = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
SIZES = some.sampled_from([0, 1, 125, 126, 127, 65_535, 65_536])


@given(some.lists(SIZES, max_size=4), some.lists(some.integers(1, 70_000), min_size=1, max_size=6))
def test_frames_are_cut_out_whole_however_they_come(sizes: list[int], cuts: list[int]) -> None:
    pieces = [HEAD, *(text_frame(b"x" * size) for size in sizes), Frame(Opcode.PING, b"p").serialize(mask=False)]
    stream, splitter, found = b"".join(pieces), Splitter(), list[bytes]()
    while stream:
        cut = cuts[len(found) % len(cuts)]
        found += splitter.feed(stream[:cut])
        stream = stream[cut:]
    assert found == pieces
    assert splitter.rest() == b""
    assert [payload_of(piece) for piece in found[1:]] == [*(b"x" * size for size in sizes), None]


PAYLOADS = [str(number).encode() for number in range(40)]


def through(fault: Drop | Duplicate | Reorder) -> list[bytes]:
    return [one for payload in PAYLOADS for one in fault.change(payload)] + fault.release()


@given(some.randoms())
def test_each_frame_fault_does_what_it_says_and_no_more(chance: random.Random) -> None:
    assert through(Drop(1.0, chance)) == []
    assert through(Drop(0.0, chance)) == PAYLOADS
    dropped = through(Drop(0.5, chance))
    assert dropped == [payload for payload in PAYLOADS if payload in dropped]
    doubled = through(Duplicate(3, chance))
    assert list(dict.fromkeys(doubled)) == PAYLOADS
    assert len(doubled) <= 3 * len(PAYLOADS)
    shuffled = through(Reorder(20, chance))
    assert sorted(shuffled[:20]) == sorted(PAYLOADS[:20])
    assert sorted(shuffled) == sorted(PAYLOADS)
