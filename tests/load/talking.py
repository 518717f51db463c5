"""Somebody who writes at a steady pace, and asks again under the same id until the server says 2xx."""

import asyncio
import contextlib
import random
import uuid
from collections.abc import Callable
from typing import Final

import msgspec

from tests.load.caller import Caller
from tests.load.ledger import Ledger, Sent

PASSING: Final = frozenset({401, 429, 500, 502, 503, 504})
WORDS: Final = "Could you look at my order again? The parcel shows as delivered, but nobody here has seen it. "


class Talker:
    """Writes by one caller, into a conversation chosen anew each time."""

    def __init__(
        self, caller: Caller, session_of: Callable[[], str], ledger: Ledger, chance: random.Random, *, agent: bool
    ) -> None:
        self._caller = caller
        self._session_of = session_of
        self._ledger = ledger
        self._chance = chance
        self._agent = agent
        self._hushed = asyncio.Event()

    async def talk(self, every: float, seconds: float) -> None:
        """One message every `every` seconds, for so long. What an outage held up follows, each in its turn."""
        begun = self._ledger.now()
        due = begun + self._chance.uniform(0, every)
        while due < begun + seconds and not await self._hushed_before(due):
            await self.say(due)
            due += every

    def hush(self) -> None:
        """No further message is begun."""
        self._hushed.set()

    async def _hushed_before(self, due: float) -> bool:
        """Waits until then, or until it is hushed; which of the two."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, due - self._ledger.now())):
                await self._hushed.wait()
        return self._hushed.is_set()

    async def say(self, due_at: float) -> None:
        session_id = self._session_of()
        private = self._agent and self._chance.random() < 0.1
        message = self._ledger.write(session_id, str(uuid.uuid4()), due_at, private=private)
        body: dict[str, object] = {
            "content": f"{message.place} {WORDS}",
            "client_message_id": message.client_message_id,
        }
        path = "/v1/visitor/messages"
        if self._agent:
            body["is_private"] = private
            path = f"/v1/chat/sessions/{session_id}/messages"
        await self._insist(message, path, msgspec.json.encode(body))

    async def _insist(self, message: Sent, path: str, body: bytes) -> None:
        while True:
            message.attempts += 1
            wait = 0.0
            try:
                answer = await self._caller.ask("POST", path, body)
            except OSError as lost:
                self._ledger.refuse(f"no answer ({type(lost).__name__})")
            else:
                if answer.status in (200, 201):
                    message.answered_at = self._ledger.now()
                    return
                assert answer.status in PASSING, answer
                self._ledger.refuse(f"send {answer.status}")
                wait = answer.retry_after
            await asyncio.sleep(wait + self._chance.uniform(0.1, 0.5))
