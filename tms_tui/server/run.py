"""A running server: bound, answering, stopped, and started again on the same port and data."""

import asyncio
import contextlib
import dataclasses
import itertools
import socket
from collections.abc import Awaitable, Callable, Iterator
from types import TracebackType
from typing import Self

import uvicorn

from tms_tui.server import metricsport
from tms_tui.server.app import create_app
from tms_tui.server.bus import Bus
from tms_tui.server.clock import Clock
from tms_tui.server.listener import bind, bind_metrics, configured
from tms_tui.server.settings import ServerSettings


class _Uvicorn(uvicorn.Server):
    """uvicorn that says when it answers, and is a guest in its loop."""

    def __init__(self, config: uvicorn.Config, drain: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._drain = drain
        self.answering = asyncio.Event()
        self.leaving = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.answering.set()

    async def main_loop(self) -> None:
        """uvicorn's own, but an end asked for here need not wait for its next tick."""
        ticks = itertools.count()
        while not await self.on_tick(next(ticks) % 864_000):
            with contextlib.suppress(TimeoutError):  # a tick is due
                async with asyncio.timeout(0.1):
                    await self.leaving.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Still answers while it drains: a balancer must see that it takes nobody new."""
        await self._drain()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn's own raises the signal again once it has stopped, before anything else could be closed.
        yield


class Running:
    """The server within this event loop.

    Raises OSError when the address is taken, WeakKeyError, StrangeKeyError, ValueError for a bus or a
    store nobody serves, OutdatedSchemaError, and SQLAlchemyError when the database cannot be opened.
    """

    def __init__(
        self,
        settings: ServerSettings,
        *,
        bus: Bus | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.settings = settings
        self._bus = bus
        self._clock = clock
        self._server: _Uvicorn | None = None
        self._task: asyncio.Task[None] | None = None
        self._life = contextlib.AsyncExitStack()

    @property
    def port(self) -> int:
        return self.settings.port

    @property
    def url(self) -> str:
        return _url(self.settings.host, self.port)

    @property
    def metrics_url(self) -> str | None:
        """Where the figures are, when that is a port of their own."""
        port = self.settings.metrics_port
        return None if port is None else f"{_url(self.settings.metrics_host, port)}/metrics"

    async def start(self) -> None:
        """Returns once it answers; a free port taken for port 0 is kept for the next start."""
        self.app = create_app(self.settings, bus=self._bus, clock=self._clock)
        # Not within uvicorn's startup, which makes of every failure an exit without a word.
        async with self._life:
            await self._life.enter_async_context(self.app.life())
            await self._serve_metrics()
            await self._listen(bind(self.settings))
            self._life = self._life.pop_all()

    async def _serve_metrics(self) -> None:
        listening = bind_metrics(self.settings)
        if listening is not None:
            self.settings = dataclasses.replace(self.settings, metrics_port=listening.getsockname()[1])
            await self._life.enter_async_context(metricsport.served(self.app.services.metrics, listening))

    async def _listen(self, listening: socket.socket) -> None:
        self.settings = dataclasses.replace(self.settings, port=listening.getsockname()[1])
        config = configured(self.app, self.settings, self.app.services.connections, lifespan="off")
        self._server = _Uvicorn(config, self._drain)
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]), name="server")
        answering = asyncio.create_task(self._server.answering.wait())
        await asyncio.wait([answering, self._task], return_when=asyncio.FIRST_COMPLETED)
        answering.cancel()
        if self._task.done():
            listening.close()
            await self._task

    async def stop(self) -> None:
        """Drains, closes every socket with 1012, and returns once nothing is left open."""
        if self._server is None or self._task is None:
            return
        self._server.should_exit = True
        self._server.leaving.set()
        try:
            await self._task
        finally:
            self._server = self._task = None
            await self._life.aclose()

    async def _drain(self) -> None:
        served = self.app.services
        served.draining = True
        await served.hub.drain(served.clock, self.settings.drain)

    async def until(self, asked: asyncio.Event) -> None:
        """Serves until it is asked to end; raises what ended it unasked."""
        waiting = asyncio.create_task(asked.wait())
        await asyncio.wait([one for one in (waiting, self._task) if one], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._task is not None and self._task.done():
            await self._task

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
