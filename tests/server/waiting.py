"""Waiting for what another process does, where no event can tell."""

import asyncio
from collections.abc import Callable


async def until(holds: Callable[[], bool], within: float = 30) -> None:
    """Raises TimeoutError when it does not hold in time."""
    async with asyncio.timeout(within):
        while not holds():  # noqa: ASYNC110 - Redis and the kernel set no event of ours
            await asyncio.sleep(0.02)
