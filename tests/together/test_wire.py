"""The console's side of the wire against the reference server: sign in, read, hear, write, sign out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from tests.server.running import PASSWORD, RunningServer, running_server
from tests.transport.signed_in import SignedInAs
from tms_tui.domain.effects import (
    Assign,
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
    SessionQuery,
    SetAvailability,
    SetStatus,
    Transmit,
)
from tms_tui.domain.errors import EndingKind, Failure, FailureKind
from tms_tui.domain.events import (
    AgentsRead,
    Answer,
    AskFailed,
    AvailabilitySet,
    CannedRead,
    Event,
    LinkWelcomed,
    LogRead,
    MessageArrived,
    MetricsPosted,
    PageRead,
    PresenceSeen,
    ReadMarked,
    SendStored,
    SessionAnswered,
    SessionRead,
    SessionsRead,
    SignedIn,
    Unread,
)
from tms_tui.domain.ids import AgentId, Cursor, SendId, SessionId
from tms_tui.domain.model import Availability, Draft, Priority, SessionStatus
from tms_tui.domain.secret import Secret
from tms_tui.domain.text import CleanText
from tms_tui.transport.addresses import ServerAddress
from tms_tui.transport.http import HttpRest
from tms_tui.transport.login import Login
from tms_tui.transport.websocket import WebSocketLink

E = TypeVar("E", bound=Event)

SEND = SendId("0d9cbb4e-55d8-4a0e-9d2b-0c1b7a1f5c11")


class Desk:
    """One agent at the wire: what comes stands in `taken`."""

    def __init__(self, server: RunningServer) -> None:
        address = ServerAddress.parse(server.url)
        self.login = Login(address)
        self.rest = HttpRest(address, self.login)
        self.link = WebSocketLink(address, self.login)
        self.taken: list[Event] = []
        self._more = asyncio.Event()

    async def sign_in(self, server: RunningServer, name: str = "Dana") -> SignedIn:
        agent = await server.add_agent(name)
        answer = await self.login.sign_in(agent.email, Secret(PASSWORD))
        assert isinstance(answer, SignedIn)
        return answer

    async def hears(self, kind: type[E]) -> E:
        """The newest event of a kind, waited for; what came before it is forgotten."""
        while not (found := [event for event in self.taken if isinstance(event, kind)]):
            self._more.clear()
            await self._more.wait()
        self.taken.clear()
        return found[-1]

    def take(self, event: Event) -> None:
        self.taken.append(event)
        self._more.set()

    async def aclose(self) -> None:
        await self.rest.aclose()
        await self.login.aclose()


@asynccontextmanager
async def listening(desk: Desk, after: Cursor | None = None) -> AsyncIterator[LinkWelcomed]:
    """The socket, open; closed at the end."""
    running = asyncio.create_task(desk.link.run(after, desk.take))
    try:
        yield await desk.hears(LinkWelcomed)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RunningServer]:
    async with running_server(tmp_path) as running:
        yield running


@pytest.fixture
async def desk(server: RunningServer) -> AsyncIterator[Desk]:
    desk = Desk(server)
    yield desk
    await desk.aclose()


async def test_a_conversation_from_hello_to_the_end(server: RunningServer, desk: Desk) -> None:
    signed_in = await desk.sign_in(server)
    assert signed_in.lifetime == 900.0
    me = signed_in.user.id
    async with asyncio.timeout(60), listening(desk) as welcome:
        assert welcome.agent == me
        visitor = await server.visitor(name="Ana \x1b[31m")
        await visitor.says("Where is my order?")
        hello = (await desk.hears(MessageArrived)).message
        talk = hello.session
        assert (hello.text, hello.author.name, hello.seq) == ("Where is my order?", "Ana \u241b[31m", 1)
        sent = await desk.rest.ask(Transmit(Draft(SEND, talk, "On its way.\nAnna", private=False, asked_at=0.0), 1))
        assert isinstance(sent, SendStored)
        echo = (await desk.hears(MessageArrived)).message
        assert echo == sent.message
        assert echo.send_id == SEND
        await desk.link.signal_typing(talk, active=True)
        await desk.link.signal_viewing(talk)
        assert (await desk.hears(PresenceSeen)).agent.viewing == talk
        assert await desk.link.prove() is not None
        assert isinstance(await desk.login.renew(), float)
        await desk.link.authenticate()
        assert await desk.login.sign_out() is None


async def test_every_request_is_understood_by_both_sides(server: RunningServer, desk: Desk) -> None:
    me = (await desk.sign_in(server)).user.id
    visitor = await server.visitor(name="Ana", page_url="https://example.com/cart")
    await visitor.says("Hi")
    talk = SessionId(visitor.session_id)
    draft = Draft(SEND, talk, "A note", private=True, asked_at=0.0)
    expected: list[tuple[Request, type[Answer]]] = [
        (ReadAgents(), AgentsRead),
        (ReadCanned(), CannedRead),
        (ReadSessions(SessionQuery(text="Ana", status=SessionStatus.ACTIVE)), SessionsRead),
        (ReadSession(talk), SessionRead),
        (ReadPage(talk), PageRead),
        (Transmit(draft), SendStored),
        (Assign(talk, me, note="mine"), SessionAnswered),
        (Label(talk, tags=(CleanText("vip"),), priority=Priority.HIGH), SessionAnswered),
        (SetStatus(talk, SessionStatus.PENDING, pending_until=4_000_000_000.5), SessionAnswered),
        (MarkRead(talk, 1), ReadMarked),
        (MarkUnread(talk, 1), SessionAnswered),
        (SetAvailability(Availability.BUSY), AvailabilitySet),
        (PostMetrics(1, latency=((0.5, 1), (1.0, 1)), latency_count=1), MetricsPosted),
    ]
    answers = [await desk.rest.ask(request) for request, _ in expected]
    assert [type(answer) for answer in answers] == [kind for _, kind in expected], answers
    listing, pending = answers[2], answers[8]
    assert isinstance(listing, SessionsRead)
    assert [session.customer.page_url for session in listing.sessions] == ["https://example.com/cart"]
    assert isinstance(pending, SessionAnswered)
    assert (pending.session.pending_until, pending.session.tags) == (4_000_000_000.5, ("vip",))
    log = await desk.rest.ask(ReadLog(listing.cursor))
    assert isinstance(log, LogRead)
    assert MessageArrived in {type(event) for event in log.events}
    assert not any(isinstance(event, Unread) for event in log.events)


async def test_refusals_have_their_own_kinds(server: RunningServer, desk: Desk) -> None:
    me = (await desk.sign_in(server)).user.id
    rival = Desk(server)
    other = (await rival.sign_in(server, "Rhea")).user.id
    visitor = await server.visitor()
    await visitor.says("Hi")
    talk = SessionId(visitor.session_id)
    await rival.rest.ask(Transmit(Draft(SEND, talk, "Hello", private=False, asked_at=0.0)))
    await rival.rest.ask(Assign(talk, other))
    mine = Draft(SendId("5d2cbb4e-55d8-4a0e-9d2b-0c1b7a1f5c11"), talk, "Hello", private=False, asked_at=0.0)
    taken = await desk.rest.ask(Assign(talk, me))
    moved = await desk.rest.ask(Transmit(mine, if_last_seq=1))
    await rival.rest.ask(SetStatus(talk, SessionStatus.ENDED))
    ended = await desk.rest.ask(Transmit(mine))
    missing = await desk.rest.ask(ReadSession(SessionId("5d2cbb4e-55d8-4a0e-9d2b-0c1b7a1f5c12")))
    expired = await desk.rest.ask(ReadLog(Cursor("no-such-cursor")))
    await rival.login.sign_out()
    outside = await rival.rest.ask(ReadAgents())
    await rival.aclose()
    failures = [
        answer.failure for answer in (taken, moved, ended, missing, expired, outside) if isinstance(answer, AskFailed)
    ]
    assert [failure.kind for failure in failures] == [
        FailureKind.TAKEN,
        FailureKind.MOVED_ON,
        FailureKind.ENDED,
        FailureKind.MISSING,
        FailureKind.EXPIRED,
        FailureKind.UNAUTHORIZED,
    ]
    assert failures[0].session is not None
    assert failures[0].session.assigned_agent == other


async def test_what_was_missed_comes_after_the_cursor(server: RunningServer, desk: Desk) -> None:
    await desk.sign_in(server)
    async with asyncio.timeout(60):
        async with listening(desk) as welcome:
            visitor = await server.visitor()
            await visitor.says("one")
            seen = await desk.hears(MessageArrived)
        assert seen.cursor is not None
        assert seen.cursor != welcome.cursor
        await visitor.says("two")
        async with listening(desk, seen.cursor) as again:
            missed = await desk.hears(MessageArrived)
    assert again.resumed
    assert missed.message.text == "two"


async def test_the_socket_is_refused_to_others_with_the_servers_words(server: RunningServer, desk: Desk) -> None:
    await desk.sign_in(server)
    other = await server.add_agent("Rhea")
    address = ServerAddress.parse(server.url)
    token = desk.login.bearer(address.origin)
    assert token is not None
    as_other = WebSocketLink(address, SignedInAs(address.origin, token.reveal(), AgentId(other.id)))
    forged = WebSocketLink(address, SignedInAs(address.origin))
    refusals = [await link.run(None, desk.take) for link in (as_other, forged)]
    assert [(ending.kind, ending.code) for ending in refusals] == [(EndingKind.REFUSED, 403), (EndingKind.REFUSED, 401)]
    assert all(ending.words and "{" not in ending.words for ending in refusals)


async def test_a_wrong_password_and_a_dead_token_are_refused(server: RunningServer, desk: Desk) -> None:
    agent = await server.add_agent()
    wrong = await desk.login.sign_in(agent.email, Secret("wrong"))
    assert isinstance(wrong, Failure)
    assert (wrong.kind, wrong.code) == (FailureKind.UNAUTHORIZED, "bad_credentials")
    await desk.login.sign_in(agent.email, Secret(PASSWORD))
    await server.stop()
    assert (await desk.link.run(None, desk.take)).kind is EndingKind.UNREACHED
