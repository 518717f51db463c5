"""The two ends of a connection through the proxy."""

import asyncio
import socket
import struct


class End:
    """One end of a connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def reset(self) -> None:
        """Break it with a TCP reset."""
        raw = self.writer.get_extra_info("socket")
        if raw is not None and raw.fileno() >= 0:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    def finish(self) -> None:
        """Say that nothing more comes."""
        if not self.writer.is_closing():
            self.writer.write_eof()

    async def say(self, data: bytes) -> None:
        """Write and wait until there is room for more."""
        self.writer.write(data)
        await self.writer.drain()
