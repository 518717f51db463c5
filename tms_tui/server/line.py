"""One socket's life: a reader, one writer, a timer for its token; the first to end ends all."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any, Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from tms_tui.server.clock import Clock
from tms_tui.server.frames import Frames, Take
from tms_tui.server.outbox import CLOSE_TOKEN, Outbox
from tms_tui.server.services import Services

CLOSE_WITHIN: Final = 2.0


class TokenLife:
    """Until when a socket may live; a fresh token moves it on."""

    def __init__(self, clock: Clock, expires_at: float) -> None:
        self._clock = clock
        self.expires_at = expires_at

    async def watch(self, outbox: Outbox) -> None:
        """Ends the socket once its token has run out."""
        while (left := self.expires_at - self._clock.now()) > 0:
            await self._clock.sleep(left)
        outbox.cut(CLOSE_TOKEN, "token expired")


class Line:
    """An accepted socket: what the outbox gets goes out, what comes in goes to `take`."""

    def __init__(self, socket: WebSocket, served: Services, expires_at: float) -> None:
        self._socket = socket
        self._time = asyncio.get_running_loop().time
        self._metrics = served.metrics
        self._clock = served.clock
        self.outbox = Outbox(served.settings.queue_frames, served.settings.queue_whispers)
        self.life = TokenLife(served.clock, expires_at)
        self._frames = Frames(socket, self.outbox, served.settings, served.clock)

    async def run(self, first: AsyncIterator[str], take: Take) -> None:
        """Until the client goes, the token runs out or the outbox is cut; then the socket is closed."""
        try:
            await first_of(
                self._write(first),
                self._frames.follow(take),
                self.life.watch(self.outbox),
                self.outbox.ended(),
            )
        finally:
            await self.close()

    async def _write(self, first: AsyncIterator[str]) -> None:
        try:
            async for frame in first:
                await self._send(frame)
            while True:
                frame, committed_at = await self.outbox.next()
                await self._send(frame)
                if committed_at is not None:
                    self._metrics.delivery_seconds.observe(max(0.0, self._clock.now() - committed_at))
        except WebSocketDisconnect as gone:
            self._frames.left_with = gone.code

    async def _send(self, frame: str) -> None:
        # No time limit around each frame, which would cost as much as the frame: the hub looks round for stuck ones.
        self.outbox.writing_since = self._time()
        await self._socket.send_text(frame)
        self.outbox.writing_since = None

    async def close(self) -> None:
        """With the outbox's ending, where there is one and the client still reads."""
        ending = self.outbox.ending
        if ending is None:
            self._metrics.left(self._frames.left_with)
            return
        self._metrics.closes.labels(str(ending.code)).inc()
        if self.outbox.dropped:
            self._metrics.delivery_failures.inc()
        # Where nobody reads any more no close can be written; the protocol beneath cuts the line.
        with contextlib.suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
            async with asyncio.timeout(CLOSE_WITHIN):
                await self._socket.close(ending.code, ending.reason)


async def first_of(*work: Coroutine[Any, Any, None]) -> None:
    """Runs them side by side until one ends, then cancels the others; raises what that one raised."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
