"""A line between consoles and their server that can break, for tests that wait for a terminal themselves."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import TypeVar

from tests.together.faultline import Faultline, faultline
from tests.together.faultline.faults import Reset

Given = TypeVar("Given")


class Line:
    """A proxy with a thread of its own."""

    def __init__(self, loop: asyncio.AbstractEventLoop, proxy: Faultline) -> None:
        self._loop = loop
        self._proxy = proxy
        self.url = proxy.url

    def drop(self) -> bool:
        """Break all that is open; whether there was anything."""

        async def strike() -> bool:
            return self._proxy.strike(Reset()) > 0

        return self._there(strike)

    def cut(self) -> bool:
        """Break all that is open, and let nothing in; whether there was anything."""

        async def shut() -> bool:
            self._proxy.shut_door()
            return self._proxy.strike(Reset()) > 0

        return self._there(shut)

    def mend(self) -> None:
        """Let everything in again."""
        self._there(self._proxy.open_door)

    def _there(self, do: Callable[[], Coroutine[None, None, Given]]) -> Given:
        return asyncio.run_coroutine_threadsafe(do(), self._loop).result()


@contextmanager
def line_to(port: int) -> Iterator[Line]:
    """A proxy in front of a server."""
    loop, over = asyncio.new_event_loop(), asyncio.Event()
    ready: list[Faultline] = []
    there = threading.Event()

    async def stand() -> None:
        async with faultline(port) as proxy:
            ready.append(proxy)
            there.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(stand(),))
    thread.start()
    try:
        there.wait()
        yield Line(loop, ready[0])
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()
