"""A listening socket of a test's own; all that came to it is closed in the end, also what had hardly begun."""

import asyncio
import contextlib
import functools
import ssl
from collections.abc import Callable, Coroutine
from typing import Final

LOOPBACK: Final = "127.0.0.1"

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[None, None, None]]


class Listener:
    """Serves each connection in a task of its own, and closes it however that task ends.

    A task that is cancelled before its first step never comes to a `finally` of its own: its connection would be
    left to the collector, which speaks of it in some later test.
    """

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._over = False

    async def open(self, address: str = LOOPBACK, port: int = 0, tls: ssl.SSLContext | None = None) -> int:
        """Take connections at the port, a free one when it is 0; returns which."""
        self._server = await asyncio.start_server(self._came, address, port, ssl=tls)
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    def shut(self) -> None:
        """Refuse new connections, really, until it is opened again; those that are open stay."""
        if self._server is not None:
            self._server.close()

    async def close(self) -> None:
        """Refuse new connections and end those that are open."""
        self._over = True
        self.shut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _came(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._over:
            writer.transport.abort()  # it was accepted before the end and comes through after it
            return
        task = asyncio.create_task(self._served(reader, writer), name="connection")
        self._tasks.add(task)
        task.add_done_callback(functools.partial(self._went, writer))

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._serve(reader, writer)
        writer.close()
        with contextlib.suppress(OSError):  # whoever was there is gone already
            await writer.wait_closed()

    def _went(self, writer: asyncio.StreamWriter, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not writer.is_closing() or task.cancelled():
            writer.transport.abort()
