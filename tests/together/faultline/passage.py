"""One connection through the proxy, and what the rules do to it."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol, assert_never

from tests.together.faultline.ends import End
from tests.together.faultline.faults import (
    BlackHole,
    Blow,
    Cut,
    Delay,
    Fault,
    Fin,
    Forged,
    Frames,
    HalfClose,
    Impostor,
    On,
    Reset,
    Slice,
    Way,
    requests,
    sockets,
)
from tests.together.faultline.frames import FrameFault, Splitter, payload_of, text_frame

_CHUNK: Final = 65_536
_METHODS: Final = (b"GET ", b"POST ", b"PUT ", b"PATCH ", b"DELETE ")


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A fault, what it is for, and the moment it is lifted."""

    fault: Fault
    on: On
    lifted: asyncio.Event


class Rules(Protocol):
    """Whose connection it is."""

    def rule(self, request_line: str) -> Rule | None:
        """What holds now for what follows this request line."""
        ...

    def bit(self, fault: type[Fault]) -> None:
        """Count one."""
        ...

    def heard(self, head: bytes) -> str:
        """The request line that `head` begins with, counted."""
        ...

    def turned(self) -> None:
        """It may carry now, or no longer."""
        ...


class Passage:
    """Carries both ways until both ended. `speaks`: the server has said something, and nothing broke since."""

    def __init__(self, rules: Rules, request_line: str, console: End, server: End) -> None:
        self.request_line = request_line
        self.speaks = False
        self._rules = rules
        self._console = console
        self._server = server
        self._pumps: dict[Way, asyncio.Task[None]] = {}
        self._splitter = Splitter()
        self._passed: Counter[Rule] = Counter()
        self._frames: FrameFault | None = None

    async def run(self, head: bytes) -> None:
        """Until both ended."""
        async with asyncio.TaskGroup() as group:
            self._pumps[Way.OUT] = group.create_task(self._carry(Way.OUT, self._console, self._server, head))
            self._pumps[Way.IN] = group.create_task(self._carry(Way.IN, self._server, self._console, b""))

    def struck(self, blow: Blow) -> None:
        """Break now."""
        self.speaks = False
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
        self._rules.turned()

    def _stop(self, *ways: Way) -> None:
        for way in ways:
            self._pumps[way].cancel()

    async def _carry(self, way: Way, source: End, sink: End, head: bytes) -> None:
        with contextlib.suppress(OSError):  # an end is gone; the other direction finds out by itself
            data = head or await source.reader.read(_CHUNK)
            while data:
                if data is not head:
                    self._listen(way, data)
                await self._held_up(way)
                for piece in self._pieces(way, data):
                    if await self._broken(way, piece, sink):
                        return
                    await self._say(way, piece, sink)
                data = await source.reader.read(_CHUNK)
            await self._held_up(way)
            await sink.say(self._splitter.rest() if way is Way.IN else b"")
            sink.finish()

    def _listen(self, way: Way, data: bytes) -> None:
        """Notice the next request on a connection that was kept, and that a socket has come to speak."""
        if way is Way.OUT and requests(self.request_line) and data.startswith(_METHODS):
            self.request_line = self._rules.heard(data)
        elif way is Way.IN and not self.speaks:
            self.speaks = True
            self._rules.turned()

    def _pieces(self, way: Way, data: bytes) -> list[bytes]:
        """Of a socket: whole frames, so that a frame is never changed by half."""
        if way is Way.OUT or requests(self.request_line):
            return [data]
        return list(self._changed(self._splitter.feed(data)))

    def _changed(self, pieces: list[bytes]) -> Iterator[bytes]:
        rule = self._rules.rule(self.request_line)
        change = rule.fault.change if rule is not None and isinstance(rule.fault, Frames) else None
        if self._frames is not None and change is not self._frames:
            yield from map(text_frame, self._frames.release())
        self._frames = change
        for piece in pieces:
            payload = payload_of(piece)
            if change is None or payload is None:
                yield piece
                continue
            changed = change.change(payload)
            if changed != [payload]:
                self._rules.bit(Frames)
            yield from map(text_frame, changed)

    async def _held_up(self, way: Way) -> None:
        """Wait as long as a rule holds back what comes this way."""
        rule = self._rules.rule(self.request_line)
        match rule.fault if rule else None:
            case BlackHole(ways) if way in ways:
                assert rule is not None
                self._rules.bit(BlackHole)
                await rule.lifted.wait()
            case Delay(seconds, ways, drawn) if way in ways:
                assert rule is not None
                self._rules.bit(Delay)
                await _until_lifted(rule, drawn() if drawn else seconds)

    async def _broken(self, way: Way, piece: bytes, sink: End) -> bool:
        """Whether a rule ended the connection instead of carrying this piece whole."""
        rule = self._rules.rule(self.request_line)
        match rule.fault if rule else None:
            case Impostor(answer) if way is Way.OUT:
                self._console.writer.write(answer)
                blow: Blow = Fin()
            case Forged(answer) if way is Way.IN:
                self._console.writer.write(answer)
                blow = Fin()
            case Cut(after, of, blow) if way is of:
                assert rule is not None
                left = after - self._passed[rule]
                self._passed[rule] += len(piece)
                if len(piece) <= left:
                    return False
                await sink.say(piece[:left])
            case _:
                return False
        assert rule is not None
        self._rules.bit(type(rule.fault))
        self.struck(blow)
        return True

    async def _say(self, way: Way, piece: bytes, sink: End) -> None:
        """Hand it on, whole or in slices."""
        rule = self._rules.rule(self.request_line)
        while rule is not None and isinstance(rule.fault, Slice) and way in rule.fault.ways and piece:
            self._rules.bit(Slice)
            size = rule.fault.drawn()
            await sink.say(piece[:size])
            piece = piece[size:]
            await _until_lifted(rule, rule.fault.every)
            rule = self._rules.rule(self.request_line)
        await sink.say(piece)


def is_socket(passage: Passage) -> bool:
    """Whether it is a WebSocket's."""
    return sockets(passage.request_line)


async def _until_lifted(rule: Rule, seconds: float) -> None:
    """Let time pass, as the fault has it, and not longer than it holds."""
    if seconds <= 0:
        await asyncio.sleep(0)
        return
    with contextlib.suppress(TimeoutError):  # the usual end of the wait
        async with asyncio.timeout(seconds):
            await rule.lifted.wait()
