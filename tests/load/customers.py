"""A customer's page reduced to the protocol: a socket for what is said to them, and the messages meanwhile."""

import asyncio
import contextlib
import random

import msgspec

from tests.load.agents import CAPS, RESTARTING
from tests.load.caller import Caller
from tests.load.door import Door
from tests.load.ledger import Hearing, Ledger
from tests.load.wire import LOST, TEXT, Wire, dial
from tms_tui.protocol import wire


class _Ticket(msgspec.Struct):
    session_id: str
    visitor_token: str


class LeanCustomer:
    """One page, open on one conversation."""

    def __init__(self, door: Door, name: str, source: str, ledger: Ledger, chance: random.Random) -> None:
        self.caller = Caller(door, source)
        self.live = asyncio.Event()
        self.session_id = ""
        self.hearing = Hearing(ledger, name, "")
        self._door = door
        self._source = source
        self._ledger = ledger
        self._chance = chance
        self._wire: Wire | None = None
        self._lost_at: float | None = None
        self._was_live = False
        self._catching_up: asyncio.Task[None] | None = None
        self._behind: list[wire.Message] | None = None
        """What came over the socket while what was missed is being read."""

    async def come(self) -> None:
        """Opens the conversation. Raises OSError."""
        answer = await self.caller.ask("POST", "/v1/visitor/sessions", msgspec.json.encode({"name": self.hearing.name}))
        if answer.status != 201:
            raise OSError(f"a conversation was refused with {answer.status}")
        ticket = msgspec.json.decode(answer.body, type=_Ticket)
        self.session_id, self.caller.token = ticket.session_id, ticket.visitor_token
        self.hearing.session_id = self.session_id

    async def stay(self) -> None:
        """Until it is cancelled."""
        losses = 0
        try:
            while True:
                code = LOST
                with contextlib.suppress(OSError):  # nothing answers: come back
                    code = await self._once()
                losses = 0 if self._was_live else losses + 1
                cap = CAPS[min(losses, len(CAPS) - 1)]
                await asyncio.sleep(
                    self._chance.uniform(0, 2) if code in RESTARTING else self._chance.uniform(0.2, cap)
                )
        finally:
            if self._wire is not None:
                self._wire.close()
            self.caller.close()

    async def _once(self) -> int:
        self._behind, self._was_live = [], False
        self._wire = await dial(self._door, self._source, "/v1/visitor/ws", self._take)
        hello = {"type": wire.AUTH, "data": {"token": self.caller.token}}
        self._wire.say(TEXT, msgspec.json.encode(hello))
        code = await self._wire.ended
        if self.live.is_set():
            self.live.clear()
            self._was_live = True
            self._lost_at = self._ledger.now()
            self._ledger.losses.append((self._lost_at, code))
        return code

    def _take(self, text: bytes) -> None:
        frame = msgspec.json.decode(text, type=wire.Frame)
        if frame.type == wire.CONNECTED:
            self._catching_up = asyncio.create_task(self._catch_up(), name="customer reads what they missed")
        elif frame.type == wire.CHAT_MESSAGE:
            message = msgspec.json.decode(frame.data, type=wire.Message)
            if self._behind is None:
                self._heard(message)
            else:
                self._behind.append(message)

    async def _catch_up(self) -> None:
        try:
            await self._read_missed()
        except OSError:
            self._ledger.refuse("messages not answered")
            if self._wire is not None:
                self._wire.close()
            return
        behind, self._behind = self._behind or [], None
        for message in behind:
            self._heard(message)
        now = self._ledger.now()
        if self._lost_at is not None:
            self.hearing.outages.append((self._lost_at, now))
            self._lost_at = None
        self._ledger.accepts.append(now)
        self.live.set()

    async def _read_missed(self) -> None:
        more = True
        while more:
            after = self.hearing.newest(self.session_id)
            reader = Caller(self._door, self._source, self.caller.token)
            try:
                answer = await reader.ask("GET", f"/v1/visitor/messages?after={after}&limit=200", within=5)
            finally:
                reader.close()
            if answer.status != 200:
                raise OSError(f"messages answered {answer.status}")
            page = msgspec.json.decode(answer.body, type=wire.MessagesAnswer)
            for message in page.messages:
                self._heard(message)
            more = page.has_more

    def _heard(self, message: wire.Message) -> None:
        # Pages overlap with the socket, so a page drops what it has; only what is new counts.
        if message.seq > self.hearing.newest(self.session_id):
            at = self._ledger.now()
            self.hearing.heard(message.session_id, message.seq, message.client_message_id, at)
