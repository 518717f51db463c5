"""Sections B and C: what the server says, frame by frame."""

import asyncio
import json
import resource
import zlib
from collections.abc import Callable
from typing import Any, Final

from websockets.frames import Close, Frame, Opcode

from tests.matrix.catalogue import UNNOTICED, by_tests, played
from tests.matrix.stage import Stage
from tests.together.faultline.faults import Frames, Scripted, sockets
from tests.together.faultline.frames import Drop, Duplicate, Reorder, Rewrite, text_frame
from tests.transport.scripted import Act, Seen, hang, hang_up, reset, say, then, upgrade
from tms_tui.domain import policy
from tms_tui.domain.errors import EndingKind

HOSTILE: Final = "bye \x1b]0;pwn\x07\x9b31m"
"""A close reason that would set the title and the colour."""


def closing(code: int, reason: str = HOSTILE) -> bytes:
    """A close frame as a server sends it."""
    return Frame(Opcode.CLOSE, Close(code, reason).serialize()).serialize(mask=False)


def welcome(stage: Stage) -> bytes:
    """The server's first frame; not resumed, so that it proves nothing about what was missed."""
    agent = stage.desk.state.me
    assert agent is not None
    data = {
        "agent_id": agent.id,
        "server_time": "2026-01-01T00:00:00Z",
        "heartbeat_seconds": 30,
        "resumed": False,
        "cursor": str(stage.desk.state.sync.cursor),
    }
    return text_frame(json.dumps({"type": "connected", "data": data, "timestamp": data["server_time"]}).encode())


async def met(stage: Stage, act: Act, times: int = 1) -> None:
    """The next sockets meet this script, until so many have; then the real server again, found by itself or F5."""
    before = stage.line.bitten[Scripted]
    endings = len(stage.desk.endings)

    def is_over() -> bool:  # a deaf socket is replaced before it ends
        return stage.line.carried[-1][1] or len(stage.desk.endings) - endings > times

    stage.line.impose(Scripted(act), sockets)
    await stage.talk(1)
    await stage.until(lambda: stage.line.bitten[Scripted] - before >= times, 300, "the script was met")
    stage.bit(stage.line.bitten[Scripted] - before)
    stage.line.lift()
    await stage.until(is_over, 300, "its socket ended or was replaced")
    await stage.lasts(policy.RECONNECT_ASKED_EVERY)  # asked for again any sooner it is not obeyed
    stage.desk.reconnect()


def _no_escape(stage: Stage) -> None:
    words = "".join(ending.words for _, ending in stage.desk.endings)
    assert "\x1b" not in words, "an escape came through"
    assert "\x9b" not in words, "an escape came through"


@played(24, "accepted, then closed at once", starred=True)
async def accepted_then_closed(stage: Stage) -> None:
    acts = [say(closing(1000, "")), say(closing(1011)), reset, hang_up]
    for then_what in acts:
        stage.line.impose(Scripted(upgrade(then=then_what)), sockets)
        before = len(stage.line.knocked)
        await stage.talk(1)
        await stage.lasts(60)
        came = len(stage.line.knocked) - before
        assert came <= 10, f"{came} connections in a minute"
        assert stage.desk.state.sync.reads_well, "polling serves"
        stage.line.lift()
        stage.desk.reconnect()
        await stage.live()
    stage.bit(stage.line.bitten[Scripted])


@played(25, "a frame that stops in the middle", starred=True, lies=UNNOTICED)
async def truncated(stage: Stage) -> None:
    half = text_frame(b'{"type": "chat_message", "data": {')[:-9]
    for act in (hang_up, hang):
        await met(stage, upgrade(welcome(stage), half, then=act))
        await stage.live()


@played(26, "invalid UTF-8 in a text frame", starred=True)
async def invalid_utf8(stage: Stage) -> None:
    def bent(payload: bytes) -> bytes:
        return payload.replace(b"customer", b"cust\xff\xfeomer", 1)

    stage.line.impose(Frames(Rewrite(bent)), sockets)
    await stage.talk(5)
    await stage.lasts(2)
    stage.bit(stage.line.bitten[Frames])
    await _repaired(stage)


@played(27, "a message of 5 MB that comes again and again", starred=True, lies=UNNOTICED)
async def poison(stage: Stage) -> None:
    large = {"type": "chat_message", "data": {"content": "x" * 5_000_000}}
    act = upgrade(welcome(stage), text_frame(json.dumps(large).encode()))
    stage.line.impose(Scripted(act), sockets)
    before = len(stage.line.knocked)
    stage.desk.reconnect()
    await stage.lasts(60)
    await stage.talk(3)
    came = len(stage.line.knocked) - before
    assert came <= 18, f"{came} connections in a minute"
    kinds = {(ending.kind, ending.code) for _, ending in stage.desk.endings}
    assert (EndingKind.CLOSED, 1009) in kinds, kinds
    stage.bit(stage.line.bitten[Scripted])


@played(28, "unknown opcodes, reserved bits, masks, odd close codes", lies=UNNOTICED)
async def odd_frames(stage: Stage) -> None:
    odd = [
        b"\x83\x00",  # opcode 3
        b"\x8b\x00",  # control opcode 11
        b"\xc1\x02hi",  # RSV1 without an extension
        b"\x81\x82abcd\x00\x00",  # masked, which a server must not
        b"\x80\x02hi",  # a continuation of nothing
        b"\x89\x7e\x00\x80" + bytes(128),  # a ping longer than a control frame may be
        b"\x88\x02\x03\xed",  # close code 1005, which never travels
        b"\x88\x01\x03",  # half a close code
    ]
    for frame in odd:
        await met(stage, upgrade(welcome(stage), frame, then=hang))
        await stage.live(120)


def _deflated(mebibytes: int) -> bytes:
    """So many of nothing, made small a piece at a time."""
    packing = zlib.compressobj(wbits=-15)
    packed = b"".join(packing.compress(bytes(1 << 20)) for _ in range(mebibytes))
    return packed + packing.flush(zlib.Z_SYNC_FLUSH)


@played(29, "a deflate bomb", lies=UNNOTICED)
async def bomb(stage: Stage) -> None:
    packed = await asyncio.to_thread(_deflated, 200)
    frame = bytearray(Frame(Opcode.TEXT, packed[:-4]).serialize(mask=False))
    frame[0] |= 0x40
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    await met(stage, upgrade(welcome(stage), bytes(frame), then=hang))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 16 * 1024, f"{grown} KiB more"


@played(30, "20,000 pings, 10,000 frames in a second", lies=UNNOTICED)
async def flood(stage: Stage) -> None:
    ping = Frame(Opcode.PING, b"p").serialize(mask=False)
    typing = text_frame(
        json.dumps(
            {
                "type": "typing_start",
                "session_id": stage.guests[0].session,
                "data": {"author_type": "visitor", "author_id": None, "author_name": "Nora"},
                "timestamp": "2026-01-01T00:00:00Z",
                "from_type": "visitor",
            }
        ).encode()
    )
    for burst in (ping * 20_000, typing * 10_000):
        await met(stage, upgrade(welcome(stage), burst, then=hang_up))
        await stage.live(120)


@played(31, "every close code, escapes in the reason", starred=True)
async def close_codes(stage: Stage) -> None:
    for code in (1001, 1008, 1011, 1012, 1013, 4403, 4409, 4413, 4429, 4999):
        await met(stage, upgrade(welcome(stage), closing(code), then=hang_up))
        await stage.live(150)
    _no_escape(stage)
    codes = {ending.code for _, ending in stage.desk.endings}
    assert {1008, 4403, 4999} <= codes, codes


by_tests(
    32,
    "the server never answers the close while quitting",
    "tests/terminal/test_process.py::test_a_server_that_never_answers_the_close_holds_nobody_up",
)


@played(33, "no welcome, or words before it", starred=True)
async def no_welcome(stage: Stage) -> None:
    await met(stage, upgrade(then=hang))
    assert EndingKind.NO_WELCOME in {ending.kind for _, ending in stage.desk.endings}
    await stage.live()
    early = text_frame(b'{"type": "session_update", "data": {}}')
    await met(stage, upgrade(early, early, welcome(stage), then=hang_up))
    await stage.live()


@played(34, "an empty text frame, then a drop", starred=True)
async def empty_frame(stage: Stage) -> None:
    for _ in range(2):
        stage.answers()
        await met(stage, upgrade(welcome(stage), text_frame(b""), then=reset))
        await stage.live()


@played(35, "binary frames, two values in one, newlines")
async def binary(stage: Stage) -> None:
    odd = [Frame(Opcode.BINARY, b"{}").serialize(mask=False), text_frame(b'{}{"a":1}'), text_frame(b"{}\n\n")]
    await met(stage, upgrade(welcome(stage), *odd, then=then(_waits(stage, 2), hang_up)))
    await stage.live()
    assert stage.desk.state.health.unread.total() >= len(odd)


def _waits(stage: Stage, seconds: float) -> Act:
    async def act(_: asyncio.StreamWriter, __: Seen) -> None:
        await stage.lasts(seconds)

    return act


BAD_JSON: Final = [
    b'{"type": "chat_mess',
    b'{"type": NaN}',
    b'{"type": "chat_message", "data": {"seq": ' + b"9" * 5_000 + b"}}",
    b"[" * 200_000,
    b'{"type": "chat_message", "type": "nonsense", "data": {}}',
    b'\xef\xbb\xbf{"type": "chat_message"}',
    b"null",
    b"7",
    b"[]",
    b'"connected"',
    b"\x00",
]
STRANGE: Final[list[Any]] = [
    {"type": "weather_report", "data": {}},
    {"type": "chat_message"},
    {"type": "chat_message", "data": {"id": 5}},
    {"type": "chat_message", "data": None},
    {"type": "session_update", "data": {"tags": None}},
    {
        "type": "session_update",
        "session_id": "no-such",
        "data": {"id": "no-such", "started_at": "0001-01-01T00:00:00Z"},
    },
    {"type": "typing_start", "session_id": "not a uuid", "data": {}},
    {"type": ["chat_message"], "data": {}},
    {"type": "read_receipt", "data": {"up_to": "many"}},
]


@played(36, "bad JSON of every kind", starred=True)
async def bad_json(stage: Stage) -> None:
    await _mixed_in(stage, BAD_JSON)


@played(37, "unknown types, fields missing, wrong or null", starred=True)
async def strange_frames(stage: Stage) -> None:
    await _mixed_in(stage, [json.dumps(frame).encode() for frame in STRANGE])


class _MixedIn:
    """Each frame that passes brings one of these along."""

    def __init__(self, more: list[bytes]) -> None:
        self.more = list(more)

    def change(self, payload: bytes) -> list[bytes]:
        return [self.more.pop(), payload] if self.more else [payload]

    def release(self) -> list[bytes]:
        return []


async def _mixed_in(stage: Stage, more: list[bytes]) -> None:
    endings = len(stage.desk.endings)
    mixed = _MixedIn(more)
    stage.line.impose(Frames(mixed), sockets)
    while mixed.more:
        await stage.talk(1)
        await stage.lasts(1)
    assert len(stage.desk.endings) == endings, "one bad frame ended the connection"
    assert stage.desk.state.health.unread.total() >= len(more) // 2
    stage.bit(stage.line.bitten[Frames])


@played(38, "each frame doubled, up to five times", starred=True)
async def doubled(stage: Stage) -> None:
    stage.line.impose(Frames(Duplicate(5, stage.chance)), sockets)
    await stage.talk(10)
    stage.bit(stage.line.bitten[Frames])


@played(39, "frames shuffled within a window of 20", starred=True, lies=UNNOTICED)
async def shuffled(stage: Stage) -> None:
    stage.line.impose(Frames(Reorder(20, stage.chance)), sockets)
    await stage.talk(20)
    stage.bit(stage.line.bitten[Frames])


@played(40, "frames dropped, 5 % and 50 %, the socket stays up", starred=True, lies=UNNOTICED)
async def dropped(stage: Stage) -> None:
    for share in (0.05, 0.5):
        stage.line.impose(Frames(Drop(share, stage.chance)), sockets)
        await stage.talk(10)
        await stage.lasts(25)
        stage.line.lift()
    stage.bit(stage.line.bitten[Frames])


@played(41, "deaf socket: pings are answered, nothing is brought", starred=True, lies=UNNOTICED)
async def deaf(stage: Stage) -> None:
    stage.line.impose(Frames(Drop(1.0, stage.chance)), sockets)
    await stage.talk()
    await stage.until(lambda: stage.desk.state.health.deaf, what="the deaf socket was noticed")
    stage.bit(stage.line.bitten[Frames])


def _times(change: Callable[[dict[str, Any]], None]) -> Rewrite:
    """Rewrites the message in each frame that carries one."""

    def words(payload: bytes) -> bytes:
        frame = json.loads(payload)
        if frame["type"] == "chat_message":
            change(frame["data"])
        return json.dumps(frame).encode()

    return Rewrite(words)


@played(42, "the same message with its time written otherwise")
async def other_times(stage: Stage) -> None:
    def change(message: dict[str, Any]) -> None:
        message["created_at"] = message["created_at"].removesuffix("Z") + "000+00:00"

    stage.line.impose(Frames(_times(change)), sockets)
    await stage.talk(6)
    await stage.lasts(25)
    stage.bit(stage.line.bitten[Frames])


@played(43, "ten identical texts, one echo in ten lost", starred=True, lies=UNNOTICED)
async def identical(stage: Stage) -> None:
    stage.line.impose(Frames(Drop(0.1, stage.chance)), sockets)
    for _ in range(10):
        stage.answers(stage.guests[0], "ok")
        await stage.says(stage.guests[0], "ok?")
    await stage.lasts(25)
    stage.line.impose(Frames(Drop(1.0, stage.chance)), sockets)
    stage.answers(stage.guests[0], "ok")
    await stage.lasts(1)
    stage.bit(stage.line.bitten[Frames])


@played(44, "equal times, clocks five minutes apart")
async def equal_times(stage: Stage) -> None:
    def change(message: dict[str, Any]) -> None:
        message["created_at"] = stage.chance.choice(["2026-01-01T00:05:00Z", "2026-01-01T00:00:00Z"])

    stage.line.impose(Frames(_times(change)), sockets)
    await stage.talk(8)
    await stage.lasts(25)
    stage.bit(stage.line.bitten[Frames])


async def _repaired(stage: Stage) -> None:
    """What was shown bent is read again as it is stored, with the next look at the log."""
    stage.line.lift()
    await stage.lasts(policy.POLL_LIVE + policy.DEAF_AFTER)
