"""The listener leaves nothing behind: a connection whose task was cancelled before its first step is closed too."""

import asyncio
import contextlib

import pytest

from tests.transport.listener import LOOPBACK, Listener


async def is_over(reader: asyncio.StreamReader) -> bool:
    """Whether the far side ended the connection, in good order or not."""
    async with asyncio.timeout(60):
        with contextlib.suppress(ConnectionError):
            return await reader.read() == b""
    return True


async def until_cancelled(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def test_what_is_open_is_closed() -> None:
    served = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.set()
        await until_cancelled(reader, writer)

    listener = Listener(serve)
    reader, writer = await asyncio.open_connection(LOOPBACK, await listener.open())
    async with asyncio.timeout(60):
        await served.wait()
    await listener.close()
    assert await is_over(reader)
    writer.close()


@pytest.mark.parametrize("turns", range(6))
async def test_what_has_hardly_begun_is_closed(turns: int) -> None:
    listener = Listener(until_cancelled)
    reader, writer = await asyncio.open_connection(LOOPBACK, await listener.open())
    for _ in range(turns):
        await asyncio.sleep(0)
    await listener.close()
    assert await is_over(reader)
    writer.close()


async def test_what_served_its_time_is_closed() -> None:
    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"bye")

    listener = Listener(serve)
    reader, writer = await asyncio.open_connection(LOOPBACK, await listener.open())
    async with asyncio.timeout(60):
        assert await reader.read() == b"bye"
    writer.close()
    await listener.close()
