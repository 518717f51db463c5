"""An agent's console reduced to the protocol: a socket that comes back with its cursor, and the log meanwhile."""

import asyncio
import contextlib
import random
from typing import Final

import msgspec

from tests.load.caller import Caller
from tests.load.door import Door
from tests.load.ledger import Hearing, Ledger
from tests.load.raid import AgentToken
from tests.load.wire import LOST, RefusedUpgradeError, Wire, dial
from tests.server.running import PASSWORD
from tms_tui.protocol import wire

CAPS: Final = (1.0, 2.0, 4.0, 8.0, 16.0)
RESTARTING: Final = (1001, 1012)
TOKEN_OVER: Final = (401, 4401)
STABLE: Final = 10.0
POLL: Final = 3.0


class _Tokens(msgspec.Struct):
    access_token: str


class LeanAgent:
    """One console; `chance` spreads its returns."""

    def __init__(self, door: Door, user: wire.User, source: str, ledger: Ledger, chance: random.Random) -> None:
        self.hearing = Hearing(ledger, user.name)
        self.writer = Caller(door, source)
        """For what the agent sends; the log is read by another."""
        self.live = asyncio.Event()
        self.cursor: str | None = None
        self.told = 0
        """Bytes that came over the socket."""
        self._door = door
        self._user = user
        self._source = source
        self._ledger = ledger
        self._chance = chance
        self._wire: Wire | None = None
        self._reader = Caller(door, source)
        self._lost_at: float | None = None
        self._live_at = 0.0
        self._stable = False

    async def sign_in(self) -> None:
        """Raises OSError."""
        body = msgspec.json.encode({"email": self._user.email, "password": PASSWORD})
        answer = await self._reader.ask("POST", "/v1/auth/login", body)
        if answer.status != 200:
            raise OSError(f"sign-in answered {answer.status}")
        self.writer.token = self._reader.token = msgspec.json.decode(answer.body, type=_Tokens).access_token

    @property
    def token(self) -> AgentToken:
        """For somebody else who speaks for this agent."""
        return AgentToken(self._user.id, self.writer.token)

    async def follow(self) -> None:
        """Until it is cancelled."""
        losses = 0
        try:
            while True:
                code, retry_after = await self._once()
                losses = 0 if self._stable else losses + 1
                if code in TOKEN_OVER:
                    with contextlib.suppress(OSError):  # tried again after the next refusal
                        await self.sign_in()
                await self._read_log_for(self._delay(code, retry_after, losses))
        finally:
            if self._wire is not None:
                self._wire.close()
            self._reader.close()
            self.writer.close()

    def _delay(self, code: int, retry_after: float, losses: int) -> float:
        if code in RESTARTING:
            return self._chance.uniform(0, 2)
        return max(retry_after, self._chance.uniform(0.2, CAPS[min(losses, len(CAPS) - 1)]))

    async def _once(self) -> tuple[int, float]:
        """One socket, from its opening to its end: the code or status it ended with, and when to come back."""
        self._stable = False
        path = f"/v1/chat/agent/ws?agent_id={self._user.id}" + (f"&after={self.cursor}" if self.cursor else "")
        try:
            self._wire = await dial(self._door, self._source, path, self._take, self._reader.token)
        except RefusedUpgradeError as refused:
            self._ledger.refuse(f"upgrade {refused.status}")
            return refused.status, refused.retry_after
        except OSError:
            self._ledger.refuse("upgrade not answered")
            return LOST, 0
        code = await self._wire.ended
        if self.live.is_set():
            self.live.clear()
            self._lost_at = self._ledger.now()
            self._stable = self._lost_at - self._live_at > STABLE
            self._ledger.losses.append((self._lost_at, code))
        return code, 0

    async def _read_log_for(self, seconds: float) -> None:
        until = self._ledger.now() + seconds
        while self.cursor is not None and (left := until - self._ledger.now()) > 0:
            with contextlib.suppress(OSError):  # nothing answers: the next try may
                await self._read_log()
            await asyncio.sleep(min(POLL, max(0.0, left)))
        await asyncio.sleep(max(0.0, until - self._ledger.now()))

    async def _read_log(self) -> None:
        more = True
        while more:
            answer = await self._reader.ask("GET", f"/v1/chat/events?after={self.cursor}&limit=200", within=5)
            if answer.status != 200:
                self._ledger.refuse(f"log {answer.status}")
                return
            page = msgspec.json.decode(answer.body, type=wire.EventsAnswer)
            for frame in page.events:
                self._heard(frame)
            more = page.has_more

    def _take(self, text: bytes) -> None:
        self.told += len(text)
        frame = msgspec.json.decode(text, type=wire.Frame)
        if frame.type == wire.CONNECTED:
            self._connected(msgspec.json.decode(frame.data, type=wire.Connected))
        elif frame.cursor is not None:
            self._heard(frame)

    def _connected(self, said: wire.Connected) -> None:
        now = self._ledger.now()
        if self.cursor is None or not said.resumed:
            self.hearing.resumes_refused += self.cursor is not None
            self.cursor = said.cursor
        if self._lost_at is not None:
            self.hearing.outages.append((self._lost_at, now))
        self._ledger.accepts.append(now)
        self._live_at = now
        self.live.set()

    def _heard(self, frame: wire.Frame) -> None:
        self.cursor = frame.cursor
        if frame.type == wire.CHAT_MESSAGE:
            message = msgspec.json.decode(frame.data, type=wire.Message)
            self.hearing.heard(message.session_id, message.seq, message.client_message_id, self._ledger.now())
