"""A TCP proxy between console and server that breaks lines in known ways, and counts each time it did.

A rule is a fault and what it is for, told by the request line, of each request on a connection that is kept:
so HTTP may pass while the socket is blocked. A new fault is a dataclass in `faults` and a case in `_Passage`.
"""

import asyncio
import contextlib
import re
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final, assert_never

from tests.together.faults import (
    BlackHole,
    Blow,
    Delay,
    Fault,
    Fin,
    HalfClose,
    Impostor,
    On,
    Reset,
    Way,
    everything,
    sockets,
)

LOOPBACK: Final = "127.0.0.1"
_CHUNK: Final = 65_536
_REQUEST: Final = re.compile(rb"[A-Z]+ /\S* HTTP/1\.1\r\n")


@dataclass(frozen=True, slots=True)
class _Rule:
    fault: Fault
    on: On
    lifted: asyncio.Event


class Faultline:
    """The proxy. `strike` hits once what is open, `impose` also all that comes until `lift`.

    `bitten` counts by kind of fault: connections broken or answered, pieces held up or held back.
    """

    def __init__(self, target: int) -> None:
        self.bitten: Counter[type[Fault]] = Counter()
        self.asked: Counter[str] = Counter()
        """Requests so far by path."""
        self.port = 0
        self._target = target
        self._rules: list[_Rule] = []
        self._passages: set[_Passage] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._door: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Where the console goes instead of to the server."""
        return f"http://{LOOPBACK}:{self.port}"

    async def open_door(self) -> None:
        """Take connections, again on the same port."""
        self._door = await asyncio.start_server(self._knocked, LOOPBACK, self.port)
        self.port = self._door.sockets[0].getsockname()[1]

    def shut_door(self) -> None:
        """Refuse new connections, really: whoever knocks is told by the system, and nobody here can count it."""
        assert self._door is not None
        self._door.close()

    def strike(self, blow: Blow, on: On = everything) -> int:
        """Break what is open now; how many connections that hit."""
        hit = [passage for passage in self._passages if on(passage.request_line)]
        for passage in hit:
            passage.struck(blow)
        self.bitten[type(blow)] += len(hit)
        return len(hit)

    def impose(self, fault: Fault, on: On = everything) -> None:
        """Do this to all that is open and all that comes; of several rules the latest that fits holds."""
        self._rules.append(_Rule(fault, on, asyncio.Event()))
        if isinstance(fault, Blow):
            self.strike(fault, on)
        elif isinstance(fault, Impostor):
            # An open socket speaks to the server itself and has to come again; of HTTP the next request is met.
            for passage in self._passages:
                if on(passage.request_line) and sockets(passage.request_line):
                    passage.struck(Fin())

    def lift(self) -> None:
        """Let everything through from now on, also what was held back."""
        rules, self._rules = self._rules, []
        for rule in rules:
            rule.lifted.set()

    def heard(self, head: bytes) -> str:
        """The request line that `head` begins with, counted."""
        line = head.split(b"\r\n", 1)[0].decode("latin-1")
        self.asked[line.split(" ")[1].partition("?")[0]] += 1
        return line

    def bit(self, fault: type[Fault]) -> None:
        """Count one."""
        self.bitten[fault] += 1

    def rule(self, request_line: str) -> _Rule | None:
        """What holds for a connection now."""
        return next((rule for rule in reversed(self._rules) if rule.on(request_line)), None)

    async def close(self) -> None:
        """End everything."""
        if self._door is not None:
            self._door.close()
        self.lift()
        for passage in tuple(self._passages):
            passage.struck(Reset())
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _knocked(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer), name="faultline")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        console = _End(reader, writer)
        try:
            head = await reader.readuntil(b"\r\n")
            line = self.heard(head)
            if self._met(line, console):
                await console.reader.read()  # a close before the request was read would turn into a reset
            else:
                await self._pass(line, head, console)
        except (OSError, asyncio.IncompleteReadError):
            console.reset()  # either end may be gone at any moment: that is what this proxy is for
        finally:
            writer.close()

    def _met(self, line: str, console: "_End") -> bool:
        """Whether a rule ended a connection that has just begun."""
        rule = self.rule(line)
        match rule.fault if rule else None:
            case Impostor(answer):
                console.writer.write(answer)
                console.finish()
            case Reset():
                console.reset()
            case Fin() | HalfClose():
                console.finish()
            case _:
                return False
        assert rule is not None
        self.bit(type(rule.fault))
        return True

    async def _pass(self, line: str, head: bytes, console: "_End") -> None:
        server = _End(*await asyncio.open_connection(LOOPBACK, self._target))
        passage = _Passage(self, line, console, server)
        self._passages.add(passage)
        try:
            await passage.run(head)
        finally:
            self._passages.discard(passage)
            server.writer.close()


class _End:
    """One end of a connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def reset(self) -> None:
        """Break it with a TCP reset."""
        raw = self.writer.get_extra_info("socket")
        if raw is not None and raw.fileno() >= 0:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    def finish(self) -> None:
        """Say that nothing more comes."""
        if not self.writer.is_closing():
            self.writer.write_eof()


class _Passage:
    """One connection through the proxy."""

    def __init__(self, line: Faultline, request_line: str, console: _End, server: _End) -> None:
        self.request_line = request_line
        self._line = line
        self._console = console
        self._server = server
        self._pumps: dict[Way, asyncio.Task[None]] = {}

    async def run(self, head: bytes) -> None:
        """Carry both ways until both ended."""
        async with asyncio.TaskGroup() as group:
            self._pumps[Way.OUT] = group.create_task(self._carry(Way.OUT, self._console, self._server, head))
            self._pumps[Way.IN] = group.create_task(self._carry(Way.IN, self._server, self._console, b""))

    def struck(self, blow: Blow) -> None:
        """Break now."""
        match blow:
            case Reset():
                self._console.reset()
                self._server.reset()
                self._stop(*Way)
            case Fin():
                self._stop(*Way)  # `run` ends, and both ends are closed after it
            case HalfClose():
                self._stop(Way.IN)
                self._console.finish()
            case _:
                assert_never(blow)

    def _stop(self, *ways: Way) -> None:
        for way in ways:
            self._pumps[way].cancel()

    async def _carry(self, way: Way, source: _End, sink: _End, data: bytes) -> None:
        with contextlib.suppress(ConnectionError):  # the other direction finds out by itself
            data = data or await source.reader.read(_CHUNK)
            while data:
                self._listen(way, data)
                if await self._met(way):
                    return
                sink.writer.write(data)
                await sink.writer.drain()
                data = await source.reader.read(_CHUNK)
            if not await self._met(way):
                sink.finish()

    def _listen(self, way: Way, data: bytes) -> None:
        """Notice the next request on a connection that was kept."""
        if way is Way.OUT and not sockets(self.request_line) and _REQUEST.match(data):
            self.request_line = self._line.heard(data)

    async def _met(self, way: Way) -> bool:
        """Whether a rule kept a piece for ever; it may also have been held back a while."""
        rule = self._line.rule(self.request_line)
        match rule.fault if rule else None:
            case BlackHole(ways) if way in ways:
                assert rule is not None
                self._line.bit(BlackHole)
                await rule.lifted.wait()
            case Delay(seconds, ways) if way in ways:
                self._line.bit(Delay)
                await asyncio.sleep(seconds)
            case Impostor(answer) if way is Way.OUT:
                self._line.bit(Impostor)
                self._console.writer.write(answer)
                self.struck(Fin())
                return True
            case _:
                return False
        return False


@contextlib.asynccontextmanager
async def faultline(target: int) -> AsyncIterator[Faultline]:
    """A proxy in front of a port of this machine, on a free port."""
    line = Faultline(target)
    await line.open_door()
    try:
        yield line
    finally:
        await line.close()
