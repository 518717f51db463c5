"""A model server for the core: lists, a log, a socket that breaks, requests that fail or answer late."""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.core.desk import ANA, EPOCH, EVA, JONAS, ME, Desk, conversation, message
from tms_tui.domain.effects import (
    CloseLink,
    OpenLink,
    ReadAgents,
    ReadCanned,
    ReadLog,
    ReadPage,
    ReadSession,
    ReadSessions,
    ReplaceLink,
    Request,
    StopReplacing,
    Transmit,
)
from tms_tui.domain.errors import Ending, EndingKind, Failure, FailureKind
from tms_tui.domain.events import (
    AgentsRead,
    AskFailed,
    CannedRead,
    Event,
    LinkLost,
    LinkNotReplaced,
    LinkProven,
    LinkWelcomed,
    LogRead,
    MessageArrived,
    PageRead,
    SendAsked,
    SendStored,
    SessionOpened,
    SessionRead,
    SessionsRead,
    TokenRenewed,
)
from tms_tui.domain.ids import Cursor, SendId, SessionId
from tms_tui.domain.model import Author, Draft, Message, Session, SessionStatus

TALKS = (SessionId("a"), SessionId("b"), SessionId("c"))
PAGE = 5
LOG_KEPT = 25


@dataclass
class World:
    """The truth, and the ways it reaches the desk."""

    chance: random.Random
    desk: Desk = field(default_factory=Desk)
    lists: dict[SessionId, list[Message]] = field(default_factory=lambda: {talk: [] for talk in TALKS})
    log: list[MessageArrived] = field(default_factory=list)
    wire: deque[Event] | None = None
    """Frames on their way; None while no socket is open."""
    requests: list[Request] = field(default_factory=list)
    broken: bool = True
    """Whether things go wrong at all."""
    asked: list[Draft] = field(default_factory=list)
    spare: deque[Event] | None = None
    """Frames on their way by a second socket, which is to take the first one's place."""
    replaced: int = 0
    lossy: bool = False
    """Whether an open socket drops, doubles and reorders frames."""

    # -- what happens ------------------------------------------------------

    def customer_writes(self) -> None:
        self._store(self.chance.choice(TALKS), JONAS)

    def colleague_writes(self) -> None:
        self._store(self.chance.choice(TALKS), EVA)

    def agent_writes(self) -> None:
        talk = self.chance.choice(TALKS)
        number = len(self.asked)
        draft = Draft(SendId(f"s{number}"), talk, f"mine {number}", False, EPOCH, 10**6)
        self.asked.append(draft)
        self.take(SendAsked(draft))

    def agent_looks(self) -> None:
        self.take(SessionOpened(self.chance.choice(TALKS)))

    def token_is_renewed(self) -> None:
        self.take(TokenRenewed(10.0**9))

    def socket_breaks(self) -> None:
        if self.wire is not None:
            self.wire, self.spare = self.spare, None
            self.take(LinkLost(Ending(EndingKind.LOST)))

    def second_socket_breaks(self) -> None:
        if self.spare is not None:
            self.spare = None
            self.take(LinkNotReplaced(Ending(EndingKind.LOST)))

    def second_socket_speaks(self) -> None:
        """Its first frame is the welcome: the other socket is gone with all that was still on its way."""
        if self.spare:
            self.wire, self.spare = self.spare, None
            self.replaced += 1
            self.take(self.wire.popleft())

    def frame_arrives(self) -> None:
        if not self.wire:
            return
        if self.lossy and not isinstance(self.wire[0], LinkWelcomed):
            self._mangle(self.wire)
        if self.wire:
            self.take(self.wire.popleft())

    def request_ends(self) -> None:
        if not self.requests:
            return
        request = self.requests.pop(self.chance.randrange(len(self.requests)))
        fate = self.chance.random() if self.broken else 0.0
        if fate < 0.7:
            self.take(self._answer(request))
        elif fate < 0.8:
            self.take(AskFailed(request, Failure(FailureKind.NOT_REACHED)))
        elif fate < 0.9:
            self._answer(request)
            self.take(AskFailed(request, Failure(FailureKind.NO_ANSWER)))
        else:
            self.take(AskFailed(request, Failure(FailureKind.SERVER_ERROR, 500)))

    def time_passes(self) -> None:
        self.desk.advance(self.chance.choice((0.05, 0.7, 3.0, 21.0)))
        self._perform()

    def everything(self) -> tuple[Callable[[], None], ...]:
        return (
            self.customer_writes,
            self.colleague_writes,
            self.agent_writes,
            self.agent_looks,
            self.token_is_renewed,
            self.second_socket_speaks,
            self.second_socket_speaks,
            self.second_socket_breaks,
            self.socket_breaks,
            self.frame_arrives,
            self.frame_arrives,
            self.frame_arrives,
            self.request_ends,
            self.request_ends,
            self.request_ends,
            self.time_passes,
            self.time_passes,
        )

    # -- running -----------------------------------------------------------

    def take(self, event: Event) -> None:
        self.desk.chance = self.chance.random()
        self.desk.take(event)
        self._perform()

    def start(self) -> None:
        self.desk.sign_in(lifetime=10.0**9)
        self._perform()

    def run(self, steps: int) -> None:
        for _ in range(steps):
            self.chance.choice(self.everything())()

    def calm(self) -> None:
        """Nothing goes wrong any more: let everything under way end, and look at every conversation."""
        self.broken = self.lossy = False
        for talk in (*TALKS, *TALKS):
            for _ in range(40):
                while self.requests or self.wire or self.spare:
                    self.request_ends()
                    self.second_socket_speaks()
                    self.frame_arrives()
                self.desk.advance(5.0)
                self._perform()
            self.take(SessionOpened(talk))
        while self.requests or self.wire or self.spare:
            self.request_ends()
            self.second_socket_speaks()
            self.frame_arrives()

    # -- the server --------------------------------------------------------

    def session(self, talk: SessionId) -> Session:
        stored = self.lists[talk]
        return conversation(talk, version=1 + len(stored), activity=len(stored))

    def _store(self, talk: SessionId, author: Author, draft: Draft | None = None) -> Message:
        stored = self.lists[talk]
        for known in stored:
            if draft is not None and known.send_id == draft.send_id:
                return known
        send_id = draft.send_id if draft else None
        one = message(len(stored) + 1, author, session=talk, send_id=send_id, text=draft.text if draft else "")
        stored.append(one)
        event = MessageArrived(one, Cursor(str(len(self.log) + 1)))
        self.log.append(event)
        for wire in (self.wire, self.spare):
            if wire is not None:
                wire.append(event)
        return one

    def _perform(self) -> None:
        effects, self.desk.effects = self.desk.effects, []
        for effect in effects:
            if isinstance(effect, OpenLink):
                self._open(effect.after)
            elif isinstance(effect, ReplaceLink):
                self._open_beside(effect.after)
            elif isinstance(effect, StopReplacing):
                self.spare = None
            elif isinstance(effect, CloseLink):
                self.wire = self.spare = None
                self.take(LinkLost(Ending(effect.why)))
            elif isinstance(effect, Request):
                self.requests.append(effect)

    def _open(self, after: Cursor | None) -> None:
        if self.broken and self.chance.random() < 0.4:
            self.take(LinkLost(Ending(EndingKind.UNREACHED)))
            return
        self.wire = self._opened(after)

    def _open_beside(self, after: Cursor | None) -> None:
        if self.broken and self.chance.random() < 0.2:
            self.take(LinkNotReplaced(Ending(EndingKind.UNREACHED)))
            return
        self.spare = self._opened(after)

    def _opened(self, after: Cursor | None) -> deque[Event]:
        """What a socket says first."""
        behind = len(self.log) - int(after) if after is not None else LOG_KEPT + 1
        resumed = behind <= LOG_KEPT
        said: deque[Event] = deque([LinkWelcomed(ANA.id, 0.0, resumed, Cursor(str(len(self.log)))), LinkProven(0.01)])
        if resumed:
            said.extend(self.log[len(self.log) - behind :])
        return said

    def _answer(self, request: Request) -> Event:  # noqa: PLR0911 - one flat table of answers
        match request:
            case ReadSessions(query):
                talks = tuple(map(self.session, TALKS)) if query.status is SessionStatus.ACTIVE else ()
                return SessionsRead(query, talks, None, Cursor(str(len(self.log))))
            case ReadSession(talk):
                return SessionRead(self.session(talk))
            case ReadPage(talk, before, after):
                stored = self.lists[talk]
                if after is not None:
                    rest = stored[after:]
                    return PageRead(talk, tuple(rest[:PAGE]), len(rest) > PAGE, before, after)
                rest = stored[: before - 1] if before is not None else stored
                return PageRead(talk, tuple(rest[-PAGE:]), len(rest) > PAGE, before, after)
            case ReadLog(after):
                return self._log(after)
            case ReadAgents():
                return AgentsRead(())
            case ReadCanned():
                return CannedRead(())
            case Transmit(draft):
                return SendStored(draft.send_id, self._store(draft.session, ME, draft))
            case _:
                raise AssertionError(request)

    def _log(self, after: Cursor) -> Event:
        behind = len(self.log) - int(after)
        if behind > LOG_KEPT:
            return AskFailed(ReadLog(after), Failure(FailureKind.EXPIRED, 410))
        events = self.log[int(after) : int(after) + PAGE]
        end = int(after) + len(events)
        return LogRead(after, tuple(events), Cursor(str(end)), has_more=end < len(self.log))

    def _mangle(self, wire: deque[Event]) -> None:
        fate = self.chance.random()
        if fate < 0.15:
            wire.popleft()
        elif fate < 0.3:
            wire.append(wire[0])
        elif fate < 0.45 and len(wire) > 1:
            wire.rotate(-1)
