"""Agents with the real engine: sign-in, socket, log and transcripts as the console has them, without a face."""

import asyncio
import random
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from tests.load.door import Door
from tests.load.ledger import Sent
from tests.server.balancers import CERTIFICATE
from tests.server.running import PASSWORD
from tms_tui.core import select
from tms_tui.core.select import BadgeKind
from tms_tui.domain.entries import Entry
from tms_tui.domain.events import SignedIn
from tms_tui.domain.ids import SessionId
from tms_tui.domain.model import Capabilities, Message
from tms_tui.domain.secret import Secret
from tms_tui.engine.clock import LoopClock
from tms_tui.engine.engine import Engine
from tms_tui.transport.addresses import ServerAddress
from tms_tui.transport.http import HttpCaller, HttpRest
from tms_tui.transport.login import Login
from tms_tui.transport.websocket import WebSocketLink


class Desk:
    """One engine at work."""

    def __init__(self, door: Door, email: str) -> None:
        scheme = "https" if door.trust else "http"
        address = ServerAddress.parse(f"{scheme}://localhost:{door.port}", ca_file=CERTIFICATE if door.trust else None)
        caller = HttpCaller(address)
        self._email = email
        self._login = Login(address, caller=caller)
        self._engine = Engine(
            WebSocketLink(address, self._login),
            HttpRest(address, self._login, caller=caller),
            self._login,
            clock=LoopClock(),
            chance=random.Random(),
            new_id=lambda: str(uuid.uuid4()),
            capabilities=Capabilities(),
            close=caller.aclose,
        )

    async def work(self, live: asyncio.Event) -> None:
        """Until it is cancelled; sets `live` once the badge says so."""
        outcome = await self._login.sign_in(self._email, Secret(PASSWORD))
        assert isinstance(outcome, SignedIn), outcome
        self._engine.take(outcome)
        ends = self._engine.subscribe(lambda _: live.set() if self.is_live else None)
        try:
            await self._engine.run()
        finally:
            ends()

    @property
    def is_live(self) -> bool:
        return select.badge(self._engine.state).kind is BadgeKind.LIVE

    def judged(self, sent: Sequence[Sent]) -> tuple[int, int, int]:
        """Of the messages answered 2xx: how many stand in no transcript, stand twice, stand out of their order."""
        held = Counter[str]()
        misordered = 0
        for session in {one.session_id for one in sent}:
            messages = [one for one in self._entries(session) if isinstance(one, Message)]
            held.update(one.send_id for one in messages if one.send_id is not None)
            misordered += sum(later.seq <= earlier.seq for earlier, later in pairwise(messages))
        lost = sum(one.answered_at is not None and not held[one.client_message_id] for one in sent)
        return lost, sum(count - 1 for count in held.values() if count > 1), misordered

    def _entries(self, session: str) -> Iterable[Entry]:
        return select.entries(self._engine.state, SessionId(session))
