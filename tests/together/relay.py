"""A TCP relay whose line can be cut, refused or muted, and which counts what it did."""

import asyncio
import contextlib
from collections.abc import AsyncIterator


class Relay:
    """Stands before a server on loopback. `refusing` lets nobody in, `muted` swallows what the server says."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._pipes: set[asyncio.StreamWriter] = set()
        self._work: set[asyncio.Task[None]] = set()
        self.refusing = False
        self.cuts = 0
        self.muted = False
        self._swallowed = b""
        self._swallowing = asyncio.Condition()

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        listener = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        finally:
            listener.close()
            self.cut()
            await asyncio.gather(*self._work, return_exceptions=True)

    def cut(self) -> None:
        """Abort every connection there is."""
        for pipe in self._pipes:
            pipe.transport.abort()
            self.cuts += 1

    async def swallows(self, words: bytes) -> None:
        """Returns once these words of the server were swallowed."""
        async with asyncio.timeout(15), self._swallowing:
            await self._swallowing.wait_for(lambda: words in self._swallowed)

    async def _swallow(self, data: bytes) -> None:
        async with self._swallowing:
            self._swallowed += data
            self._swallowing.notify_all()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refusing:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        for source, sink, down in ((reader, far_writer, False), (far_reader, writer, True)):
            task = asyncio.create_task(self._pump(source, sink, down=down))
            self._work.add(task)
            task.add_done_callback(self._work.discard)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, down: bool) -> None:
        self._pipes.add(sink)
        with contextlib.suppress(ConnectionError):  # being cut is what this relay is for
            while data := await source.read(65_536):
                if down and self.muted:
                    await self._swallow(data)
                    continue
                sink.write(data)
                await sink.drain()
        self._pipes.discard(sink)
        sink.close()
