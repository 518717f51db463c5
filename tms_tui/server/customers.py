"""Simulated customers: they write, type, wait, answer what they are told, go away and come back."""

import asyncio
import contextlib
import logging
from typing import Final

from tms_tui.protocol import wire
from tms_tui.server.clock import Clock
from tms_tui.server.customer_minds import Mind, Pace, Reply
from tms_tui.server.customer_scripts import Character, cast
from tms_tui.server.visitor import RefusedTextError, SessionOverError, Visitor

log = logging.getLogger(__name__)

TYPING_RENEWED: Final = 3.0
REMINDERS_BEFORE_LEAVING: Final = 3


class Customer:
    """One simulated customer at a real server: a mind, a pace, and a visitor's line."""

    def __init__(self, character: Character, url: str, *, seed: int, clock: Clock) -> None:
        self._character = character
        self._url = url
        self._clock = clock
        self._mind = Mind(character, seed)
        self._pace = Pace(character, seed)

    async def run(self) -> None:
        """Converse without end; when the session is over, begin another one later."""
        await self._clock.sleep(self._pace.arrival())
        while True:
            with contextlib.suppress(SessionOverError):  # a token lives for days, a demo may live longer
                async with Visitor(self._url, self._profile(), clock=self._clock) as visitor:
                    await self._converse(visitor)
            await self._clock.sleep(self._pace.absence())

    def _profile(self) -> wire.VisitorSessionBody:
        who = self._character
        page = f"https://shop.example{who.page}"
        return wire.VisitorSessionBody(
            name=who.name, email=who.email, page_url=page, locale=who.locale, info=dict(who.info)
        )

    async def _converse(self, visitor: Visitor) -> None:
        hurry = self._pace.first_words()
        while True:
            await self._bring_up(visitor, hurry)
            await self._talk(visitor)
            await self._stay_away(visitor, self._pace.absence())
            hurry = 0.0

    async def _bring_up(self, visitor: Visitor, hurry: float) -> None:
        opening, *more = self._mind.topic()
        await self._write(visitor, opening, hurry or self._pace.typing(opening))
        excuse = self._mind.back()
        if excuse:
            await self._stay_away(visitor, self._pace.interruption())
            more.insert(0, excuse)
        for line in more:
            await self._clock.sleep(self._pace.breath())
            await self._write(visitor, line, self._pace.typing(line))

    async def _talk(self, visitor: Visitor) -> None:
        """Until there is a good-bye or, once they are answered, nothing more to say."""
        reminders, waits, leaves = 0, True, False
        while not leaves:
            patience = self._pace.patience(reminders) if waits else self._pace.contentment()
            heard = await self._heard_within(visitor, patience)
            if heard is not None:
                reply = await self._respond(visitor, heard)
                reminders, waits, leaves = 0, reply.waits, reply.leaves
            elif waits:
                reminders += 1
                await self._remind(visitor, reminders)
            else:
                return

    async def _remind(self, visitor: Visitor, reminders: int) -> None:
        if reminders % REMINDERS_BEFORE_LEAVING == 0:
            await self._stay_away(visitor, self._pace.absence())
        if visitor.heard.empty():
            line = self._mind.nudge()
            await self._write(visitor, line, self._pace.typing(line))

    async def _respond(self, visitor: Visitor, heard: wire.Message) -> Reply:
        """Read what was said and answer the newest of it."""
        await self._clock.sleep(self._pace.reading(heard.content))
        while not visitor.heard.empty():
            heard = visitor.heard.get_nowait()
        await visitor.read(heard.seq)
        await self._clock.sleep(self._pace.breath())
        reply = self._mind.reply(heard.content)
        await self._write(visitor, reply.line, self._pace.typing(reply.line))
        return reply

    async def _write(self, visitor: Visitor, line: str, seconds: float) -> None:
        left = seconds
        while left > 0:
            await visitor.typing(on=True)
            await self._clock.sleep(min(left, TYPING_RENEWED))
            left -= TYPING_RENEWED
        await visitor.typing(on=False)
        try:
            await visitor.say(line)
        except RefusedTextError as refusal:
            log.warning("a simulated customer's line was refused: %s", refusal.code)

    async def _stay_away(self, visitor: Visitor, seconds: float) -> None:
        await visitor.go_offline()
        await self._clock.sleep(seconds)
        await visitor.go_online()

    async def _heard_within(self, visitor: Visitor, seconds: float) -> wire.Message | None:
        """The next words of an agent, or None when this clock says that it took too long."""
        hearing = asyncio.create_task(visitor.heard.get())
        waiting = asyncio.create_task(self._nothing_for(seconds))
        try:
            await asyncio.wait({hearing, waiting}, return_when=asyncio.FIRST_COMPLETED)
            return hearing.result() if hearing.done() else None
        finally:
            hearing.cancel()
            waiting.cancel()
            await asyncio.gather(hearing, waiting, return_exceptions=True)

    async def _nothing_for(self, seconds: float) -> None:
        await self._clock.sleep(seconds)


async def run_customers(url: str, *, seed: int, clock: Clock) -> None:
    """All customers of the cast at once, until cancelled. `url` is `http://host:port`."""
    async with asyncio.TaskGroup() as group:
        for character in cast().customers:
            customer = Customer(character, url, seed=seed, clock=clock)
            group.create_task(customer.run(), name=f"customer {character.email}")
