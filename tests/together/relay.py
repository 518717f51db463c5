"""A TCP relay whose line can be cut, refused or muted, and which counts what it did."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from tests.transport.listener import LOOPBACK, Listener


class Relay:
    """Stands before a server on loopback. `refusing` lets nobody in, `muted` swallows what the server says."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._pipes: set[asyncio.StreamWriter] = set()
        self.refusing = False
        self.cuts = 0
        self.muted = False
        self._swallowed = b""
        self._swallowing = asyncio.Condition()

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        listener = Listener(self._carry)
        try:
            yield f"http://{LOOPBACK}:{await listener.open()}"
        finally:
            self.cut()
            await listener.close()

    def cut(self) -> None:
        """Abort every connection there is."""
        for pipe in self._pipes:
            pipe.transport.abort()
            self.cuts += 1

    async def swallows(self, words: bytes) -> None:
        """Returns once these words of the server were swallowed."""
        async with asyncio.timeout(60), self._swallowing:
            await self._swallowing.wait_for(lambda: words in self._swallowed)

    async def _swallow(self, data: bytes) -> None:
        async with self._swallowing:
            self._swallowed += data
            self._swallowing.notify_all()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refusing:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection(LOOPBACK, self._target)
        self._pipes |= {writer, far_writer}
        try:
            async with asyncio.TaskGroup() as ways:
                ways.create_task(self._pump(reader, far_writer, down=False))
                ways.create_task(self._pump(far_reader, writer, down=True))
        finally:
            self._pipes -= {writer, far_writer}
            far_writer.close()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, down: bool) -> None:
        with contextlib.suppress(ConnectionError):  # being cut is what this relay is for
            while data := await source.read(65_536):
                if down and self.muted:
                    await self._swallow(data)
                    continue
                sink.write(data)
                await sink.drain()
        sink.close()
