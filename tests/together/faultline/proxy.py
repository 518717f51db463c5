"""The proxy: takes connections, keeps the rules, counts what they did, and knows whether a socket carries.

A rule is a fault and what it is for, told by the request line, of each request on a connection that is kept:
so HTTP may pass while the socket is blocked. A new fault is a dataclass in `faults` and a case in `passage`.
"""

import asyncio
import contextlib
import copy
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable

from tests.together.faultline.ends import End
from tests.together.faultline.faults import (
    BlackHole,
    Blow,
    Fault,
    Fin,
    HalfClose,
    Impostor,
    On,
    Reset,
    Scripted,
    Stranger,
    everything,
)
from tests.together.faultline.passage import Passage, Rule, is_socket
from tests.transport.listener import LOOPBACK, Listener
from tests.transport.scripted import read_request


class Faultline:
    """The proxy. `strike` hits once what is open, `impose` also all that comes until `lift`.

    `bitten` counts by kind of fault: connections broken or answered, pieces held up, changed or held back.
    `carried` says from when on a socket carried both ways or did not, by the monotonic clock.
    """

    def __init__(self, target: int) -> None:
        self.bitten: Counter[type[Fault]] = Counter()
        self.asked: Counter[str] = Counter()
        """Requests so far by path."""
        self.knocked: list[float] = []
        """When sockets were asked for, by the monotonic clock."""
        self.carried: list[tuple[float, bool]] = [(time.monotonic(), False)]
        self.twin: Faultline | None = None
        """Another line on which the same is done, so that what goes over it is not counted here."""
        self.most_sockets = 0
        """How many carried at once at most."""
        self.happened: Callable[[], None] = _nothing
        """Called with everything that is counted."""
        self.port = 0
        self.target = target
        self._frozen = False
        self._rules: list[Rule] = []
        self._passages: set[Passage] = set()
        self._door = Listener(self._serve)

    @property
    def url(self) -> str:
        """Where the console goes instead of to the server."""
        return f"http://{LOOPBACK}:{self.port}"

    async def open_door(self, address: str = LOOPBACK) -> None:
        """Take connections, again on the same port."""
        if self.twin is not None:
            await self.twin.open_door(address)
        self.port = await self._door.open(address, self.port)

    def shut_door(self) -> None:
        """Refuse new connections, really: whoever knocks is told by the system, and nobody here can count it."""
        self._door.shut()
        if self.twin is not None:
            self.twin.shut_door()

    def strike(self, blow: Blow, on: On = everything) -> int:
        """Break what is open now; how many connections that hit."""
        hit = [passage for passage in self._passages if on(passage.request_line)]
        for passage in hit:
            passage.struck(blow)
        self.bitten[type(blow)] += len(hit)
        if self.twin is not None:
            self.twin.strike(blow, on)
        return len(hit)

    def impose(self, fault: Fault, on: On = everything) -> None:
        """Do this to all that is open and all that comes; of several rules the latest that fits holds."""
        self._rules.append(Rule(fault, on, asyncio.Event()))
        if self.twin is not None:
            self.twin.impose(copy.deepcopy(fault), on)
        if isinstance(fault, Blow):
            self.strike(fault, on)
        elif isinstance(fault, Stranger):
            # An open socket speaks to the server itself and has to come again; of HTTP the next request is met.
            for passage in self._passages:
                if on(passage.request_line) and is_socket(passage):
                    passage.struck(Fin())
        self.turned()

    def lift(self) -> None:
        """Let everything through from now on, also what was held back."""
        rules, self._rules = self._rules, []
        for rule in rules:
            rule.lifted.set()
        if self.twin is not None:
            self.twin.lift()
        self.turned()

    def server_frozen(self, *, frozen: bool) -> None:
        """The server behind it was stopped as it stands, or goes on: no socket carries while it does not."""
        self._frozen = frozen
        self.turned()

    def turned(self) -> None:
        """Note whether a socket carries, when that has changed."""
        self.most_sockets = max(self.most_sockets, sum(map(self._carries, self._passages)))
        carries = not self._frozen and any(map(self._carries, self._passages))
        if carries is not self.carried[-1][1]:
            self.carried.append((time.monotonic(), carries))
            self.happened()

    def heard(self, head: bytes) -> str:
        """The request line that `head` begins with, counted."""
        line = head.split(b"\r\n", 1)[0].decode("latin-1")
        path = line.split(" ")[1].partition("?")[0]
        self.asked[path] += 1
        if path.endswith("/ws"):
            self.knocked.append(time.monotonic())
        self.happened()
        return line

    def bit(self, fault: type[Fault]) -> None:
        """Count one."""
        self.bitten[fault] += 1
        self.happened()

    def rule(self, request_line: str) -> Rule | None:
        """What holds for a connection now."""
        return next((rule for rule in reversed(self._rules) if rule.on(request_line)), None)

    async def close(self) -> None:
        """End everything."""
        self._door.shut()
        self.lift()
        for passage in tuple(self._passages):
            passage.struck(Reset())
        await self._door.close()

    def _carries(self, passage: Passage) -> bool:
        rule = self.rule(passage.request_line)
        return passage.speaks and is_socket(passage) and not (rule and isinstance(rule.fault, BlackHole))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        console = End(reader, writer)
        try:
            head = await reader.readuntil(b"\r\n")
            line = self.heard(head)
            if await self._met(line, head, console):
                await console.reader.read()  # a close before the request was read would turn into a reset
            else:
                await self._pass(line, head, console)
        except (OSError, asyncio.IncompleteReadError):
            console.reset()  # either end may be gone at any moment: that is what this proxy is for

    async def _met(self, line: str, head: bytes, console: End) -> bool:
        """Whether a rule ended a connection that has just begun."""
        rule = self.rule(line)
        fault = rule.fault if rule else None
        if not isinstance(fault, Blow | Stranger):
            return False
        self.bit(type(fault))
        match fault:
            case Impostor(answer):
                console.writer.write(answer)
                console.finish()
            case Scripted(act):
                seen = await read_request(console.reader, head)
                assert seen is not None
                await act(console.writer, seen)
            case Reset():
                console.reset()
            case Fin() | HalfClose():
                console.finish()
        return True

    async def _pass(self, line: str, head: bytes, console: End) -> None:
        server = End(*await asyncio.open_connection(LOOPBACK, self.target))
        passage = Passage(self, line, console, server)
        self._passages.add(passage)
        try:
            await passage.run(head)
        finally:
            self._passages.discard(passage)
            self.turned()
            server.writer.close()


def _nothing() -> None:
    """Nobody asked to be told."""


@contextlib.asynccontextmanager
async def faultline(target: int) -> AsyncIterator[Faultline]:
    """A proxy in front of a port of this machine, on a free port."""
    line = Faultline(target)
    await line.open_door()
    try:
        yield line
    finally:
        await line.close()
