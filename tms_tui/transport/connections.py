"""Connections to one server for HTTP: opened when none is idle, through the proxy if there is one, kept a while."""

import asyncio
import base64
from asyncio import StreamReader, StreamWriter
from contextlib import suppress
from typing import Final
from urllib.parse import unquote, urlsplit

from tms_tui.transport.addresses import ServerAddress
from tms_tui.transport.proxies import BadProxy, Proxy

Stream = tuple[StreamReader, StreamWriter]

KEPT_IDLE: Final = 4.0
"""Seconds. Servers close idle connections after five: a request must not meet that."""

_HAPPY_EYEBALLS: Final = 0.25
_REFUSAL_LARGEST: Final = 64 * 1024


class Connections:
    """The idle ones, newest last."""

    def __init__(self, server: ServerAddress) -> None:
        self._server = server
        self._idle: list[tuple[float, Stream]] = []

    async def take(self, proxy: Proxy | None) -> Stream:
        """An idle connection that is still good, or a new one. Raises OSError."""
        now = asyncio.get_running_loop().time()
        while self._idle:
            since, (reader, writer) = self._idle.pop()
            if now - since < KEPT_IDLE and not reader.at_eof() and not writer.is_closing():
                return reader, writer
            await drop((reader, writer))
        return await (_through(proxy, self._server) if proxy else _straight(self._server))

    def keep(self, stream: Stream) -> None:
        """Let the next request have it."""
        self._idle.append((asyncio.get_running_loop().time(), stream))

    async def aclose(self) -> None:
        """Close the idle ones."""
        idle, self._idle = self._idle, []
        for _, stream in idle:
            await drop(stream)


async def drop(stream: Stream) -> None:
    """Cut a connection that nothing more is expected of; never waits for the other side."""
    _, writer = stream
    writer.transport.abort()
    with suppress(OSError):  # How it had ended before is of no interest any more.
        await writer.wait_closed()


async def _straight(server: ServerAddress) -> Stream:
    tls = server.tls()
    return await asyncio.open_connection(
        server.host,
        server.port,
        ssl=tls,
        server_hostname=server.host if tls else None,
        happy_eyeballs_delay=_HAPPY_EYEBALLS,
    )


async def _through(proxy: Proxy, server: ServerAddress) -> Stream:
    """A tunnel, encrypted from here to the server. Raises OSError."""
    from ssl import create_default_context

    parts = urlsplit(proxy.url)
    tls = create_default_context() if parts.scheme == "https" else None
    port = parts.port or (443 if tls else 80)
    stream = await asyncio.open_connection(parts.hostname, port, ssl=tls, happy_eyeballs_delay=_HAPPY_EYEBALLS)
    try:
        await _ask_for_tunnel(stream, server, _credentials(parts.username, parts.password))
        inner = server.tls()
        if inner is not None:
            await stream[1].start_tls(inner, server_hostname=server.host)
    except BaseException:
        await drop(stream)
        raise
    return stream


async def _ask_for_tunnel(stream: Stream, server: ServerAddress, credentials: dict[str, str]) -> None:
    import h11

    from tms_tui.transport.exchange import Exchange, TooLongError

    host = f"[{server.host}]" if ":" in server.host else server.host
    target = f"{host}:{server.port}"
    exchange = Exchange("CONNECT", target, {"Host": target} | credentials, b"", largest=_REFUSAL_LARGEST)
    try:
        status = (await exchange.run(*stream)).status
    except TooLongError as error:
        status = error.status
    except h11.RemoteProtocolError:
        raise BadProxy("what answered is no proxy") from None
    if not 200 <= status < 300:
        raise BadProxy(f"refused with status {status}")


def _credentials(name: str | None, password: str | None) -> dict[str, str]:
    if name is None:
        return {}
    pair = f"{unquote(name)}:{unquote(password or '')}".encode()
    return {"Proxy-Authorization": f"Basic {base64.b64encode(pair).decode()}"}
