"""One socket's life: a reader, one writer, a timer for its token; the first to end ends all."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from tms_tui.server.clock import Clock
from tms_tui.server.metrics import Metrics
from tms_tui.server.outbox import CLOSE_TOKEN, CLOSE_TOO_SLOW, Ending, Outbox

CLOSE_WITHIN = 2.0


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
        await asyncio.Event().wait()


class Writer:
    """The one task that writes to a socket."""

    def __init__(self, socket: WebSocket, outbox: Outbox, slow_after: float, metrics: Metrics) -> None:
        self._socket = socket
        self._outbox = outbox
        self._slow_after = slow_after
        self._metrics = metrics

    async def run(self, first: AsyncIterator[str]) -> None:
        """Writes `first`, then what the outbox gets, until it is told to close."""
        try:
            async for frame in first:
                if self._outbox.ending is not None:
                    break
                await self._write(frame)
            while isinstance(frame_or_end := await self._outbox.next(), str):
                await self._write(frame_or_end)
        except TimeoutError:
            self._outbox.cut(CLOSE_TOO_SLOW, "too slow: come back with after")
        except WebSocketDisconnect:
            return
        await self._close(self._outbox.ending)

    async def _write(self, frame: str) -> None:
        async with asyncio.timeout(self._slow_after):
            await self._socket.send_text(frame)

    async def _close(self, ending: Ending | None) -> None:
        if ending is None:
            return
        self._metrics.closes.labels(str(ending.code)).inc()
        try:
            async with asyncio.timeout(CLOSE_WITHIN):
                await self._socket.close(ending.code, ending.reason)
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            return  # nobody reads any more; the protocol beneath cuts the line


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
