"""A link, a REST side and tokens that do what a test tells them, and remember what was asked of them."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import assert_never

from tests.engine.hand_clock import WALL_AT_ZERO, HandClock
from tms_tui.domain.effects import (
    Assign,
    Block,
    Label,
    MarkRead,
    MarkUnread,
    PostMetrics,
    ReadAgents,
    ReadCanned,
    ReadLog,
    ReadPage,
    ReadSession,
    ReadSessions,
    Request,
    SetAvailability,
    SetStatus,
    Transmit,
    Unblock,
)
from tms_tui.domain.errors import Ending, EndingKind, Failure, FailureKind
from tms_tui.domain.events import (
    AgentsRead,
    Answer,
    AskFailed,
    CannedRead,
    Event,
    LinkWelcomed,
    LogRead,
    MetricsPosted,
    PageRead,
    ReadMarked,
    SessionsRead,
)
from tms_tui.domain.ids import AgentId, Cursor, SessionId
from tms_tui.domain.model import Capabilities
from tms_tui.engine.engine import Engine, Record
from tms_tui.engine.keep import Keep
from tms_tui.transport.ports import Take

START = Cursor("0")
LOST = Ending(EndingKind.LOST)
UNAUTHORIZED = Failure(FailureKind.UNAUTHORIZED, 401)
NOT_REACHED = Failure(FailureKind.NOT_REACHED)
NO_ANSWER = Failure(FailureKind.NO_ANSWER)


class FakeLink:
    """A socket whose frames the test hands in by `bring` and whose end it chooses by `lose`."""

    def __init__(self) -> None:
        self.opened: list[Cursor | None] = []
        self.open_now = 0
        self.most_open = 0
        self.typing: list[tuple[SessionId, bool]] = []
        self.viewing: list[SessionId | None] = []
        self.authenticated = 0
        self.proofs = 0
        self.latency: float | None = 0.01
        self.server_time: Callable[[], float] = lambda: WALL_AT_ZERO
        self.may_close = asyncio.Event()
        self.may_close.set()
        self._take: Take | None = None
        self._end: asyncio.Future[Ending] | None = None

    async def run(self, after: Cursor | None, take: Take) -> Ending:
        self.opened.append(after)
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        self._take = take
        self._end = asyncio.get_running_loop().create_future()
        try:
            return await self._end
        finally:
            await self.may_close.wait()
            self.open_now -= 1

    async def prove(self) -> float | None:
        self.proofs += 1
        return self.latency

    async def signal_typing(self, session: SessionId, *, active: bool) -> None:
        self.typing.append((session, active))

    async def signal_viewing(self, session: SessionId | None) -> None:
        self.viewing.append(session)

    async def authenticate(self) -> None:
        self.authenticated += 1

    def bring(self, event: Event) -> None:
        """Hand in what the newest socket would have decoded."""
        assert self._take is not None, "no socket was opened"
        self._take(event)

    def welcome(self, agent: AgentId, *, resumed: bool = False, cursor: Cursor = START) -> None:
        """Hand in the server's first frame."""
        self.bring(LinkWelcomed(agent, server_time=self.server_time(), resumed=resumed, cursor=cursor))

    def lose(self, ending: Ending = LOST) -> None:
        """End the newest socket; what follows needs a turn of the loop."""
        assert self._end is not None, "no socket was opened"
        self._end.set_result(ending)


@dataclass(slots=True)
class FakeRest:
    """Answers by `reply`; `hold` keeps answers back until they are released."""

    reply: Callable[[Request], Answer]
    asked: list[Request] = field(default_factory=list)
    free: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.free.set()

    async def ask(self, request: Request) -> Answer:
        self.asked.append(request)
        await self.free.wait()
        return self.reply(request)

    def hold(self) -> None:
        """Give no answer from now on."""
        self.free.clear()

    def release(self) -> None:
        """Give all answers held back, by what `reply` says then."""
        self.free.set()

    def asked_for(self, kind: type[Request]) -> list[Request]:
        """The requests of one kind, in order."""
        return [request for request in self.asked if isinstance(request, kind)]


class FakeTokens:
    """Renews by `outcome`; counts how often it was asked."""

    def __init__(self) -> None:
        self.outcome: float | Failure = 900.0
        self.renewals = 0
        self.free = asyncio.Event()
        self.free.set()

    async def renew(self) -> float | Failure:
        self.renewals += 1
        await self.free.wait()
        return self.outcome


def empty(request: Request) -> Answer:  # noqa: PLR0911 - one answer for each request
    """What a server without conversations answers; writes about conversations find none."""
    match request:
        case ReadSessions(query):
            return SessionsRead(query, (), None, START)
        case ReadPage(session, before, after):
            return PageRead(session, (), has_more=False, before=before, after=after)
        case ReadLog(after):
            return LogRead(after, (), after, has_more=False)
        case ReadAgents():
            return AgentsRead(())
        case ReadCanned():
            return CannedRead(())
        case MarkRead(session, up_to):
            return ReadMarked(session, up_to)
        case PostMetrics():
            return MetricsPosted()
        case (
            ReadSession()
            | Transmit()
            | Assign()
            | SetStatus()
            | Label()
            | Block()
            | Unblock()
            | MarkUnread()
            | SetAvailability()
        ):
            return AskFailed(request, Failure(FailureKind.MISSING, 404))
        case _:
            assert_never(request)


def failing(failure: Failure) -> Callable[[Request], Answer]:
    """A server that answers everything with `failure`."""
    return lambda request: AskFailed(request, failure)


@dataclass(slots=True)
class Stand:
    """An engine with everything around it under the test's hand."""

    clock: HandClock
    link: FakeLink
    rest: FakeRest
    tokens: FakeTokens
    engine: Engine


def stand(
    reply: Callable[[Request], Answer] = empty,
    capabilities: Capabilities | None = None,
    keep: Keep | None = None,
    record: Record | None = None,
) -> Stand:
    """An engine over fakes; ids are "send-1", "send-2", ..., chance is seeded. `keep`: what outlives it."""
    clock, link, rest, tokens = HandClock(), FakeLink(), FakeRest(reply), FakeTokens()
    numbers = count(1)
    link.server_time = clock.true
    engine = Engine(
        link,
        rest,
        tokens,
        clock=clock,
        chance=random.Random(1),
        new_id=lambda: f"send-{next(numbers)}",
        capabilities=capabilities or Capabilities(),
        keep=keep,
        record=record,
    )
    return Stand(clock, link, rest, tokens, engine)


@asynccontextmanager
async def running(engine: Engine) -> AsyncIterator[None]:
    """Run `engine` while inside; its failure is raised on leaving."""
    task = asyncio.create_task(engine.run())
    await asyncio.sleep(0)
    try:
        yield
    finally:
        engine.stop()
        await task


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop turn until `condition` holds; raises TimeoutError when it never does."""
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - the condition is the test's, any turn of the loop may fulfil it
            await asyncio.sleep(0)
