"""What clients send over a socket: read, judged, handed on. One bad frame never ends it, ten in a row do."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
from starlette.websockets import WebSocket

from tms_tui.protocol import wire
from tms_tui.server.clock import Clock, timestamp
from tms_tui.server.errors import not_found
from tms_tui.server.limits import Limiter
from tms_tui.server.outbox import CLOSE_BROKEN_CLIENT, CLOSE_TOO_MANY, Outbox
from tms_tui.server.settings import ServerSettings
from tms_tui.server.texts import is_uuid

Take = Callable[[wire.ClientFrame], Awaitable[None]]
Shape = TypeVar("Shape", bound=msgspec.Struct)


class BadFrame(Exception):  # noqa: N818 - it names a frame
    """A frame that cannot be followed; answered by an `error` frame."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(code)
        self.code = code
        self.words = words


class Frames:
    """One socket's incoming side."""

    def __init__(self, socket: WebSocket, outbox: Outbox, settings: ServerSettings, clock: Clock) -> None:
        self._socket = socket
        self._outbox = outbox
        self._most_bad = settings.bad_frames
        self._limit = Limiter(settings.frame_rate, clock)
        self._clock = clock
        self.left_with: int | None = None
        """The close code of a client that is gone; 1005 or 1006 when it went without a word."""

    async def follow(self, take: Take) -> None:
        """Hands each frame to `take` until the client is gone."""
        bad = 0
        while (raw := await self.receive()) is not None:
            if self._limit.take("") > 0:
                self._outbox.cut(CLOSE_TOO_MANY, "too many frames")
            bad = 0 if await self._taken(raw, take) else bad + 1
            if bad >= self._most_bad:
                self._outbox.cut(CLOSE_BROKEN_CLIENT, "too many bad frames in a row")

    async def receive(self) -> str | bytes | None:
        """The next message; None when the client is gone."""
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            self.left_with = message.get("code", 1005)
            return None
        text: str | None = message.get("text")
        return text if text is not None else bytes(message.get("bytes") or b"")

    async def _taken(self, raw: str | bytes, take: Take) -> bool:
        frame = wire.ClientFrame(type="")
        try:
            frame = decoded(raw)
            await take(frame)
        except BadFrame as bad:
            data = wire.FrameError(code=bad.code, error=bad.words, ref=frame.ref)
            self._outbox.offer(spoken(wire.ERROR, data, self._clock.now(), "system"))
            return False
        return True


def decoded(raw: str | bytes) -> wire.ClientFrame:
    if isinstance(raw, bytes):
        raise BadFrame("bad_frame", "Frames are text.")
    try:
        return msgspec.json.decode(raw, type=wire.ClientFrame)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as unreadable:
        raise BadFrame("bad_frame", "The frame is not JSON of the shape asked for.") from unreadable


def data_of(frame: wire.ClientFrame, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(frame.data, type=shape)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as unreadable:
        raise BadFrame("bad_data", "The frame's data has not the shape asked for.") from unreadable


def session_of(frame: wire.ClientFrame) -> str | None:
    """The conversation a frame speaks of, named beside its data or in it; raises for what is no id."""
    named = frame.session_id or data_of(frame, wire.Viewing).session_id
    if named is not None and not is_uuid(named):
        raise BadFrame(not_found().code, not_found().words)
    return named


def spoken(kind: str, data: msgspec.Struct, moment: float, from_type: str, session_id: str | None = None) -> str:
    """A frame that is not in the log, as text."""
    frame = wire.Frame(
        type=kind,
        data=msgspec.Raw(msgspec.json.encode(data)),
        session_id=session_id,
        timestamp=timestamp(moment),
        from_type=from_type,
    )
    return msgspec.json.encode(frame).decode()
