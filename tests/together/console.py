"""A real console without a face: sign-in, REST, socket and engine as the program wires them, run as a task."""

import asyncio
import contextlib
import random
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Final

from tests.server.running import PASSWORD
from tms_tui import wording
from tms_tui.core import select
from tms_tui.core.select import BadgeKind
from tms_tui.core.state import State
from tms_tui.domain import policy
from tms_tui.domain.changes import Announced, Change, Notice, NoticeKind
from tms_tui.domain.entries import GapMark, PendingSend
from tms_tui.domain.events import (
    ComposerChanged,
    ReconnectAsked,
    ResendAsked,
    SendAsked,
    SessionOpened,
    Shown,
    SignedIn,
)
from tms_tui.domain.ids import SendId, SessionId
from tms_tui.domain.model import Capabilities, Draft, Message
from tms_tui.domain.secret import Secret
from tms_tui.engine.clock import Clock, LoopClock
from tms_tui.engine.engine import Engine, Record
from tms_tui.engine.keep import Keep
from tms_tui.transport.addresses import ServerAddress
from tms_tui.transport.http import HttpCaller, HttpRest
from tms_tui.transport.login import Login
from tms_tui.transport.timings import Timings
from tms_tui.transport.websocket import WebSocketLink

PATIENCE: Final = 30.0
Holds = Callable[[State], object]


class Shortest(random.Random):
    """Draws the shortest of every wait that is drawn."""

    def random(self) -> float:
        return 0.0


class Console:
    """One agent at a desk that nobody draws. `badges` are the kinds it showed, one after the other."""

    def __init__(
        self,
        url: str,
        timings: Timings | None = None,
        *,
        clock: Clock | None = None,
        chance: random.Random | None = None,
        hurry: float = 1.0,
        keep: Keep | None = None,
        record: Record | None = None,
    ) -> None:
        """`hurry`: by how much sooner than usual an HTTP answer is given up."""
        address = ServerAddress.parse(url, allow_cleartext=True)
        connect_within, answer_within = policy.CONNECT_WITHIN / hurry, policy.REQUEST_WITHIN / hurry
        caller = HttpCaller(address, connect_within=connect_within, answer_within=answer_within)
        self.login = Login(address, caller=caller)
        self.engine = Engine(
            WebSocketLink(address, self.login, timings=timings),
            HttpRest(address, self.login, caller=caller),
            self.login,
            clock=clock or LoopClock(),
            chance=chance or Shortest(),
            new_id=lambda: str(uuid.uuid4()),
            capabilities=Capabilities(),
            close=caller.aclose,
            keep=keep,
            record=record,
        )
        self.badges: list[BadgeKind] = []
        self.notices: list[Notice] = []
        self.changes: list[Change] = []
        self._watching: set[asyncio.Event] = set()
        self._task: asyncio.Task[None] | None = None
        self.engine.subscribe(self._changed)

    @property
    def state(self) -> State:
        return self.engine.state

    @property
    def opened(self) -> SessionId:
        """The conversation the agent looks at."""
        assert self.state.opened is not None
        return self.state.opened

    async def sign_in(self, email: str, password: str = PASSWORD) -> None:
        """As the sign-in screen does; also again, at the same desk."""
        outcome = await self.login.sign_in(email, Secret(password))
        assert isinstance(outcome, SignedIn), outcome
        self.engine.take(outcome)

    def start(self) -> None:
        """Do the background work from now on."""
        self._task = asyncio.create_task(self.engine.run(), name="console")

    async def stop(self) -> None:
        """End the background work; raises what ended it."""
        self.engine.stop()
        if self._task is not None:
            await self._task

    async def until(self, holds: Holds, within: float = PATIENCE, what: str = "") -> None:
        """Wait for changes until the state is so. Raises AssertionError with what is there instead."""
        assert self._task is not None
        changed = asyncio.Event()
        self._watching.add(changed)
        try:
            async with asyncio.timeout(within):
                while not holds(self.state):
                    await self._next(changed, self._task)
        except TimeoutError:
            raise AssertionError(f"not within {within} s: {what or 'the condition'}\n{self.described()}") from None
        finally:
            self._watching.discard(changed)

    def wake(self) -> None:
        """Have those who wait look again: something beside the console has changed."""
        for watching in self._watching:
            watching.set()

    async def shows(self, badge: BadgeKind, within: float = PATIENCE) -> None:
        """Wait for the badge."""
        await self.until(lambda state: select.badge(state).kind is badge, within, f"badge {badge}")

    async def says(self, kind: NoticeKind, within: float = PATIENCE) -> Notice:
        """Wait for something on the event line; it may stand there already."""
        await self.until(lambda _: self._noticed(kind), within, f"notice {kind}")
        found = self._noticed(kind)
        assert found is not None
        return found

    async def reads(self, session: str, *texts: str, within: float = PATIENCE) -> None:
        """Wait until all these stand in a conversation as stored messages, once and in this order."""

        def there(_: State) -> bool:
            wanted = set(texts)
            return [text for text in self.texts(session) if text in wanted] == list(texts)

        await self.until(there, within, f"{texts} in the conversation, once and in order")

    def types(self, session: str, text: str) -> None:
        """What stands in the composer now."""
        self.engine.take(ComposerChanged(SessionId(session), private=False, text=text))

    def open(self, session: str) -> None:
        """Look at a conversation."""
        self.engine.take(SessionOpened(SessionId(session)))

    def has_seen(self, session: str) -> None:
        """All of a conversation stood on the screen."""
        self.engine.take(Shown(SessionId(session), select.newest_seq(self.state, SessionId(session))))

    def send(self, session: str, text: str, *, private: bool = False) -> SendId:
        """Press Enter."""
        send_id = self.engine.new_send_id()
        seen = select.newest_seq(self.state, SessionId(session))
        draft = Draft(send_id, SessionId(session), text, private, self.engine.moment().wall, seen)
        self.engine.take(SendAsked(draft))
        return send_id

    def resend(self, send_id: SendId) -> None:
        """Press R on it."""
        self.engine.take(ResendAsked(send_id))

    def reconnect(self) -> None:
        """Press F5."""
        self.engine.take(ReconnectAsked())

    def messages(self, session: str) -> list[Message]:
        """The stored messages a face would show."""
        return [one for one in select.entries(self.state, SessionId(session)) if isinstance(one, Message)]

    def texts(self, session: str) -> list[str]:
        return [message.text for message in self.messages(session)]

    def gaps(self, session: str) -> list[GapMark]:
        return [one for one in select.entries(self.state, SessionId(session)) if isinstance(one, GapMark)]

    def pending(self, session: str) -> list[PendingSend]:
        """Own sends that are not known to be stored."""
        return list(self.state.outbox.of(SessionId(session)))

    def described(self) -> str:
        """What a person would see, for a failed test."""
        lines = [" ".join(wording.badge(select.badge(self.state))), f"badges so far: {[*map(str, self.badges)]}"]
        lines += [f"said: {wording.notice(notice)}" for notice in self.notices]
        lines += [f"ended: {ending}" for _, ending in self.state.health.endings]
        lines += [f"failed: {failure}" for _, failure in self.state.health.failures_seen]
        for session in self.state.sessions.values():
            lines.append(f"{session.customer.name}, unread {session.unread}: {self.texts(session.id)}")
            lines += [f"  {one.delivery}: {one.draft.text}" for one in self.pending(session.id)]
        return "\n".join(lines)

    def _changed(self, changes: tuple[Change, ...]) -> None:
        self.changes += changes
        self.notices += [change.notice for change in changes if isinstance(change, Announced)]
        kind = select.badge(self.state).kind
        if self.badges[-1:] != [kind]:
            self.badges.append(kind)
        self.wake()

    def _noticed(self, kind: NoticeKind) -> Notice | None:
        return next((notice for notice in self.notices if notice.kind is kind), None)

    async def _next(self, changed: asyncio.Event, running: asyncio.Task[None]) -> None:
        """Until something changed; a console that ended ends the wait."""
        waiting = asyncio.create_task(changed.wait())
        try:
            await asyncio.wait({waiting, running}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
        changed.clear()
        if running.done():
            await running
            raise AssertionError(f"the console ended\n{self.described()}")


@contextlib.asynccontextmanager
async def console(
    url: str,
    email: str = "dana@example.com",
    *,
    timings: Timings | None = None,
    live: bool = True,
    clock: Clock | None = None,
) -> AsyncIterator[Console]:
    """A console signed in at `url`; `live`: once its badge says so."""
    desk = Console(url, timings, clock=clock)
    await desk.sign_in(email)
    desk.start()
    try:
        if live:
            await desk.shows(BadgeKind.LIVE)
        yield desk
    finally:
        await desk.stop()
