"""Where a client connects to, and from which address: each client has its own, as in life."""

import asyncio
import contextlib
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Door:
    """A balancer's or a node's address."""

    port: int
    trust: ssl.SSLContext | None = None
    """What to check the certificate with; None speaks without TLS."""

    @classmethod
    def of(cls, url: str, trust: ssl.SSLContext | None = None) -> "Door":
        port = urlsplit(url).port
        assert port is not None, url
        return cls(port, trust)

    async def connect(self, protocol: asyncio.Protocol, source: str) -> asyncio.Transport:
        """Raises OSError."""
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_connection(
            lambda: protocol,
            "127.0.0.1",
            self.port,
            ssl=self.trust,
            server_hostname="localhost" if self.trust else None,
            local_addr=(source, 0),
        )
        return transport

    async def opens(self) -> bool:
        """Whether somebody listens there now."""
        with contextlib.suppress(OSError):
            (await self.connect(asyncio.Protocol(), "127.0.0.1")).abort()
            return True
        return False


def source(group: int, number: int) -> str:
    """A loopback address of its own for the client of that number, so that limits by address count it alone."""
    return f"127.{group}.{number // 250}.{number % 250 + 1}"
