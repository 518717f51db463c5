"""Section A: the line between console and server."""

import asyncio
from itertools import pairwise
from typing import Final

from tests.matrix.catalogue import UNNOTICED, by_tests, played
from tests.matrix.stage import Stage
from tests.together.faultline.faults import (
    INWARDS,
    OUTWARDS,
    BlackHole,
    Cut,
    Delay,
    Fin,
    HalfClose,
    Impostor,
    Reset,
    Slice,
    Way,
    everything,
    requests,
    sockets,
)
from tests.transport.listener import Listener
from tests.transport.scripted import http
from tms_tui.domain.entries import Delivery
from tms_tui.domain.errors import EndingKind

PORTAL: Final = b"<html><head><title>Welcome to the hotel</title></head><body>Please pay.</body></html>"
SWEEP: Final = 61
"""From one k to the next; which ones, the seed says."""
HANDSHAKE_AND_FRAMES: Final = 1_500
HTML: Final = {"Content_Type": "text/html", "Connection": "close"}


@played(1, "the server is not there", starred=True)
async def absent(stage: Stage) -> None:
    stage.line.shut_door()
    stage.line.strike(Reset())
    await stage.offline()
    await stage.talk()
    began = len(stage.desk.endings)
    await stage.lasts(60)
    endings = [ending.kind for _, ending in stage.desk.endings][began:]
    assert set(endings) <= {EndingKind.UNREACHED}, endings
    assert len(endings) <= 18, f"{len(endings)} attempts in a minute"
    stage.bit(len(endings))
    await stage.line.open_door()


@played(2, "RST mid-stream", starred=True)
async def reset(stage: Stage) -> None:
    for _ in range(2):
        stage.answers()
        stage.bit(stage.line.strike(Reset()))
        await stage.talk()
        await stage.live()


@played(3, "FIN without a close frame", starred=True)
async def fin(stage: Stage) -> None:
    for _ in range(2):
        stage.bit(stage.line.strike(Fin(), sockets))
        await stage.talk()
        await stage.live()


@played(4, "the server half-closes")
async def half_close(stage: Stage) -> None:
    for _ in range(2):
        stage.bit(stage.line.strike(HalfClose(), sockets))
        await stage.talk()
        await stage.live()


@played(5, "black hole both ways", starred=True, lies=UNNOTICED)
async def black_hole(stage: Stage) -> None:
    stage.line.impose(BlackHole())
    await stage.talk()
    await stage.offline()
    await stage.talk()
    stage.bit(stage.line.bitten[BlackHole])


@played(6, "black hole from the server only", lies=UNNOTICED)
async def black_hole_inwards(stage: Stage) -> None:
    stage.line.impose(BlackHole(INWARDS))
    await stage.talk()
    await stage.offline()
    await stage.until(lambda: _deliveries(stage) & {Delivery.DOUBTFUL}, what="a send in doubt")
    stage.bit(stage.line.bitten[BlackHole])


@played(7, "black hole to the server only", lies=UNNOTICED)
async def black_hole_outwards(stage: Stage) -> None:
    stage.line.impose(BlackHole(OUTWARDS))
    await stage.talk()
    await stage.offline()
    await stage.until(lambda: _deliveries(stage) & {Delivery.DOUBTFUL}, what="a send in doubt")
    stage.bit(stage.line.bitten[BlackHole])


def _deliveries(stage: Stage) -> set[Delivery]:
    return {send.delivery for send in stage.desk.state.outbox}


@played(8, "the server frozen for 60 s", starred=True, lies=UNNOTICED)
async def frozen_server(stage: Stage) -> None:
    stage.server.freeze()
    stage.line.server_frozen(frozen=True)
    for _ in range(4):
        stage.answers()
    await stage.offline()
    await stage.lasts(33)
    stage.bit(stage.desk.state.outbox.unsent())
    stage.server.thaw()
    stage.line.server_frozen(frozen=False)
    await stage.says()


@played(9, "connections are taken and never answered", lies=UNNOTICED)
async def taken_never_answered(stage: Stage) -> None:
    stage.line.impose(BlackHole(), everything)
    stage.line.strike(Reset())
    await stage.until(lambda: len(stage.desk.endings) >= 4, 120, "four attempts")
    ended = [at * stage.clock.speed for at, _ in stage.desk.endings]
    gaps = [after - before for before, after in pairwise(ended)]
    assert max(gaps) <= 10 + 16 + 2, f"an attempt took too long: {gaps}"
    stage.bit(stage.line.bitten[BlackHole])
    await stage.talk()


by_tests(
    10,
    "TLS: expired, unknown, for another host, stalled",
    "tests/transport/test_websocket.py",
    "tests/transport/test_http.py",
)


@played(11, "a byte every 50 ms", lies=UNNOTICED, speed=1.0)
async def drip(stage: Stage) -> None:
    stage.line.impose(Slice(lambda: 1, every=0.05), sockets)
    await stage.talk(2)
    await stage.lasts(30)
    stage.bit(stage.line.bitten[Slice])


@played(12, "2 s +/- 1 s of latency", starred=True)
async def latency(stage: Stage) -> None:
    stage.line.impose(Delay(0, drawn=lambda: stage.seconds(stage.chance.uniform(0.5, 1.5))))
    for _ in range(4):
        await stage.talk(1)
        assert _deliveries(stage) & {Delivery.SENDING}
        await stage.lasts(3)
    stage.bit(stage.line.bitten[Delay])


@played(13, "8 kB/s", speed=1.0)
async def narrow(stage: Stage) -> None:
    stage.line.impose(Slice(lambda: 400, every=0.05))
    for _ in range(4):
        await stage.says(words="long " * 300)
        stage.answers(words="as long " * 200 + str(_))
    await stage.talk()
    await stage.lasts(5)
    stage.bit(stage.line.bitten[Slice])


@played(14, "every read one to five bytes", starred=True)
async def slices(stage: Stage) -> None:
    stage.line.impose(Slice(lambda: stage.chance.randint(1, 5)))
    stage.line.strike(Reset(), sockets)
    await stage.talk(4)
    await stage.live()
    await stage.talk(4)
    stage.bit(stage.line.bitten[Slice])


@played(15, "cut after exactly k bytes", starred=True)
async def cut_after(stage: Stage) -> None:
    """A console that is new each time, its first socket cut within the handshake or its first frames."""
    for k in range(stage.chance.randrange(SWEEP), HANDSHAKE_AND_FRAMES, SWEEP):
        stage.line.impose(Cut(k, Way.IN, blow=Reset()), sockets)
        before = stage.line.bitten[Cut]
        async with stage.another_desk() as desk:
            desk.open(stage.guests[0].session)
            await stage.says(stage.guests[0])
            while stage.line.bitten[Cut] == before:
                await stage.says(stage.guests[0], "x" * 100)
            stage.line.lift()
            await stage.agrees(desk, f"cut after {k} bytes")
    stage.bit(stage.line.bitten[Cut])
    stage.answers()


@played(17, "something else listens at the port")
async def something_else(stage: Stage) -> None:
    greetings = (http(200, PORTAL, **HTML), b"SSH-2.0-OpenSSH_9.2p1\r\n", b"\x15\x03\x03\x00\x02\x02\x28")
    for greeting in greetings:
        stage.line.impose(Impostor(greeting))
        stage.line.strike(Reset())
        await stage.offline()
        before = stage.line.bitten[Impostor]
        await stage.talk(1)
        await stage.lasts(30)
        assert stage.line.bitten[Impostor] - before <= 60, "it hammers"
        stage.bit(stage.line.bitten[Impostor])
        stage.line.lift()
        stage.desk.reconnect()
        await stage.live()


@played(18, "502, 503, 504 with HTML", starred=True)
async def bad_gateway(stage: Stage) -> None:
    for status in (502, 503, 504):
        stage.line.impose(Impostor(http(status, PORTAL, **HTML)))
        stage.line.strike(Reset(), requests)
        await stage.offline()
        await stage.talk(1)
        await stage.lasts(10)
        stage.bit(stage.line.bitten[Impostor])
        stage.line.lift()
        await stage.live()
    words = [ending.words for _, ending in stage.desk.endings]
    assert max(map(len, words)) <= 81, words


by_tests(
    20,
    "a dead proxy in the environment, a proxy for loopback",
    "tests/transport/test_proxies.py",
    "tests/transport/test_websocket.py",
    "tests/transport/test_http.py",
)


@played(19, "redirects to another host")
async def redirects(stage: Stage) -> None:
    heard: list[bytes] = []

    async def eavesdrop(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(65_536))

    other = Listener(eavesdrop)
    port = await other.open()
    try:
        for status in (301, 302, 307, 308):
            answer = http(status, b"", Location=f"http://127.0.0.1:{port}/v1", Connection="close")
            stage.line.impose(Impostor(answer), sockets)
            await stage.offline()
            await stage.lasts(5)
            await stage.talk(1)
            stage.bit(stage.line.bitten[Impostor])
            stage.line.lift()
            stage.desk.reconnect()
            await stage.live()
    finally:
        await other.close()
    assert not heard, "the token went to another server"


@played(23, "flapping: 2 s up, 2 s down, for 5 min", lies=UNNOTICED)
async def flapping(stage: Stage) -> None:
    for _ in range(75):
        stage.bit(stage.line.strike(Reset(), sockets))
        stage.line.impose(Reset(), sockets)
        await stage.lasts(2)
        stage.line.lift()
        await stage.talk(1)
        await stage.lasts(2)
    connects = stage.desk.state.health.connects
    assert connects <= 60, f"{connects} connections in 5 min"
