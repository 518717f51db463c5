"""A line that listens: carries everything between console and server, and finds the tokens that went over it."""

import asyncio
import contextlib
import re
import threading
from collections.abc import Iterator
from typing import Final

from tests.transport.listener import LOOPBACK, Listener

_TOKEN: Final = re.compile(rb"eyJ[\w-]+\.[\w-]+\.[\w-]+")


class Tap:
    """`url` is where the console goes instead of to the server."""

    def __init__(self, target: int) -> None:
        self.port = 0
        self._target = target
        self._heard = bytearray()
        self._over = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def tokens(self) -> list[bytes]:
        """Every token so far, once."""
        return list(dict.fromkeys(_TOKEN.findall(bytes(self._heard))))

    async def listen(self, ready: threading.Event) -> None:
        """Carry until `end`."""
        self._loop = asyncio.get_running_loop()
        listener = Listener(self._serve)
        self.port = await listener.open()
        ready.set()
        await self._over.wait()
        await listener.close()

    def end(self) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._over.set)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(LOOPBACK, self._target)
        try:
            await asyncio.gather(self._carry(reader, far_writer), self._carry(far_reader, writer))
        finally:
            far_writer.close()

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):  # the other direction finds out by itself
            while data := await source.read(65_536):
                self._heard += data
                sink.write(data)
                await sink.drain()
            sink.write_eof()


@contextlib.contextmanager
def tapped(target: int) -> Iterator[Tap]:
    """Listen in front of a port of this machine; in a thread, for the tests of a terminal block."""
    tap, ready = Tap(target), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(tap.listen(ready)))
    thread.start()
    try:
        assert ready.wait(30)
        yield tap
    finally:
        tap.end()
        thread.join()
