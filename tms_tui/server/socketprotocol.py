"""uvicorn's WebSocket protocol under a budget: frames of every sort are counted, and nobody is left hanging."""

import asyncio
import logging
from typing import Any, Final

from uvicorn._types import ASGIReceiveEvent
from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import Frame, Opcode

from tms_tui.server.limits import Bucket
from tms_tui.server.outbox import CLOSE_TOO_MANY
from tms_tui.server.settings import ServerSettings

LINGER: Final = 10.0
# uvicorn writes a trace for each frame that is no UTF-8; what fails in the application is told by the envelope.
_LOGGER: Final = logging.getLogger("uvicorn.error.sockets")
_LOGGER.setLevel(logging.CRITICAL)
SLICE: Final = 512
"""Bytes read before the frames in them are counted: some 85 of the smallest, not the 11,000 of a full read."""


class SocketProtocol(WebSocketsSansIOProtocol):
    """Ends a connection that sends too many frames, and stops reading while its peer does not.

    uvicorn answers every ping and keeps every fragment, whoever sends them, and waits for ever until a peer that
    stopped reading has taken what is buffered.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        settings: ServerSettings,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.logger = _LOGGER
        self._budget = Bucket(settings.wire_frame_rate, self.loop.time())
        self._most_fragments = settings.fragments
        self._fragments = 0
        self._peer_reads = True

    def data_received(self, data: bytes) -> None:
        if not self.handshake_initiated:
            super().data_received(data)
            return
        for start in range(0, len(data), SLICE):
            if self.transport.is_closing():  # after a close of our own the peer's answer is still to come
                return
            self.conn.receive_data(data[start : start + SLICE])
            if self.conn.parser_exc is not None:
                self.handle_parser_exception()
                return
            if not self._is_within_budget():
                self._end()
                return
            self.handle_events()

    def _is_within_budget(self) -> bool:
        frames = [one for one in self.conn.events if isinstance(one, Frame)]
        for frame in frames:
            if frame.opcode is Opcode.CONT:
                self._fragments += 1
            elif frame.opcode in (Opcode.TEXT, Opcode.BINARY):
                self._fragments = 1
        return self._fragments <= self._most_fragments and self._budget.take(len(frames), self.loop.time())

    def _end(self) -> None:
        self.stop_keepalive()
        self.conn.events_received()
        self.conn.fail(CLOSE_TOO_MANY, "too many frames")
        self.queue.put_nowait({"type": "websocket.disconnect", "code": CLOSE_TOO_MANY, "reason": "too many frames"})
        self.transport.pause_reading()
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.transport.close()
        self._cut_later(1.0)

    # A peer that sends and does not read makes the answers to its pings pile up.

    def pause_writing(self) -> None:
        super().pause_writing()
        self._peer_reads = False
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._peer_reads = True
        if not self.read_paused and not self.transport.is_closing():
            self.transport.resume_reading()

    async def receive(self) -> ASGIReceiveEvent:
        event = await super().receive()
        if not self._peer_reads and not self.transport.is_closing():
            self.transport.pause_reading()
        return event

    # uvicorn waits for a peer that stopped reading; this one cuts.

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self._cut_later(0.5)

    async def run_asgi(self) -> None:
        await super().run_asgi()
        self._cut_later(LINGER)

    def shutdown(self) -> None:
        super().shutdown()
        self._cut_later(1.0)

    def _cut_later(self, seconds: float) -> None:
        asyncio.get_running_loop().call_later(seconds, self.transport.abort)
