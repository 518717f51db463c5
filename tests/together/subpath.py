"""A proxy that serves a server's addresses below a path of its own, as a larger site does; all else is 404."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

from tests.transport.listener import LOOPBACK, Listener

NOT_HERE = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Below:
    """Where the proxy listens."""

    url: str


@contextlib.asynccontextmanager
async def below(path: str, port: int) -> AsyncIterator[Below]:
    """Passes on what is asked for below `path`, without it, to the server at `port`."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:  # browsers open connections ahead, and may never use them
            return
        line, _, rest = head.partition(b"\r\n")
        if b" " + path.encode() not in line:
            writer.write(NOT_HERE)
            writer.close()
            return
        line = line.replace(b" " + path.encode(), b" /", 1)
        if b"pgrade: websocket" not in rest:  # one request a connection, so that each one's path is seen
            rest = re.sub(rb"(?i)connection: [^\r]*\r\n", b"Connection: close\r\n", rest)
        far_reader, far_writer = await asyncio.open_connection(LOOPBACK, port)
        far_writer.write(line + b"\r\n" + rest)
        async with asyncio.TaskGroup() as ways:
            ways.create_task(_pump(reader, far_writer))
            ways.create_task(_pump(far_reader, writer))

    listener = Listener(carry)
    try:
        yield Below(f"http://{LOOPBACK}:{await listener.open()}")
    finally:
        await listener.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):  # either side may leave first
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()
