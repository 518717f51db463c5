"""What strangers do with calls: too many, too long, half of one, wrong passwords, and answers that nobody reads."""

import asyncio
import base64
import itertools
from typing import Final

import msgspec

from tests.load.raid import Raid
from tests.load.socket_attacks import one_conversation, started
from tests.load.stranger import RawConnection, Stranger

HANGING: Final = 200
_DRIP: Final = 1.0
"""Seconds between two bytes of what is never finished."""
_LOGIN: Final = "/v1/auth/login"
_HEAD: Final = b"GET /v1/visitor/messages HTTP/1.1\r\nHost: localhost\r\n"
_HALF_HEAD: Final = _HEAD + b"X-Half: "
_HALF_BODY: Final = (
    b"POST /v1/visitor/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b'Content-Length: 60000\r\n\r\n{"name":"'
)


async def half_connections(raid: Raid) -> None:
    """200 connections on which nothing is ever said."""
    await _hang(raid, b"", b"")


async def half_heads(raid: Raid) -> None:
    """200 requests whose heads come a letter a second."""
    await _hang(raid, _HALF_HEAD, b"x")


async def half_bodies(raid: Raid) -> None:
    """200 requests whose bodies come a letter a second."""
    await _hang(raid, _HALF_BODY, b"x")


async def _hang(raid: Raid, beginning: bytes, drop: bytes) -> None:
    stranger = raid.stranger()
    await raid.ready()
    held: list[RawConnection] = []
    for _ in range(raid.scaled(HANGING)):
        raw = await stranger.connect()
        if raw is not None:
            raw.say(beginning)
            held.append(raw)
    while raid.lasts() or (raid.lasted < raid.patience and any(not raw.ended.is_set() for raw in held)):
        await asyncio.sleep(min(_DRIP, raid.seconds))
        for raw in held:
            raw.say(drop)
    left = sum(not raw.ended.is_set() for raw in held)
    if raid.patience and left:
        raid.tally.wrong.append(f"{left} were still there after {raid.patience:.0f} s")


async def wrong_passwords(raid: Raid) -> None:
    """Wrong passwords for a colleague's account, from four addresses, 20 tries a second."""
    await raid.ready()
    strangers = [raid.stranger(place % 4) for place in range(80)]
    body = msgspec.json.encode({"email": raid.given.email, "password": "not this one"})
    await raid.each(20, lambda place: strangers[place % 80].ask("POST", _LOGIN, body), hands=80)


async def sign_ins_at_once(raid: Raid) -> None:
    """40 sign-ins at the same time from one address, each for another account that is not there, once a second."""
    volleys = [[raid.stranger() for _ in range(40)] for _ in range(4)]
    await raid.ready()

    async def volley(number: int) -> None:
        async with asyncio.TaskGroup() as together:
            for place, one in enumerate(volleys[number % len(volleys)]):
                body = {"email": f"nobody{place}@default.example.com", "password": "not this one"}
                together.create_task(one.ask("POST", _LOGIN, msgspec.json.encode(body)))

    await raid.each(1, volley, hands=len(volleys))


async def right_sign_ins(raid: Raid) -> None:
    """A script that signs in rightly 15 times, and then the colleague beside it: all of them are right."""
    script, beside = raid.stranger(), raid.stranger()
    tries = [(raid.given.script, script)] * 15 + [(raid.given.email, beside)]
    await raid.ready()
    for place, (email, hand) in enumerate(tries):
        await asyncio.sleep(max(0.0, raid.seconds * place / len(tries) - raid.lasted))
        body = msgspec.json.encode({"email": email, "password": raid.given.password})
        answer = await hand.ask("POST", _LOGIN, body)
        if answer is None or answer.status != 200:
            who = "the colleague beside it" if hand is beside else "the script"
            raid.tally.wrong.append(f"a right sign-in of {who} was refused")


async def starts(raid: Raid) -> None:
    """One address that starts 100 conversations a second."""
    strangers = [raid.stranger() for _ in range(4)]
    await raid.ready()
    await raid.each(100, lambda place: strangers[place % 4].start(), hands=4)


async def long_messages(raid: Raid) -> None:
    """59 conversations of one address in which 100 messages of 8,000 letters are written a second."""
    tickets = await started(raid, raid.scaled(59))
    strangers = [raid.stranger() for _ in range(4)]
    turn = itertools.cycle(tickets)
    await raid.ready()
    if tickets:
        await raid.each(100, lambda place: strangers[place % 4].write(next(turn), "x" * 8000), hands=4)


async def big_info(raid: Raid) -> None:
    """Conversations started with 60 KiB of `info`, or with as much as is taken; in each something happens."""
    strangers = [raid.stranger() for _ in range(4)]
    await raid.ready()

    async def once(place: int) -> None:
        one = strangers[place % 4]
        ticket = await one.start(info=_facts(49, 1250)) or await one.start(info=_facts(4, 1000))
        if ticket is not None:
            await one.write(ticket, "?")
            raw = await one.open(ticket.visitor_token)
            if raw is not None:
                raw.close()

    await raid.each(12, once, hands=4)


def _facts(count: int, length: int) -> dict[str, str]:
    return {f"fact{number}": "x" * length for number in range(count)}


async def answers_unread(raid: Raid) -> None:
    """50 connections that ask again and again for everything said in a conversation, and read none of it."""
    ticket = await one_conversation(raid)
    stranger = raid.stranger()
    await raid.ready()
    for _ in range(20):
        await stranger.write(ticket, "\N{GRINNING FACE}" * 8000)
    bearer = f"Authorization: Bearer {ticket.visitor_token}"
    ask = f"GET /v1/visitor/messages?limit=200 HTTP/1.1\r\nHost: localhost\r\n{bearer}\r\n\r\n".encode()
    for _ in range(raid.scaled(50)):
        raw = await stranger.connect()
        if raw is not None:
            raw.stop_reading()
            raw.say(ask * 20)
            raid.tally.make("calls", 20)
    await raid.over()


async def upgrades_of_calls(raid: Raid) -> None:
    """100 upgrades a second of addresses where no socket is."""
    strangers = [raid.stranger() for _ in range(4)]
    await raid.ready()
    await raid.each(100, lambda place: _upgrade(strangers[place % 4], place), hands=4)


async def _upgrade(stranger: Stranger, place: int) -> None:
    path = ("/v1/chat/sessions", "/v1/visitor/sessions", "/healthz", "/nowhere")[place % 4]
    key = base64.b64encode(place.to_bytes(16)).decode()
    raw = await stranger.connect()
    if raw is None:
        return
    raw.say(
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    try:
        async with asyncio.timeout(5):
            stranger.tally.answer(f"upgrade {await raw.upgraded}")
    except OSError:
        stranger.tally.answer("no answer in time")
    raw.close()


async def public_pages(raid: Raid) -> None:
    """100 calls a second of what is there for everybody: the page, the document, what balancers ask."""
    strangers = [raid.stranger() for _ in range(4)]
    paths = ("/", "/openapi.json", "/healthz", "/readyz", "/nowhere")
    await raid.ready()
    await raid.each(100, lambda place: strangers[place % 4].ask("GET", paths[place % len(paths)]), hands=4)
