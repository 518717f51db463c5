"""One socket for the engine, and a second one while it is replaced: who speaks, who is closed, what is told."""

import asyncio
from collections.abc import AsyncIterator, Coroutine

import pytest

from tests.core.desk import message
from tests.engine.fakes import until
from tms_tui.domain.errors import Ending, EndingKind
from tms_tui.domain.events import Event, LinkLost, LinkNotReplaced, LinkProven, LinkWelcomed, MessageArrived, Unread
from tms_tui.domain.ids import AgentId, Cursor, SessionId
from tms_tui.engine.line import Line
from tms_tui.transport.ports import Take

WELCOME = LinkWelcomed(AgentId("ana"), 0.0, True, Cursor("1"))
LOST = Ending(EndingKind.LOST)


class Socket:
    """One run of the link."""

    def __init__(self, after: Cursor | None, take: Take) -> None:
        self.after = after
        self.brings = take
        self.ends: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()


class Sockets:
    """A link that remembers each of its runs."""

    def __init__(self) -> None:
        self.all: list[Socket] = []
        self.open: list[Socket] = []

    async def run(self, after: Cursor | None, take: Take) -> Ending:
        socket = Socket(after, take)
        self.all.append(socket)
        self.open.append(socket)
        try:
            return await socket.ends
        finally:
            self.open.remove(socket)

    async def prove(self) -> float | None:
        return 0.01 if self.open else None

    async def signal_typing(self, session: SessionId, *, active: bool) -> None: ...

    async def signal_viewing(self, session: SessionId | None) -> None: ...

    async def authenticate(self) -> None: ...


class At:
    """A line with its first socket open and welcomed."""

    def __init__(self) -> None:
        self.sockets = Sockets()
        self.taken: list[Event] = []
        self.line = Line(self.sockets, self.taken.append)
        self.tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        return task

    async def opens(self, count: int) -> None:
        await until(lambda: len(self.sockets.all) == count)

    async def replaced(self) -> tuple[Socket, Socket]:
        """Both sockets, the second one not welcomed yet."""
        self.line.replace(Cursor("7"), self.start)
        await self.opens(2)
        first, second = self.sockets.all
        return first, second


@pytest.fixture
async def at() -> AsyncIterator[At]:
    at = At()
    at.line.open(None, at.start)
    await at.opens(1)
    at.sockets.all[0].brings(WELCOME)
    at.taken.clear()
    yield at
    at.line.close(EndingKind.ASKED)
    await asyncio.gather(*at.tasks, return_exceptions=True)
    assert at.sockets.open == []


async def test_both_bring_until_the_welcome_and_the_second_alone_from_then_on(at: At) -> None:
    first, second = await at.replaced()
    assert second.after == "7"
    assert len(at.line.tasks) == 2
    one, two, three = (MessageArrived(message(seq)) for seq in (1, 2, 3))
    first.brings(one)
    second.brings(one)
    second.brings(WELCOME)
    first.brings(two)
    second.brings(three)
    assert at.taken == [one, one, WELCOME, three]
    await until(lambda: at.sockets.open == [second])
    assert len(at.line.tasks) == 1
    assert not [event for event in at.taken if isinstance(event, LinkLost)]
    second.ends.set_result(LOST)
    await until(lambda: at.taken[-1] == LinkLost(LOST))


async def test_a_second_one_that_fails_is_told_and_the_first_stays(at: At) -> None:
    first, second = await at.replaced()
    second.ends.set_result(Ending(EndingKind.UNREACHED))
    await until(lambda: at.taken == [LinkNotReplaced(Ending(EndingKind.UNREACHED))])
    first.brings(one := MessageArrived(message(1)))
    assert at.taken[-1] == one
    assert at.sockets.open == [first]


async def test_a_first_one_that_ends_meanwhile_leaves_the_second_in_its_place(at: At) -> None:
    first, second = await at.replaced()
    first.ends.set_result(LOST)
    await until(lambda: at.taken == [LinkLost(LOST)])
    second.brings(WELCOME)
    second.ends.set_result(LOST)
    await until(lambda: at.taken == [LinkLost(LOST), WELCOME, LinkLost(LOST)])


async def test_a_second_one_can_be_given_up_without_a_word(at: At) -> None:
    first, second = await at.replaced()
    at.line.stop_replacing()
    second.brings(WELCOME)
    await until(lambda: at.sockets.open == [first])
    assert at.taken == []


async def test_closing_closes_both_and_tells_of_one_end(at: At) -> None:
    await at.replaced()
    at.line.close(EndingKind.DEAF)
    assert at.taken == [LinkLost(Ending(EndingKind.DEAF))]
    await until(lambda: at.sockets.open == [])
    assert at.line.tasks == set()


async def test_a_proof_is_of_the_socket_that_took_over(at: At) -> None:
    _, second = await at.replaced()
    second.brings(WELCOME)
    await at.line.prove()
    assert at.taken[-1] == LinkProven(0.01)


async def test_a_socket_is_welcomed_once_and_says_it_in_vain_again(at: At) -> None:
    first, second = await at.replaced()
    first.brings(WELCOME)
    assert [type(event) for event in at.taken] == [Unread]
    second.brings(WELCOME)
    second.brings(WELCOME)
    assert [type(event) for event in at.taken] == [Unread, LinkWelcomed, Unread]
