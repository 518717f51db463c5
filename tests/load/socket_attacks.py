"""What strangers do with sockets: too many, too quick, too talkative, silent, or deaf."""

import asyncio
from typing import Final

import msgspec

from tests.load.raid import Raid
from tests.load.stranger import NO_TICKET, RawConnection, Stranger, Ticket
from tests.load.wire import PING, PONG, TEXT, frame
from tms_tui.protocol import wire

MOST_SOCKETS: Final = 1009
FLOOD: Final = 2e6
"""Bytes a second of frames that mean nothing."""
TORRENT: Final = 20e6
TICK: Final = 0.01
_TYPING: Final = frame(TEXT, b'{"type":"typing_start"}')
_CONTINUED: Final = 0
_HIGH: Final = 1 << 20


async def whispers_in_bursts(raid: Raid) -> None:
    """Five sockets of one conversation that all send 55 typing frames at the same moment, every three seconds."""
    await _whispers(raid, conversations=1, sockets=5, burst=55, every=3)


async def whispers_on_many_sockets(raid: Raid) -> None:
    """Fifteen sockets of one conversation that all send 20 typing frames at the same moment, every second."""
    await _whispers(raid, conversations=1, sockets=15, burst=20, every=1)


async def whispers_in_many_conversations(raid: Raid) -> None:
    """Twelve conversations of one address, five sockets each, that all send 10 typing frames at once, every second."""
    await _whispers(raid, conversations=12, sockets=5, burst=10, every=1)


async def _whispers(raid: Raid, *, conversations: int, sockets: int, burst: int, every: float) -> None:
    tickets = await started(raid, raid.scaled(conversations))
    pairs = [(raid.stranger(), ticket) for ticket in tickets for _ in range(sockets)]
    await raid.ready()
    opened = await asyncio.gather(*(stranger.open(ticket.visitor_token) for stranger, ticket in pairs))

    async def one(stranger: Stranger, ticket: Ticket, raw: RawConnection | None) -> None:
        while raid.lasts():
            if raw is None or raw.ended.is_set():
                raw = await stranger.open(ticket.visitor_token)
            else:
                _utter(raid, raw, _TYPING, burst)
            await raid.next(every)

    async with asyncio.TaskGroup() as together:
        for (stranger, ticket), raw in zip(pairs, opened, strict=True):
            together.create_task(one(stranger, ticket, raw))


async def started(raid: Raid, count: int, **about: object) -> list[Ticket]:
    """So many conversations of one address, or as many as it may have."""
    stranger = raid.stranger()
    tickets = [ticket for _ in range(count) if (ticket := await stranger.start(**about)) is not None]
    if not tickets:
        raid.tally.wrong.append("no conversation could be started to begin with")
    return tickets


async def one_conversation(raid: Raid) -> Ticket:
    return next(iter(await started(raid, 1)), NO_TICKET)


def _utter(raid: Raid, raw: RawConnection, unit: bytes, count: int = 1) -> None:
    raw.say(unit * count)
    raid.tally.make("frames", count)


async def sockets_of_one_token(raid: Raid) -> None:
    """1,009 sockets of one conversation, as fast as the server takes them, and kept."""
    ticket = await one_conversation(raid)
    await raid.ready()
    await _open(raid, raid.scaled(MOST_SOCKETS), 1, ticket.visitor_token)
    await raid.over()


async def sockets_never_introduced(raid: Raid) -> None:
    """1,000 sockets from four addresses that say nothing."""
    await raid.ready()
    await _open(raid, raid.scaled(1000), 4)
    await raid.over()


async def _open(raid: Raid, count: int, addresses: int, token: str = "") -> None:
    left = iter(range(count))

    async def one(stranger: Stranger) -> None:
        for _ in left:
            if not raid.lasts():
                return
            await stranger.open(token)

    async with asyncio.TaskGroup() as together:
        for hand in range(8):
            together.create_task(one(raid.stranger(hand % addresses)))


async def churn(raid: Raid) -> None:
    """Sockets opened, introduced and dropped, four at a time, as fast as it goes."""
    ticket = await one_conversation(raid)
    await raid.ready()

    strangers = [raid.stranger() for _ in range(4)]

    async def once(place: int) -> None:
        raw = await strangers[place % 4].open(ticket.visitor_token)
        if raw is not None:
            raw.close()

    await raid.each(150, once, hands=4)


async def pings(raid: Raid) -> None:
    """2 MB a second of pings without words."""
    await _flood(raid, frame(PING), FLOOD)


async def pongs(raid: Raid) -> None:
    """2 MB a second of pongs that nobody asked for."""
    await _flood(raid, frame(PONG), FLOOD)


async def empty_fragments(raid: Raid) -> None:
    """2 MB a second of fragments without words, of a message that never ends."""
    await _flood(raid, frame(_CONTINUED, last=False), FLOOD, frame(TEXT, last=False))


async def tiny_fragments(raid: Raid) -> None:
    """Messages of 5,000 fragments of one letter, 2 MB a second."""
    begin, go_on, end = frame(TEXT, b" ", last=False), frame(_CONTINUED, b" ", last=False), frame(_CONTINUED, b" ")
    message = begin + go_on * raid.scaled(5000) + end
    await _flood(raid, message, FLOOD, frames_each=raid.scaled(5000) + 2)


async def pongs_unread(raid: Raid) -> None:
    """Pings of 125 bytes whose pongs are never read, 20 MB a second."""
    await _flood(raid, frame(PING, bytes(125)), TORRENT, deaf=True)


async def _flood(
    raid: Raid, unit: bytes, per_second: float, opening: bytes = b"", *, frames_each: int = 1, deaf: bool = False
) -> None:
    """On one socket at a time; a new one as soon as the server ends it."""
    ticket = await one_conversation(raid)
    stranger = raid.stranger()
    await raid.ready()
    while raid.lasts():
        raw = await stranger.open(ticket.visitor_token)
        if raw is None:
            await asyncio.sleep(0.1)
            continue
        if deaf:
            raw.stop_reading()
        raw.say(opening)
        await _pour(raid, raw, unit, per_second, frames_each)


async def _pour(raid: Raid, raw: RawConnection, unit: bytes, per_second: float, frames_each: int) -> None:
    """As many bytes a second as the server takes up to that, until the socket or the attack ends."""
    each_tick = max(1, round(per_second * TICK / len(unit)))
    portion, pause = unit * each_tick, each_tick * len(unit) / per_second
    poured = 0
    while raid.lasts() and not raw.ended.is_set():
        if raw.unsent < _HIGH:
            raw.say(portion)
            poured += len(portion)
        await asyncio.sleep(pause)
    raid.tally.make("frames", (poured - raw.unsent) * frames_each // len(unit))


async def sockets_unread(raid: Raid) -> None:
    """Five sockets of one conversation that read nothing while a lot is written in it."""
    ticket = await one_conversation(raid)
    stranger = raid.stranger()
    raws = [await stranger.open(ticket.visitor_token) for _ in range(5)]
    for raw in raws:
        if raw is not None:
            raw.stop_reading()
    await raid.ready()
    await raid.each(10, lambda _: stranger.write(ticket, "x" * 8000))


async def receipts(raid: Raid) -> None:
    """Four conversations, five sockets each, 20 receipts a second on each."""
    tickets = await started(raid, raid.scaled(4))
    writer = raid.stranger()
    for ticket in tickets:
        for _ in range(10):
            await writer.write(ticket, "?")
    await raid.ready()

    async def one(stranger: Stranger, ticket: Ticket) -> None:
        place = 0
        while raid.lasts():
            raw = await stranger.open(ticket.visitor_token)
            while not (raw is None or raw.ended.is_set()) and raid.lasts():
                place += 1
                _utter(raid, raw, _receipt(place))
                await asyncio.sleep(0.05)
            await asyncio.sleep(0.2)

    async with asyncio.TaskGroup() as together:
        for ticket in tickets:
            for _ in range(5):
                together.create_task(one(raid.stranger(), ticket))


def _receipt(up_to: int) -> bytes:
    return frame(TEXT, msgspec.json.encode({"type": wire.READ_RECEIPT, "data": {"up_to": up_to}}))
