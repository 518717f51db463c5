"""Work beside the requests: owned in one place, and never the end of the server when it fails."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine

from sqlalchemy.exc import SQLAlchemyError

from tms_tui.server.clock import Clock

logger = logging.getLogger(__name__)


class Background:
    """Keeps every task it starts until it ends or the server stops."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def start(self, work: Coroutine[object, object, None], name: str) -> None:
        """Starts it; a stopping server starts nothing more."""
        if self._closed:
            work.close()
            return
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def close(self) -> None:
        self._closed = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            logger.error("background work failed name=%s error=%s", task.get_name(), type(error).__name__)


async def until_stored(work: Callable[[], Awaitable[None]], clock: Clock, pause: float) -> None:
    """Does what needs the store, again every `pause` seconds while that is away.

    Who left meanwhile would else seem to be there until they come back.
    """
    while True:
        try:
            return await work()
        except SQLAlchemyError as error:
            logger.error("the store is away, to be tried again error=%s", type(error).__name__)
        await clock.sleep(pause)
